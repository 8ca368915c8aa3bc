//! The grammar, by hand: it nests (`base64` holds a template) and is smaller than a grammar for a parser generator would be.

use super::{Alternative, Name, Part, Template, TemplateDefect};

pub(super) fn template(source: &str) -> Result<Template, TemplateDefect> {
    let defect = |problem: String| TemplateDefect { template: source.to_owned(), problem };
    let mut parts = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find("${") {
        if start > 0 {
            parts.push(Part::Text(rest[..start].to_owned()));
        }
        let inner = &rest[start + 2..];
        let end = closing(inner).ok_or_else(|| defect("`${` without its `}`".to_owned()))?;
        parts.push(Part::Hole(expression(&inner[..end]).map_err(defect)?));
        rest = &inner[end + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(Template { source: source.to_owned(), parts })
}

/// The position of the `}` that ends the hole, past nested holes and quoted text.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn expression(text: &str) -> Result<Vec<Alternative>, String> {
    split_alternatives(text).into_iter().map(|part| alternative(part.trim())).collect()
}

/// Splits at `||` outside quotes and nested holes.
fn split_alternatives(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut quote, mut start) = (Vec::new(), 0_usize, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            (None, '|') if depth == 0 && at >= start && text[at..].starts_with("||") => {
                parts.push(&text[start..at]);
                start = at + 2;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn alternative(text: &str) -> Result<Alternative, String> {
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            return Ok(Alternative::Text(inner.to_owned()));
        }
    }
    if let Some(inner) = text.strip_prefix("base64(").and_then(|text| text.strip_suffix(')')) {
        return template(inner).map(Alternative::Base64).map_err(|defect| defect.problem);
    }
    name(text).map(Alternative::Name)
}

fn name(text: &str) -> Result<Name, String> {
    let key = |key: &str| {
        let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        plain.then(|| key.to_owned()).ok_or_else(|| format!("`{text}` is not a name"))
    };
    match text {
        "apiKey" | "username" | "password" => Ok(Name::Credential(text.to_owned())),
        "accessToken" => Ok(Name::Credential("access_token".to_owned())),
        _ => match text.split_once('.') {
            Some(("connectionConfig", rest)) => key(rest).map(Name::ConnectionConfig),
            Some(("credentials", rest)) => key(rest).map(Name::Credential),
            _ => Err(format!("`{text}` is not a known name")),
        },
    }
}
