//! The `Link` header (RFC 8288).

/// The first target with the relation `rel` in one header value. One that says `results="false"` leads to a page that is known to be
/// empty and that links on: Sentry ends its lists so (<https://docs.sentry.io/api/pagination/>).
pub(super) fn find(header: &str, rel: &str) -> Option<String> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let (target, after) = rest[start + 1..].split_once('>')?;
        let end = end_of(after, ',');
        let parameters = &after[..end];
        if says(parameters, "rel", rel) && !says(parameters, "results", "false") {
            return Some(target.trim().to_owned());
        }
        rest = &after[end..];
    }
    None
}

/// The position of the first `separator` outside quotes, or the end.
fn end_of(text: &str, separator: char) -> usize {
    let mut quoted = false;
    let found = text.find(|c| {
        quoted ^= c == '"';
        c == separator && !quoted
    });
    found.unwrap_or(text.len())
}

/// Whether a parameter of the link has this word in its value.
fn says(parameters: &str, parameter: &str, word: &str) -> bool {
    let mut rest = parameters;
    while !rest.is_empty() {
        let end = end_of(rest, ';');
        let (name, value) = rest[..end].split_once('=').unwrap_or_default();
        let mut words = value.trim().trim_matches('"').split_ascii_whitespace();
        if name.trim().eq_ignore_ascii_case(parameter) && words.any(|one| one.eq_ignore_ascii_case(word)) {
            return true;
        }
        rest = rest[end..].trim_start_matches(';');
    }
    false
}
