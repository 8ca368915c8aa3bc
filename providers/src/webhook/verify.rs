//! Whether a delivery is what it says.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hmac::{KeyInit as _, Mac as _};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{
    Encoding, Hmac, Jwt, KeyForm, MacAlgorithm, Moments, PublicKey, PublicKeyAlgorithm, SecretSource, Timestamp, Token, Webhook,
    WebhookRequest, WebhookSecrets, WebhookSignature,
};

/// A header with more signatures than this is not one of a secret that is being replaced.
const MAX_SIGNATURES: usize = 16;
/// Clocks of the provider and of this server, for tokens that say when they end.
const LEEWAY_S: i64 = 300;
/// An uncompressed point of P-256, which ends the DER of its key.
const POINT_BYTES: usize = 65;

/// What is known of a delivery that may pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verified {
    /// Its proof is right.
    Proven,
    /// Its provider gives none.
    Unsigned,
}

/// Why a delivery may not pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It carries no signature.
    MissingSignature,
    /// It carries no token.
    MissingToken,
    /// What it carries is not right.
    Invalid,
    /// It was made too long ago, or will be made.
    Stale,
    /// Nothing is there to check it with.
    NoSecret(SecretSource),
}

impl Webhook {
    /// Checks the proof of a delivery over its very bytes. `now_ms` is since 1970.
    pub fn verify(&self, request: &WebhookRequest<'_>, secrets: &WebhookSecrets, now_ms: i64) -> Result<Verified, Refusal> {
        let Some(first) = self.signatures.first() else { return Ok(Verified::Unsigned) };
        let Some(signature) = self.signatures.iter().find(|signature| signature.is_carried(request)) else { return Err(first.missing()) };
        let keys = secrets.of(signature.secret());
        if keys.is_empty() {
            return Err(Refusal::NoSecret(signature.secret()));
        }
        let right = match signature {
            WebhookSignature::Hmac(hmac) => hmac.check(request, keys, now_ms)?,
            WebhookSignature::Token(token) => token.check(request, keys)?,
            WebhookSignature::PublicKey(public) => public.check(request, keys, now_ms)?,
            WebhookSignature::Jwt(jwt) => jwt.check(request, keys, now_ms)?,
        };
        if right { Ok(Verified::Proven) } else { Err(Refusal::Invalid) }
    }
}

impl WebhookSignature {
    const fn missing(&self) -> Refusal {
        match self {
            Self::Hmac(_) | Self::PublicKey(_) => Refusal::MissingSignature,
            Self::Token(_) | Self::Jwt(_) => Refusal::MissingToken,
        }
    }

    fn is_carried(&self, request: &WebhookRequest<'_>) -> bool {
        match self {
            Self::Hmac(hmac) => request.header(&hmac.header).is_some(),
            Self::Token(token) => token.from.is_present(request),
            Self::PublicKey(public) => request.header(&public.header).is_some(),
            Self::Jwt(jwt) => request.header(&jwt.header).is_some(),
        }
    }
}

impl Hmac {
    fn check(&self, request: &WebhookRequest<'_>, keys: &[String], now_ms: i64) -> Result<bool, Refusal> {
        let carried = request.header(&self.header).filter(|text| !text.is_empty()).ok_or(Refusal::MissingSignature)?;
        let time = time(self.timestamp.as_ref(), request)?;
        let given: Vec<Vec<u8>> = parts(carried, self.separator.as_deref(), &self.prefix)
            .take(MAX_SIGNATURES)
            .filter_map(|text| decode(self.encoding, text))
            .collect();
        let mut right = false;
        for key in keys.iter().filter_map(|secret| key(self.key, secret)) {
            let Some(expected) = self.compute(request, time.as_deref(), &key) else { return Err(Refusal::Invalid) };
            for given in &given {
                right |= bool::from(expected.ct_eq(given));
            }
        }
        // Only who knows the secret learns that the time is wrong.
        if right { fresh(self.timestamp.as_ref(), time.as_deref(), now_ms).map(|()| true) } else { Ok(false) }
    }

    fn compute(&self, request: &WebhookRequest<'_>, time: Option<&str>, key: &[u8]) -> Option<Vec<u8>> {
        macro_rules! mac {
            ($digest:ty) => {{
                let mut mac = hmac::Hmac::<$digest>::new_from_slice(key).expect("HMAC takes keys of any length");
                self.signed.feed(request, time, |bytes| mac.update(bytes)).then(|| mac.finalize().into_bytes().to_vec())
            }};
        }
        match self.algorithm {
            MacAlgorithm::Sha1 => mac!(sha1::Sha1),
            MacAlgorithm::Sha256 => mac!(Sha256),
            MacAlgorithm::Sha512 => mac!(sha2::Sha512),
        }
    }
}

impl Token {
    fn check(&self, request: &WebhookRequest<'_>, keys: &[String]) -> Result<bool, Refusal> {
        let carried = self.from.text(request).ok_or(Refusal::MissingToken)?;
        let Some(given) = carried.strip_prefix(self.prefix.as_str()) else { return Ok(false) };
        // Hashes are of one length, whatever the texts are.
        let given = Sha256::digest(given);
        Ok(keys.iter().fold(false, |right, key| right | bool::from(Sha256::digest(key).ct_eq(&given))))
    }
}

