//! A monogram for each provider. Brands' own logos are theirs, so none is shipped.

use crate::Entry;

/// Of every logo: loud enough to tell neighbours apart, quiet enough beside text.
const SATURATION_PERCENT: u32 = 55;
/// WCAG 2.2, 1.4.3: the letters stay readable at 40 px.
const CONTRAST_OF_LETTERS: f64 = 4.5;

/// An SVG of 64 by 64: the display name's initials, white on a colour made from the key. It stands out from light and dark pages alike.
pub fn logo_svg(entry: &Entry) -> String {
    // FNV-1a: any stable spread will do, the colour only has to stay the same.
    let hash = entry.key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let hue = hash % 360;
    let lightness = lightness(hue);
    let letters = initials(&entry.display_name);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\" role=\"img\"><rect width=\"64\" height=\"64\" rx=\"14\" \
         fill=\"hsl({hue} {SATURATION_PERCENT}% {lightness}%)\"/><text x=\"32\" y=\"42\" font-family=\"system-ui,sans-serif\" \
         font-size=\"28\" font-weight=\"600\" text-anchor=\"middle\" fill=\"#fff\">{letters}</text></svg>"
    )
}

/// The lightest, in percent, on which white can be read: yellow needs a darker tone than blue.
fn lightness(hue: u32) -> u32 {
    (20..=60).rev().find(|lightness| 1.05 / (luminance(hue, *lightness) + 0.05) >= CONTRAST_OF_LETTERS).unwrap_or(20)
}

/// Relative luminance (WCAG 2.2) of the colour, which CSS Color 4, 7.1, turns into red, green and blue.
fn luminance(hue: u32, lightness: u32) -> f64 {
    let (saturation, lightness) = (f64::from(SATURATION_PERCENT) / 100.0, f64::from(lightness) / 100.0);
    let channel = |offset: f64| {
        let k = (offset + f64::from(hue) / 30.0) % 12.0;
        let value = lightness - saturation * lightness.min(1.0 - lightness) * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0.0) + 0.7152 * channel(8.0) + 0.0722 * channel(4.0)
}

/// At most two letters or digits, so nothing in them needs escaping: of two words, of a word's two capitals, or its first two letters.
/// What stands in parentheses tells variants apart, not providers.
fn initials(name: &str) -> String {
    let outside = name.split('(').next().filter(|outside| outside.contains(char::is_alphanumeric)).unwrap_or(name);
    let words: Vec<&str> = outside.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words[..] {
        [] => String::new(),
        [word] => {
            let mut rest = word.chars();
            let first = rest.next().into_iter().flat_map(char::to_uppercase);
            let second = rest.clone().find(|c| c.is_uppercase()).or_else(|| rest.next());
            first.chain(second).take(2).collect()
        }
        [one, two, ..] => [one, two].into_iter().filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).take(2).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, 1.4.3 for the letters and 1.4.11 for the square on a white and on a nearly black page.
    #[test]
    fn every_hue_is_readable_on_light_and_dark_pages() {
        for hue in 0..360 {
            let of_square = luminance(hue, lightness(hue));
            let with_white = 1.05 / (of_square + 0.05);
            let with_black = (of_square + 0.05) / (0.006 + 0.05);
            assert!(with_white >= CONTRAST_OF_LETTERS && with_black >= 3.0, "{hue}: {with_white:.2} {with_black:.2}");
        }
    }

    #[test]
    fn initials_tell_providers_apart_and_hold_no_markup() {
        let cases = [
            ("Slack", "Sl"),
            ("GitHub (App)", "GH"),
            ("Google Calendar", "GC"),
            ("X (OAuth 1.0a)", "X"),
            ("3CX", "3C"),
            ("(MCP)", "MC"),
            ("<b>&</b>", "BB"),
            ("éa", "Éa"),
        ];
        for (name, letters) in cases {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
