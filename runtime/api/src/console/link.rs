//! Addresses of pages, with what they are narrowed by.

use url::form_urlencoded::Serializer;

/// `path?name=value&...`; what is empty is left out.
pub(super) fn link(path: &str, query: &[(&str, &str)]) -> String {
    let mut text = Serializer::new(String::new());
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        text.append_pair(name, value);
    }
    let text = text.finish();
    if text.is_empty() { path.to_owned() } else { format!("{path}?{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_is_left_out_and_the_rest_is_encoded() {
        assert_eq!(link("/a", &[("x", "")]), "/a");
        assert_eq!(link("/a", &[("x", "1&2"), ("y", ""), ("z", "<b>")]), "/a?x=1%262&z=%3Cb%3E");
    }
}