impl PublicKey {
    fn check(&self, request: &WebhookRequest<'_>, keys: &[String], now_ms: i64) -> Result<bool, Refusal> {
        let carried = request.header(&self.header).filter(|text| !text.is_empty()).ok_or(Refusal::MissingSignature)?;
        let time = time(self.timestamp.as_ref(), request)?;
        let Some(signature) = decode(self.encoding, carried) else { return Ok(false) };
        let mut message = Vec::with_capacity(request.body.len() + 32);
        if !self.signed.feed(request, time.as_deref(), |bytes| message.extend_from_slice(bytes)) {
            return Ok(false);
        }
        let right = keys.iter().any(|key| match self.algorithm {
            PublicKeyAlgorithm::Ed25519 => {
                decode(self.encoding, key).is_some_and(|key| UnparsedPublicKey::new(&ED25519, key).verify(&message, &signature).is_ok())
            }
            PublicKeyAlgorithm::EcdsaP256 => BASE64_STANDARD.decode(key).is_ok_and(|der| {
                let point = &der[der.len().saturating_sub(POINT_BYTES)..];
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(&message, &signature).is_ok()
            }),
        });
        if right { fresh(self.timestamp.as_ref(), time.as_deref(), now_ms).map(|()| true) } else { Ok(false) }
    }
}

impl Jwt {
    /// RFC 7519 with HS256 and nothing else: what a token says of its algorithm is compared, never followed.
    fn check(&self, request: &WebhookRequest<'_>, keys: &[String], now_ms: i64) -> Result<bool, Refusal> {
        let carried = request.header(&self.header).filter(|text| !text.is_empty()).ok_or(Refusal::MissingToken)?;
        let Some(token) = carried.strip_prefix(self.prefix.as_str()) else { return Ok(false) };
        let Some((signed, signature)) = token.rsplit_once('.') else { return Ok(false) };
        let Some((head, claims)) = signed.split_once('.') else { return Ok(false) };
        let read = |part: &str| serde_json::from_slice::<Value>(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        let (Some(head), Some(claims), Ok(signature)) = (read(head), read(claims), BASE64_URL_SAFE_NO_PAD.decode(signature)) else {
            return Ok(false);
        };
        let right = keys.iter().fold(false, |right, key| {
            let mut mac = hmac::Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
            mac.update(signed.as_bytes());
            right | bool::from(mac.finalize().into_bytes().ct_eq(signature.as_slice()))
        });
        if !right || head["alg"] != "HS256" {
            return Ok(false);
        }
        let now = now_ms / 1_000;
        // A token without an end would be good for ever, whoever saw it.
        let ends = claims["exp"].as_i64().ok_or(Refusal::Stale)?;
        let begins = claims["nbf"].as_i64().unwrap_or(i64::MIN);
        if ends.saturating_add(LEEWAY_S) < now || begins.saturating_sub(LEEWAY_S) > now { Err(Refusal::Stale) } else { Ok(true) }
    }
}

/// What the delivery says of its time, as it is written; a delivery that must say it and does not is not signed as it should be.
fn time(timestamp: Option<&Timestamp>, request: &WebhookRequest<'_>) -> Result<Option<String>, Refusal> {
    let Some(timestamp) = timestamp else { return Ok(None) };
    let whole = timestamp.from.text(request).ok_or(Refusal::MissingSignature)?;
    let found = parts(&whole, timestamp.separator.as_deref(), &timestamp.prefix).next().map(str::to_owned);
    found.ok_or(Refusal::Invalid).map(Some)
}

fn fresh(timestamp: Option<&Timestamp>, time: Option<&str>, now_ms: i64) -> Result<(), Refusal> {
    let (Some(timestamp), Some(time)) = (timestamp, time) else { return Ok(()) };
    let made_ms = match timestamp.unit {
        Moments::Seconds => time.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000)),
        Moments::Millis => time.parse::<i64>().ok(),
        Moments::Iso => chrono::DateTime::parse_from_rfc3339(time).ok().map(|moment| moment.timestamp_millis()),
    };
    let tolerance = i64::from(timestamp.tolerance_s) * 1_000;
    let is_near = made_ms.is_some_and(|made| made.checked_sub(now_ms).is_some_and(|apart| apart.saturating_abs() <= tolerance));
    if is_near { Ok(()) } else { Err(Refusal::Stale) }
}

/// What follows the prefix, in each part that has it.
fn parts<'t>(text: &'t str, separator: Option<&'t str>, prefix: &'t str) -> impl Iterator<Item = &'t str> {
    let whole = separator.is_none().then_some(text);
    let several = separator.into_iter().flat_map(move |separator| text.split(separator));
    whole.into_iter().chain(several).filter_map(move |part| part.trim().strip_prefix(prefix))
}

fn key(form: KeyForm, secret: &str) -> Option<Vec<u8>> {
    match form {
        KeyForm::Plain => Some(secret.as_bytes().to_vec()),
        KeyForm::Base64 => BASE64_STANDARD.decode(secret).ok(),
        KeyForm::Whsec => BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok(),
    }
}

fn decode(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Base64 => BASE64_STANDARD.decode(text).ok(),
        Encoding::Hex => {
            let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
            let (pairs, rest) = text.as_bytes().as_chunks::<2>();
            let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
            if rest.is_empty() { bytes } else { None }
        }
    }
}
