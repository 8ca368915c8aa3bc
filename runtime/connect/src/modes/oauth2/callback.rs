//! The browser's way back (RFC 6749, 4.1.2; RFC 9207).

use super::Issuer;
use crate::ModeError;
use crate::modes::CallbackParams;
use crate::token::shown;

/// What providers say about an error, in the order in which it is shown.
const TOLD: [&str; 6] = ["error", "error_description", "error_reason", "error_message", "error_uri", "status_code"];

/// The code, if this is the answer of the server that was asked and it is no error.
///
/// The issuer comes first and is compared byte by byte, on errors too: what another server says is not repeated.
pub(crate) fn code<'c>(issuer: Option<&Issuer>, callback: &'c CallbackParams, param: &str) -> Result<&'c str, ModeError> {
    if let Some(expected) = issuer {
        let is_right = match callback.0.get("iss") {
            Some(told) => *told == expected.name,
            None => !expected.is_required,
        };
        if !is_right {
            return Err(refused("the answer is not from the authorization server that was asked; connect again"));
        }
    }
    if callback.get("error").is_some() {
        let told: Vec<String> = TOLD.iter().filter_map(|name| callback.get(name)).map(shown).collect();
        return Err(refused(&format!("the provider refused: {}", told.join(": "))));
    }
    callback.get(param).ok_or_else(|| refused(&format!("the provider's answer has no `{param}`; connect again")))
}

/// The wire's word for everything that a browser brings back in place of a code.
fn refused(message: &str) -> ModeError {
    ModeError::Refused { code: "callback_err".to_owned(), message: message.to_owned(), status: None }
}
