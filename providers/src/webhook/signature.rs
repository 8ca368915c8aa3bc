//! How a delivery proves where it comes from.

use super::{SecretSource, Signed, Source};

/// One way to prove it.
#[derive(Clone, Debug)]
pub enum WebhookSignature {
    /// A keyed hash.
    Hmac(Hmac),
    /// A secret sent as it is.
    Token(Token),
    /// A signature with the provider's key.
    PublicKey(PublicKey),
    /// A JSON Web Token signed with HMAC-SHA-256. It says nothing of the body.
    Jwt(Jwt),
}

/// A keyed hash in a header.
#[derive(Clone, Debug)]
pub struct Hmac {
    /// Which.
    pub algorithm: MacAlgorithm,
    /// How it is written.
    pub encoding: Encoding,
    /// In lower case.
    pub header: String,
    /// What stands before it.
    pub prefix: String,
    /// Between several, of which one must be right.
    pub separator: Option<String>,
    /// What it is over.
    pub signed: Signed,
    /// With what.
    pub secret: SecretSource,
    /// How the secret becomes a key.
    pub key: KeyForm,
    /// When it was made.
    pub timestamp: Option<Timestamp>,
}

/// A secret as it is.
#[derive(Clone, Debug)]
pub struct Token {
    /// Where.
    pub from: Source,
    /// What stands before it.
    pub prefix: String,
    /// Which.
    pub secret: SecretSource,
}

/// A signature that anybody can check.
#[derive(Clone, Debug)]
pub struct PublicKey {
    /// Which.
    pub algorithm: PublicKeyAlgorithm,
    /// How it is written; an Ed25519 key is written in the same way, a P-256 key always as the Base64 of its DER.
    pub encoding: Encoding,
    /// In lower case.
    pub header: String,
    /// What it is over.
    pub signed: Signed,
    /// When it was made.
    pub timestamp: Option<Timestamp>,
}

/// A token with claims.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// In lower case.
    pub header: String,
    /// What stands before it.
    pub prefix: String,
    /// What it is signed with.
    pub secret: SecretSource,
}

/// Where a delivery says when it was made, and how long that is good.
#[derive(Clone, Debug)]
pub struct Timestamp {
    /// Where.
    pub from: Source,
    /// What stands before it.
    pub prefix: String,
    /// Between it and others.
    pub separator: Option<String>,
    /// How it is written.
    pub unit: Moments,
    /// Earlier or later than this it is refused.
    pub tolerance_s: u32,
}

/// Of HMAC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "their names say it")]
pub enum MacAlgorithm {
    Sha1,
    Sha256,
    Sha512,
}

/// Of public keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublicKeyAlgorithm {
    /// RFC 8032
    Ed25519,
    /// ECDSA with SHA-256, the signature in DER
    EcdsaP256,
}

/// Bytes as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Encoding {
    Hex,
    Base64,
}

/// How a secret becomes a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum KeyForm {
    /// Its bytes as they are.
    #[default]
    Plain,
    /// Base64.
    Base64,
    /// Base64 behind `whsec_`, which may be left out: Standard Webhooks.
    Whsec,
}

/// A point in time as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Moments {
    /// Seconds since 1970.
    #[default]
    Seconds,
    /// Milliseconds since 1970.
    Millis,
    /// RFC 3339.
    Iso,
}

impl WebhookSignature {
    /// Which secret it is checked with; a public key is kept in the place of the webhook secret.
    pub const fn secret(&self) -> SecretSource {
        match self {
            Self::Hmac(hmac) => hmac.secret,
            Self::Token(token) => token.secret,
            Self::Jwt(jwt) => jwt.secret,
            Self::PublicKey(_) => SecretSource::Webhook,
        }
    }
}
