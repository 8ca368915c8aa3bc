//! The `Link` header (RFC 8288).

/// The first target with the relation `rel` in one header value.
pub(super) fn find(header: &str, rel: &str) -> Option<String> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let (target, after) = rest[start + 1..].split_once('>')?;
        let end = end_of_parameters(after);
        if has_relation(&after[..end], rel) {
            return Some(target.trim().to_owned());
        }
        rest = &after[end..];
    }
    None
}

/// Parameters reach to the next comma outside quotes.
fn end_of_parameters(text: &str) -> usize {
    let mut quoted = false;
    text.find(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .unwrap_or(text.len())
}

fn has_relation(parameters: &str, rel: &str) -> bool {
    parameters.split(';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        let relations = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("rel") && relations.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(rel))
    })
}
