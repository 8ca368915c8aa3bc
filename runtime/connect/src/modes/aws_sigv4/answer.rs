//! What STS answers: XML, whether it is keys or an error.

use http::StatusCode;
use roxmltree::Document;
use syncline_domain::{Secret, Timestamp};

use crate::ModeError;

/// Keys of an assumed role.
pub(super) struct Assumed {
    pub(super) access_key_id: Secret,
    pub(super) secret_access_key: Secret,
    pub(super) session_token: Secret,
    pub(super) expires_at: Timestamp,
    /// The role's session, for people.
    pub(super) user: Option<String>,
}

/// Errors that speak of our keys or their permission, not of the person's role.
const OURS: [&str; 6] = [
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "UnrecognizedClientException",
    "ExpiredToken",
];
/// Errors that pass.
const PASSING: [&str; 5] = ["Throttling", "ThrottlingException", "RequestLimitExceeded", "ServiceUnavailable", "InternalFailure"];
/// Enough for a sentence.
const MAX_SHOWN_CHARS: usize = 300;

pub(super) fn read(status: StatusCode, body: &[u8], host: &str) -> Result<Assumed, ModeError> {
    let garbage = |problem: &str| ModeError::Unavailable {
        code: "invalid_token_answer".to_owned(),
        message: format!("`{host}` answered {} {problem}", status.as_u16()),
        retry_after: None,
    };
    let text = std::str::from_utf8(body).map_err(|_| garbage("with neither keys nor an error"))?;
    // Document types are refused, so nothing expands and nothing is fetched.
    let document = Document::parse(text).map_err(|_| garbage("with neither keys nor an error"))?;
    let all = |name: &str| {
        let node = document.descendants().find(|node| node.tag_name().name() == name);
        node.and_then(|node| node.text()).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    if !status.is_success() {
        return Err(refusal(status, host, all("Code"), all("Message")));
    }
    let part = |name: &str| all(name).map(Secret::new).ok_or_else(|| garbage(&format!("without `{name}`")));
    Ok(Assumed {
        access_key_id: part("AccessKeyId")?,
        secret_access_key: part("SecretAccessKey")?,
        session_token: part("SessionToken")?,
        expires_at: Timestamp::parse(part("Expiration")?.expose()).map_err(|_| garbage("with an `Expiration` that is no time"))?,
        user: all("Arn"),
    })
}

fn refusal(status: StatusCode, host: &str, code: Option<String>, message: Option<String>) -> ModeError {
    let code = code.unwrap_or_else(|| status.as_str().to_owned());
    let told: String = message.unwrap_or_default().chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_SHOWN_CHARS).collect();
    let message = format!("`{host}` answered {}: {code}: {told}", status.as_u16());
    if OURS.contains(&code.as_str()) {
        return ModeError::Setup { problem: format!("the integration's AWS keys were refused; check `access_key_id`: {message}") };
    }
    if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS && !PASSING.contains(&code.as_str()) {
        return ModeError::Refused { code, message, status: Some(status.as_u16()) };
    }
    ModeError::Unavailable { code, message, retry_after: None }
}
