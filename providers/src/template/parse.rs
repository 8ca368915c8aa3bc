//! The grammar, by hand: it nests (a function holds templates) and is smaller than a grammar for a parser generator would be.

use super::function::Function;
use super::{Alternative, Moment, Name, Part, Template, TemplateDefect};

/// What stands in a defect's text, for whoever mistyped one.
const KNOWN: &str = "apiKey, accessToken, refreshToken, username, password, clientId, clientSecret, connectionConfig.KEY, credentials.KEY, \
                     integration.KEY, stepN.PATH, random, now, now.ms and now.iso";

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
pub(crate) fn closing(text: &str) -> Option<usize> {
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
    split(text, "||").into_iter().map(|part| alternative(part.trim())).collect()
}

/// Splits at `separator` outside quotes and nested holes.
pub(crate) fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut quote, mut start) = (Vec::new(), 0_usize, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && at >= start && text[at..].starts_with(separator) => {
                parts.push(&text[start..at]);
                start = at + separator.len();
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
    if let Some((function, inner)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        return call(function, inner);
    }
    name(text).map(Alternative::Name)
}

fn call(name: &str, inner: &str) -> Result<Alternative, String> {
    let Some((_, function)) = Function::ALL.into_iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = Function::ALL.iter().map(|(name, _)| *name).collect();
        return Err(format!("`{name}` is not a known function; known are {}", known.join(", ")));
    };
    // A function of one argument takes commas as they are.
    let arguments = if function.arity() == 1 { vec![inner] } else { split(inner, ",") };
    if arguments.len() != function.arity() {
        return Err(format!("`{name}` takes {} arguments, not {}", function.arity(), arguments.len()));
    }
    let arguments = arguments.into_iter().map(|argument| template(argument.trim()).map_err(|defect| defect.problem));
    Ok(Alternative::Call(function, arguments.collect::<Result<_, _>>()?))
}

fn name(text: &str) -> Result<Name, String> {
    let unknown = || format!("`{text}` is not a known name; known are {KNOWN}");
    match text {
        "apiKey" | "username" | "password" => return Ok(Name::Credential(text.to_owned())),
        "accessToken" => return Ok(Name::Credential("access_token".to_owned())),
        "refreshToken" => return Ok(Name::Credential("refresh_token".to_owned())),
        "clientId" => return Ok(Name::Integration("client_id".to_owned())),
        "clientSecret" => return Ok(Name::Integration("client_secret".to_owned())),
        "random" => return Ok(Name::Random),
        "now" => return Ok(Name::Now(Moment::Seconds)),
        "now.ms" => return Ok(Name::Now(Moment::Millis)),
        "now.iso" => return Ok(Name::Now(Moment::Iso)),
        _ => {}
    }
    let (room, key) = text.split_once('.').ok_or_else(unknown)?;
    let own = |key: &str| key.to_owned();
    let checked = |fine: bool| if fine { Ok(()) } else { Err(format!("`{text}` is not a name")) };
    match room {
        "connectionConfig" => checked(is_key(key)).map(|()| Name::ConnectionConfig(own(key))),
        "credentials" => {
            let plain = key.strip_prefix("app.").or_else(|| key.strip_prefix("user.")).unwrap_or(key);
            checked(is_key(plain)).map(|()| Name::Credential(own(key)))
        }
        "integration" => checked(is_key(key)).map(|()| Name::Integration(own(key))),
        _ => {
            let step = room.strip_prefix("step").and_then(|number| number.parse().ok()).filter(|number| *number > 0);
            let step = step.ok_or_else(unknown)?;
            checked(key.split('.').all(is_key)).map(|()| Name::Step(step, own(key)))
        }
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
