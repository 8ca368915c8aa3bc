//! Tokens that we sign: JSON Web Signatures in their compact form (RFC 7515, 7.1).
//!
//! Only made, never verified: nothing in here trusts a token of somebody else, so there is no algorithm to be confused about.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use jsonwebtoken::crypto::sign;
use serde_json::{Map, Value};
use syncline_domain::Secret;
use syncline_providers::Algorithm;

/// A key that cannot sign. Never repeats it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{problem}")]
pub(crate) struct KeyDefect {
    /// For a person.
    pub(crate) problem: &'static str,
}

/// What is signed with.
pub(crate) struct SigningKey {
    key: EncodingKey,
    algorithm: Algorithm,
}

impl SigningKey {
    /// PEM for RS256 and ES256, also with `\n` written out or as base64 of the whole; for HS256 the secret itself, maybe in hexadecimal.
    pub(crate) fn read(algorithm: Algorithm, text: &Secret, is_hex: bool) -> Result<Self, KeyDefect> {
        let defect = |problem| KeyDefect { problem };
        let key = match algorithm {
            Algorithm::Hs256 if is_hex => {
                let bytes = hex(text.expose()).ok_or(defect("must be hexadecimal: an even number of digits 0-9 and a-f"))?;
                EncodingKey::from_secret(&bytes)
            }
            Algorithm::Hs256 => EncodingKey::from_secret(text.expose().as_bytes()),
            Algorithm::Rs256 => EncodingKey::from_rsa_pem(pem(text).expose().as_bytes())
                .map_err(|_| defect("must be an RSA private key in PEM (`-----BEGIN PRIVATE KEY-----`), without a passphrase"))?,
            Algorithm::Es256 => EncodingKey::from_ec_pem(pem(text).expose().as_bytes())
                .map_err(|_| defect("must be a P-256 private key in PKCS#8 PEM (`-----BEGIN PRIVATE KEY-----`), without a passphrase"))?,
        };
        Ok(Self { key, algorithm })
    }

    /// The token. `alg` is set here, `typ` unless the header says otherwise.
    pub(crate) fn sign(&self, mut header: Map<String, Value>, claims: &Map<String, Value>) -> Result<Secret, KeyDefect> {
        let (name, algorithm) = match self.algorithm {
            Algorithm::Hs256 => ("HS256", jsonwebtoken::Algorithm::HS256),
            Algorithm::Rs256 => ("RS256", jsonwebtoken::Algorithm::RS256),
            Algorithm::Es256 => ("ES256", jsonwebtoken::Algorithm::ES256),
        };
        header.insert("alg".to_owned(), name.into());
        header.entry("typ").or_insert_with(|| "JWT".into());
        let part = |part: &Map<String, Value>| URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).expect("JSON values have a JSON form"));
        let message = format!("{}.{}", part(&header), part(claims));
        let signature = sign(message.as_bytes(), &self.key, algorithm).map_err(|_| KeyDefect { problem: "is too short or damaged" })?;
        Ok(Secret::new(format!("{message}.{signature}")))
    }
}

/// Environments and forms bend line ends; a base64 of the whole file is how many hand it on.
fn pem(text: &Secret) -> Secret {
    let plain = text.expose().trim();
    if plain.starts_with("-----") {
        return Secret::new(plain.replace("\\n", "\n"));
    }
    let compact: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
    let decoded = STANDARD.decode(compact).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.map_or_else(|| text.clone(), Secret::new)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.trim().chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let is_whole = !digits.is_empty() && digits.len().is_multiple_of(2);
    is_whole.then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
