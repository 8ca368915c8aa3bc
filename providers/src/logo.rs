//! A monogram for each provider. Brands' own logos are theirs, so none is shipped.

use crate::Entry;

/// An SVG of 64 by 64: the display name's initials on a colour made from the key.
pub fn logo_svg(entry: &Entry) -> String {
    // FNV-1a: any stable spread will do, the colour only has to stay the same.
    let hash = entry.key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let hue = hash % 360;
    let letters = initials(&entry.display_name);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\" role=\"img\"><rect width=\"64\" height=\"64\" rx=\"14\" \
         fill=\"hsl({hue} 55% 42%)\"/><text x=\"32\" y=\"41\" font-family=\"system-ui,sans-serif\" font-size=\"26\" font-weight=\"600\" \
         text-anchor=\"middle\" fill=\"#fff\">{letters}</text></svg>"
    )
}

/// At most two letters or digits, so nothing in them needs escaping.
fn initials(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter_map(|word| word.chars().next()).take(2).flat_map(char::to_uppercase).collect()
}
