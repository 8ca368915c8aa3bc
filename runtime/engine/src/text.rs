//! Text that a guest or a component's author wrote, made harmless to whoever reads it on a terminal.

/// A longer text is cut. Enough for a stack trace or a provider's error body.
pub(crate) const MAX_CHARS: usize = 10_000;

/// Cuts, and escapes what would act on a terminal, hide text or end it: control characters but for line feed and tab, and the
/// marks that change the direction of text.
pub(crate) fn readable(text: &str) -> String {
    let (shown, cut) = match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => (&text[..end], Some(text.len() - end)),
        None => (text, None),
    };
    let mut line = String::with_capacity(shown.len());
    for character in shown.chars() {
        if is_harmless(character) {
            line.push(character);
        } else {
            line.extend(character.escape_unicode());
        }
    }
    if let Some(bytes) = cut {
        line.extend([" [cut: ", &bytes.to_string(), " more bytes]"]);
    }
    line
}

/// Whether this text may have come out of [`readable`]: for what another process says that it has cut and escaped.
pub fn is_readable(text: &str) -> bool {
    const MARK: usize = " [cut: 18446744073709551615 more bytes]".len();
    // Every harmless character may have become ten: `\u{10ffff}`.
    text.len() <= 10 * MAX_CHARS + MARK && text.chars().all(is_harmless)
}

fn is_harmless(character: char) -> bool {
    match character {
        '\n' | '\t' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        other => !other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_cannot_act_on_a_terminal_or_end_a_text() {
        assert_eq!(readable("a\u{1b}[31mb\0c\r\u{9b}d\u{202e}"), "a\\u{1b}[31mb\\u{0}c\\u{d}\\u{9b}d\\u{202e}");
        assert_eq!(readable("two\nlines\tand ü"), "two\nlines\tand ü");
    }

    #[test]
    fn what_was_made_readable_is_and_what_was_not_is_not() {
        let worst = "\u{10ffff}\0\u{202e}".repeat(MAX_CHARS);
        assert!(is_readable(&readable(&worst)) && is_readable("two\nlines"));
        assert!(!is_readable("\u{1b}[2J") && !is_readable(&"a".repeat(11 * MAX_CHARS)));
    }

    #[test]
    fn a_huge_line_is_cut_between_characters_and_says_so() {
        let line = readable(&"ü".repeat(MAX_CHARS + 5));
        assert_eq!(line, format!("{} [cut: 10 more bytes]", "ü".repeat(MAX_CHARS)));
    }
}
