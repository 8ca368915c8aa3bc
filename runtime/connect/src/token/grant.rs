//! The token in an answer.

use serde_json::Value;
use syncline_domain::{Oauth2, Secret, Timestamp};
use syncline_providers::TokenAnswer;

use super::Answer;
use super::expiry::end;
use crate::ModeError;

/// The longest that real providers hand out stay below a quarter of it; headers of that length are refused by nearly every server.
const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// A token and what came with it.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    /// `None` where the provider does not say.
    pub(crate) expires_at: Option<Timestamp>,
    /// The provider's own answer, a JSON object.
    pub(crate) raw: Secret,
}

impl Answer {
    /// Reads by the entry's rule. What else is in there, an id token for one, is kept and not judged.
    pub(crate) fn token(&self, rule: &TokenAnswer, now: Timestamp) -> Result<Issued, ModeError> {
        let token = self.text(&rule.token)?.ok_or_else(|| invalid(&format!("has no token at `{}`", rule.token.join("` or `"))))?;
        let refresh_token = self.text(&rule.refresh_token)?;
        Ok(Issued {
            expires_at: end(self, rule, token.expose(), now),
            token,
            refresh_token,
            raw: Secret::new(Value::Object(self.fields.clone()).to_string()),
        })
    }

    /// The first path at which there is a text or number.
    fn text(&self, paths: &[String]) -> Result<Option<Secret>, ModeError> {
        let found = paths.iter().filter_map(|path| Some((path, self.at(path)?))).find_map(|(path, value)| match value {
            Value::String(text) if !text.is_empty() => Some((path, text.clone())),
            Value::Number(number) => Some((path, number.to_string())),
            _ => None,
        });
        let Some((path, text)) = found else { return Ok(None) };
        if text.len() > MAX_TOKEN_BYTES {
            return Err(invalid(&format!("has more than {MAX_TOKEN_BYTES} bytes at `{path}`")));
        }
        // It will stand in a header.
        if text.contains(char::is_control) {
            return Err(invalid(&format!("has control characters at `{path}`")));
        }
        Ok(Some(Secret::new(text)))
    }
}

impl Issued {
    /// As a connection keeps it. A refresh token that is not replaced stays good (RFC 6749, 6), so `earlier` is kept.
    pub(crate) fn into_oauth2(self, earlier: Option<&Secret>, config_override: Option<Secret>) -> Oauth2 {
        Oauth2 {
            access_token: self.token,
            refresh_token: self.refresh_token.or_else(|| earlier.cloned()),
            expires_at: self.expires_at,
            raw: Some(self.raw),
            config_override,
        }
    }
}

fn invalid(problem: &str) -> ModeError {
    ModeError::Unavailable {
        code: "invalid_token_answer".to_owned(),
        message: format!("the provider's token answer {problem}"),
        retry_after: None,
    }
}
