//! Templates of that format as ours: `${...}` holds a name, alternatives with `||`, or a function of a text.

use crate::template::parse::{closing, split};

/// What things are called in the auth mode of the entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    /// The present token.
    pub(super) access_token: &'static str,
    /// The client that buys tokens: the integration's, or in some modes the connection's own.
    pub(super) client_id: &'static str,
    pub(super) client_secret: &'static str,
    /// `${token}`: what was signed.
    pub(super) token: &'static str,
}

impl Default for Words {
    fn default() -> Self {
        Self { access_token: "accessToken", client_id: "clientId", client_secret: "clientSecret", token: "credentials.token" }
    }
}

/// The template in our grammar, or what of it is not supported.
pub(super) fn translate(source: &str, words: &Words) -> Result<String, String> {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find("${") {
        text.push_str(&rest[..start]);
        let inner = &rest[start + 2..];
        let end = closing(inner).ok_or_else(|| format!("`${{` without its `}}` in the template `{source}`"))?;
        let alternatives = split(&inner[..end], "||").into_iter().map(str::trim).enumerate();
        let alternatives: Vec<String> = alternatives.map(|(at, one)| alternative(one, at > 0, words)).collect::<Result<_, _>>()?;
        text.push_str("${");
        text.push_str(&alternatives.join(" || "));
        text.push('}');
        rest = &inner[end + 1..];
    }
    text.push_str(rest);
    Ok(text)
}

fn alternative(text: &str, may_be_literal: bool, words: &Words) -> Result<String, String> {
    let is_quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if is_quoted('\'') || is_quoted('"') {
        return Ok(text.to_owned());
    }
    if let Some((function, inner)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        return match function {
            "base64" | "sha256Hex" => Ok(format!("{function}({})", translate(inner, words)?)),
            "awsSigV4" => Err("`awsSigV4(...)` is not supported; requests are signed in auth mode AWS_SIGV4".to_owned()),
            _ => Err(format!("the function `{function}(...)` is not supported")),
        };
    }
    match name(text, words) {
        Some(name) => name,
        None if may_be_literal && !text.contains("${") => Ok(if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }),
        None => Err(format!("`${{{text}}}` is not supported")),
    }
}

/// `None` for what is no name of that format.
fn name(text: &str, words: &Words) -> Option<Result<String, String>> {
    let known = match text {
        "apiKey" | "username" | "password" | "random" => text,
        "accessToken" | "access_token" => words.access_token,
        "refreshToken" | "refresh_token" => "refreshToken",
        "clientId" => words.client_id,
        "clientSecret" => words.client_secret,
        "token" => words.token,
        // Of a request that is signed: nothing here is filled so late.
        "endpoint" | "host" | "path" | "method" | "params" | "bodyCanonicalParams" | "contentType" => {
            return Some(Err(format!("`${{{text}}}` is not supported: no template reads the request that it stands in")));
        }
        _ if text == "now" || text.starts_with("now:") => return Some(moment(text)),
        _ => return dotted(text),
    };
    Some(Ok(known.to_owned()))
}

fn dotted(text: &str) -> Option<Result<String, String>> {
    let (room, key) = text.split_once('.')?;
    Some(match room {
        "credentials" if key == "_cookies" => {
            Err("`${credentials._cookies}` is not supported: cookies of an answer are not kept".to_owned())
        }
        "connectionConfig" | "credentials" => Ok(text.to_owned()),
        "integration_config" | "integrationConfig" => Ok(format!("integration.{key}")),
        "assertionOption" => Err(format!("`${{{text}}}` is not supported: no assertion is built here")),
        _ if room.strip_prefix("step").is_some_and(|number| number.parse::<usize>().is_ok()) => Ok(text.to_owned()),
        _ => return None,
    })
}

/// `now`, `now::FORMAT`; an offset (`now:+5:minutes:FORMAT`) has no counterpart.
fn moment(text: &str) -> Result<String, String> {
    // What that format's own readers write for whole seconds and for milliseconds of UTC.
    const ISO: &[&str] = &["", "YYYY-MM-DDTHH:mm:ssZ", "YYYY-MM-DDTHH:mm:ss[Z]", "YYYY-MM-DDTHH:mm:ss.SSS[Z]", "YYYY-MM-DDTHH:mm:ss.SSSZ"];
    let refused = || Err(format!("`${{{text}}}` is not supported; there are `now::X` (seconds), `now::x` (milliseconds) and ISO 8601"));
    let format = match text.strip_prefix("now") {
        Some("") => "",
        Some(rest) => match rest.strip_prefix("::") {
            Some(format) => format,
            None => return refused(),
        },
        None => return refused(),
    };
    match format {
        "X" => Ok("now".to_owned()),
        "x" => Ok("now.ms".to_owned()),
        _ if ISO.contains(&format) => Ok("now.iso".to_owned()),
        _ => refused(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_of_the_format_is_translated_or_named() {
        let good = [
            ("https://${connectionConfig.subdomain}.example.com", "https://${connectionConfig.subdomain}.example.com"),
            ("${connectionConfig.host || connectionConfig.domain}", "${connectionConfig.host || connectionConfig.domain}"),
            ("https://${connectionConfig.host || api.example.com}/v1", "https://${connectionConfig.host || 'api.example.com'}/v1"),
            ("${connectionConfig.region||'eu'}", "${connectionConfig.region || 'eu'}"),
            ("Token ${apiKey}", "Token ${apiKey}"),
            ("Bearer ${accessToken}", "Bearer ${credentials.token}"),
            ("Basic ${base64(${username}:${password})}", "Basic ${base64(${username}:${password})}"),
            ("${sha256Hex(${apiKey})}", "${sha256Hex(${apiKey})}"),
            ("${clientId}:${clientSecret}", "${credentials.client_id}:${credentials.client_secret}"),
            ("${integration_config.app}", "${integration.app}"),
            ("${step1.data.id}", "${step1.data.id}"),
            ("${refresh_token}", "${refreshToken}"),
            ("${token} ${random}", "${credentials.assertion} ${random}"),
            ("${now} ${now::X} ${now::x}", "${now.iso} ${now} ${now.ms}"),
            ("costs 5$ {a}", "costs 5$ {a}"),
        ];
        let words = Words {
            access_token: "credentials.token",
            client_id: "credentials.client_id",
            client_secret: "credentials.client_secret",
            token: "credentials.assertion",
        };
        for (theirs, ours) in good {
            assert_eq!(translate(theirs, &words).as_deref(), Ok(ours));
            crate::Template::parse(ours).unwrap_or_else(|defect| panic!("{defect}"));
        }
        let refused = [
            "${endpoint}",
            "${host}",
            "${path}",
            "${method}",
            "${params}",
            "${bodyCanonicalParams}",
            "${contentType}",
            "${awsSigV4(${credentials.a}, ${credentials.b}, eu, s3)}",
            "${sha256Base64(x)}",
            "${hmacSha1Hex(x, y)}",
            "${ed25519Sign(x, y)}",
            "${fingerprint(x)}",
            "${now::dddd}",
            "${now:+5:minutes:X}",
            "${assertionOption.key}",
            "${credentials._cookies}",
            "${something}",
            "${unclosed",
        ];
        for theirs in refused {
            let problem = translate(theirs, &words).expect_err(theirs);
            assert!(problem.contains("not supported") || problem.contains("without its"), "{theirs}: {problem}");
        }
    }
}
