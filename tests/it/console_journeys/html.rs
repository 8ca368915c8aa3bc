//! A page as a browser takes it apart: its elements, with what their attributes mean.

/// An element's beginning, and the text behind it up to the next.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) text: String,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }

    /// 1 for `h1`.
    pub(super) fn heading(&self) -> Option<u32> {
        self.name.strip_prefix('h').and_then(|level| level.parse().ok())
    }
}

/// Every element of a page, in order. Browsers are more forgiving, and none reads an element where this does not.
pub(super) fn tags(html: &str) -> Vec<Tag> {
    let mut found: Vec<Tag> = Vec::new();
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        if let Some(last) = found.last_mut() {
            last.text.push_str(&decoded(text));
        }
        let end = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
        let name = after[..end].to_ascii_lowercase();
        rest = &after[end..];
        if name.is_empty() {
            continue;
        }
        let mut tag = Tag { name, attributes: Vec::new(), text: String::new() };
        rest = attributes(rest, &mut tag.attributes);
        found.push(tag);
    }
    found
}

/// Reads up to the element's `>`, and returns what is behind it.
fn attributes<'h>(mut rest: &'h str, into: &mut Vec<(String, String)>) -> &'h str {
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(behind) = rest.strip_prefix('>') {
            return behind;
        }
        if rest.is_empty() {
            return rest;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || "=>/".contains(c)).unwrap_or(rest.len()).max(1);
        let name = rest[..rest.ceil_char_boundary(end)].to_ascii_lowercase();
        rest = &rest[name.len()..];
        let mut value = "";
        if let Some(behind) = rest.strip_prefix('=') {
            let (inside, quote) = match behind.chars().next() {
                Some(quote @ ('"' | '\'')) => (&behind[1..], Some(quote)),
                _ => (behind, None),
            };
            let end = inside.find(|c: char| quote.map_or(c.is_ascii_whitespace() || c == '>', |quote| c == quote)).unwrap_or(inside.len());
            value = &inside[..end];
            rest = &inside[end..];
            rest = quote.and_then(|quote| rest.strip_prefix(quote)).unwrap_or(rest);
        }
        into.push((name, decoded(value)));
    }
}

/// Character references as our templates and their engine write them.
pub(super) fn decoded(text: &str) -> String {
    const NAMED: [(&str, &str); 12] = [
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        // Last: what is behind it must not be read a second time.
        ("&#38;", "&"),
        ("&#x26;", "&"),
        ("&amp;", "&"),
    ];
    NAMED.iter().fold(text.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

#[test]
fn a_page_is_taken_apart_as_a_browser_does() {
    let page = r#"<!doctype html><p class="a" hidden>x &#38;lt; y<img src=x onerror='run(1)'/><A HREF="/a?b=1&amp;c=%3C">z</a>"#;
    let found = tags(page);
    let names: Vec<_> = found.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["p", "img", "a"]);
    assert_eq!((found[0].get("class"), found[0].get("hidden"), found[0].text.as_str()), (Some("a"), Some(""), "x &lt; y"));
    assert_eq!((found[1].get("src"), found[1].get("onerror")), (Some("x"), Some("run(1)")));
    assert_eq!((found[2].get("href"), found[2].text.as_str()), (Some("/a?b=1&c=%3C"), "z"));
}
