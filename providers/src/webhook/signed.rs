//! What a signature is over.

use std::collections::BTreeMap;

use super::WebhookRequest;

/// A text with holes: `${body}`, `${timestamp}`, `${method}`, `${url}`, `${form}` (a form's fields by name, each followed by its value) and
/// `${header.NAME}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed(Vec<Part>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Body,
    Timestamp,
    Method,
    Url,
    Form,
    Header(String),
}

impl Default for Signed {
    fn default() -> Self {
        Self(vec![Part::Body])
    }
}

impl Signed {
    /// What is wrong with it, if anything: a hole that is not known, or no hole for the body.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (name, after) = after.split_once('}').ok_or("a `${` is not closed")?;
            parts.push(match name {
                "body" => Part::Body,
                "timestamp" => Part::Timestamp,
                "method" => Part::Method,
                "url" => Part::Url,
                "form" => Part::Form,
                _ => match name.strip_prefix("header.") {
                    Some(header) if !header.is_empty() => Part::Header(header.to_ascii_lowercase()),
                    _ => return Err(format!("`{name}` is not known; known are body, timestamp, method, url, form and header.NAME")),
                },
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        // A signature over less would be good for any body.
        let covers_body = parts.iter().any(|part| matches!(part, Part::Body | Part::Form));
        if covers_body { Ok(Self(parts)) } else { Err("must hold ${body} or ${form}".to_owned()) }
    }

    pub(super) fn uses_timestamp(&self) -> bool {
        self.0.contains(&Part::Timestamp)
    }

    /// Piece by piece to whoever computes; `false` where the request lacks one.
    pub(super) fn feed(&self, request: &WebhookRequest<'_>, timestamp: Option<&str>, mut take: impl FnMut(&[u8])) -> bool {
        for part in &self.0 {
            match part {
                Part::Text(text) => take(text.as_bytes()),
                Part::Body => take(&request.body),
                Part::Method => take(request.method.as_bytes()),
                Part::Url => take(request.url.as_bytes()),
                Part::Timestamp => match timestamp {
                    Some(text) => take(text.as_bytes()),
                    None => return false,
                },
                Part::Header(name) => match request.header(name) {
                    Some(value) => take(value.as_bytes()),
                    None => return false,
                },
                Part::Form => {
                    let fields: BTreeMap<_, _> = url::form_urlencoded::parse(&request.body).collect();
                    for (name, value) in fields {
                        take(name.as_bytes());
                        take(value.as_bytes());
                    }
                }
            }
        }
        true
    }
}
