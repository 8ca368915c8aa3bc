//! What is remembered while the browser is away.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use serde::{Deserialize, Serialize};

use crate::ModeError;
use crate::modes::FlowSecret;
use crate::setting::Setting;

/// Of one authorization request.
#[derive(Serialize, Deserialize)]
pub(crate) struct Flow {
    /// As it was sent: the token request repeats it byte by byte (RFC 6749, 4.1.3).
    pub(crate) redirect_uri: String,
    /// Proves that the code was asked for here (RFC 7636).
    pub(crate) verifier: Option<String>,
    /// Whose answer is awaited.
    pub(crate) issuer: Option<Issuer>,
    /// Stands in for the code.
    pub(crate) refresh_token: Option<String>,
}

/// The authorization server that was asked.
#[derive(Serialize, Deserialize)]
pub(crate) struct Issuer {
    pub(crate) name: String,
    /// Whether the server says that it names itself in every answer.
    pub(crate) is_required: bool,
}

impl Flow {
    /// A new one, and the challenge that goes with it.
    pub(crate) fn begin(setting: &Setting<'_>, pkce: bool, issuer: Option<Issuer>) -> (Self, Option<PkceCodeChallenge>) {
        let verifier = pkce.then(|| verifier(setting.randomness));
        let challenge = verifier.as_ref().map(PkceCodeChallenge::from_code_verifier_sha256);
        let redirect_uri = setting.callback_url.to_string();
        (Self { redirect_uri, verifier: verifier.map(PkceCodeVerifier::into_secret), issuer, refresh_token: None }, challenge)
    }

    pub(crate) fn seal(&self) -> FlowSecret {
        FlowSecret(serde_json::to_value(self).expect("plain data has a JSON form"))
    }

    pub(crate) fn open(secret: &FlowSecret) -> Result<Self, ModeError> {
        Self::deserialize(&secret.0).map_err(|_| forgotten())
    }
}

/// A flow that another version of the server began.
pub(crate) fn forgotten() -> ModeError {
    ModeError::Refused {
        code: "state_err".to_owned(),
        message: "the authorization was begun by another version of the server; connect again".to_owned(),
        status: None,
    }
}

/// 256 bits in 43 characters: the least that RFC 7636, 4.1, allows, and as much as its S256 can tell apart.
fn verifier(randomness: fn() -> [u8; 16]) -> PkceCodeVerifier {
    PkceCodeVerifier::new(URL_SAFE_NO_PAD.encode([randomness(), randomness()].as_flattened()))
}
