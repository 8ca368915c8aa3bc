//! JSON as text: indented, folded until somebody opens it, and never more than a browser can bear.

use askama::Template;

/// More than anybody reads, and little enough that a page with several of them stays quick.
const SHOWN_BYTES: usize = 128 * 1024;

/// A block of it.
#[derive(Clone, Debug, Template)]
#[template(
    source = r#"<details class="json"{% if is_open %} open{% endif %}><summary>{{ label }}</summary><pre tabindex="0">{{ text }}</pre>{% if is_cut %}<p class="muted small">Only the beginning is shown.</p>{% endif %}</details>"#,
    ext = "html"
)]
pub struct JsonBlock {
    label: String,
    text: String,
    is_cut: bool,
    is_open: bool,
}

impl JsonBlock {
    /// Of any text; what is no JSON stays as it is.
    pub fn new(label: &str, text: &str) -> Self {
        let mut text = indented(text);
        let is_cut = text.len() > SHOWN_BYTES;
        text.truncate(text.floor_char_boundary(SHOWN_BYTES));
        Self { label: label.to_owned(), text, is_cut, is_open: false }
    }

    /// Unfolded.
    #[must_use]
    pub fn open(self) -> Self {
        Self { is_open: true, ..self }
    }
}

/// By its marks alone: parsing and printing would change numbers that are longer than ours.
fn indented(text: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return text.to_owned();
    }
    let (mut out, mut depth, mut in_string, mut escaped) = (String::with_capacity(text.len() * 2), 0_usize, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            (in_string, escaped) = (escaped || c != '"', !escaped && c == '\\');
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = chars.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    // Deeper than a screen is wide, indentation would be most of the text.
    out.extend(std::iter::repeat_n("  ", depth.min(20)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_and_keeps_every_digit() {
        let text = r#"{"a":12345678901234567890123,"b":[ ],"c":[1, {"d":"x, {\"y\": \\"}],"e":{}}"#;
        let expected = "{\n  \"a\": 12345678901234567890123,\n  \"b\": [],\n  \"c\": [\n    1,\n    {\n      \"d\": \"x, {\\\"y\\\": \\\\\"\n    }\n  ],\n  \"e\": {}\n}";
        assert_eq!(indented(text), expected);
        assert_eq!(indented("no {json"), "no {json");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let block = JsonBlock::new("Input", &"ä".repeat(SHOWN_BYTES));
        assert!(block.is_cut && block.text.len() <= SHOWN_BYTES);
    }
}
