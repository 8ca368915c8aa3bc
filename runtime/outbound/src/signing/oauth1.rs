//! OAuth 1.0a (RFC 5849): the `Authorization` header of a signed request.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};
use sha1::Sha1;
use sha2::Sha256;
use syncline_domain::{Secret, Timestamp};
use syncline_providers::OAuth1Signature;
use url::Url;

/// Everything but the unreserved characters of RFC 3986 (RFC 5849, 3.6).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// All that a signature may add.
pub(super) static HEADERS: [HeaderName; 1] = [AUTHORIZATION];

/// Who signs.
#[derive(Clone, Debug)]
pub struct OAuth1Keys {
    /// How.
    pub method: OAuth1Signature,
    /// The client's name.
    pub consumer_key: String,
    /// The client's half of the key.
    pub consumer_secret: Secret,
    /// What the client was given; `None` while it asks for temporary credentials.
    pub token: Option<OAuth1Token>,
    /// Named in the header and not signed (RFC 5849, 3.5.1).
    pub realm: Option<String>,
}

/// Temporary or token credentials (RFC 5849, 1.1).
#[derive(Clone, Debug)]
pub struct OAuth1Token {
    /// Sent.
    pub token: Secret,
    /// The other half of the key.
    pub secret: Secret,
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub struct OAuth1Request<'a> {
    /// HTTP method.
    pub method: &'a Method,
    /// Whole, with its query.
    pub url: &'a Url,
    /// The body, if it is `application/x-www-form-urlencoded`.
    pub form: Option<&'a [u8]>,
    /// Protocol parameters of one request only: `oauth_callback`, `oauth_verifier`.
    pub protocol: &'a [(&'a str, &'a str)],
    /// Now.
    pub at: Timestamp,
    /// Never used before with this timestamp and token.
    pub nonce: &'a str,
}

impl OAuth1Keys {
    /// The value of the `Authorization` header.
    pub fn authorization(&self, request: &OAuth1Request<'_>) -> String {
        let timestamp = (request.at.unix_millis() / 1000).to_string();
        let mut protocol = vec![
            ("oauth_consumer_key", self.consumer_key.as_str()),
            ("oauth_nonce", request.nonce),
            ("oauth_signature_method", method_name(self.method)),
            ("oauth_timestamp", timestamp.as_str()),
            ("oauth_version", "1.0"),
        ];
        protocol.extend(self.token.as_ref().map(|token| ("oauth_token", token.token.expose())));
        protocol.extend(request.protocol);
        let signature = self.signature(&base_string(request, &protocol));
        protocol.push(("oauth_signature", signature.as_str()));

        let mut header = String::from("OAuth ");
        if let Some(realm) = &self.realm {
            // A quoted string (RFC 9110, 5.6.4), and the one parameter that is not percent-encoded.
            let _ = write!(header, "realm=\"{}\", ", realm.replace('\\', "\\\\").replace('"', "\\\""));
        }
        let pairs: Vec<String> = protocol.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value.as_bytes()))).collect();
        header.push_str(&pairs.join(", "));
        header
    }

    /// RFC 5849, 3.4.2 and 3.4.4.
    fn signature(&self, base: &str) -> String {
        let token = self.token.as_ref().map_or("", |token| token.secret.expose());
        let key = format!("{}&{}", encode(self.consumer_secret.expose().as_bytes()), encode(token.as_bytes()));
        let any_length = "HMAC takes keys of any length";
        match self.method {
            OAuth1Signature::HmacSha1 => {
                let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect(any_length);
                STANDARD.encode(mac.chain_update(base).finalize().into_bytes())
            }
            OAuth1Signature::HmacSha256 => {
                let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect(any_length);
                STANDARD.encode(mac.chain_update(base).finalize().into_bytes())
            }
            OAuth1Signature::Plaintext => key,
        }
    }
}

/// As the header writes it.
const fn method_name(method: OAuth1Signature) -> &'static str {
    match method {
        OAuth1Signature::HmacSha1 => "HMAC-SHA1",
        OAuth1Signature::HmacSha256 => "HMAC-SHA256",
        OAuth1Signature::Plaintext => "PLAINTEXT",
    }
}

/// The text of a nonce.
pub(crate) fn nonce(random: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(random))
}

/// Whether the body's fields are signed.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// RFC 5849, 3.4.1: method, address and all parameters in one order, so that both sides write the same text.
fn base_string(request: &OAuth1Request<'_>, protocol: &[(&str, &str)]) -> String {
    let written = |bytes: &[u8]| -> Vec<(String, String)> { pairs(bytes).map(|(name, value)| (encode(&name), encode(&value))).collect() };
    let mut parameters = written(request.url.query().unwrap_or_default().as_bytes());
    parameters.extend(written(request.form.unwrap_or_default()));
    parameters.extend(protocol.iter().map(|(name, value)| (encode(name.as_bytes()), encode(value.as_bytes()))));
    // After encoding, by bytes: names first, then values (3.4.1.3.2).
    parameters.sort_unstable();
    let parameters: Vec<String> = parameters.into_iter().map(|(name, value)| format!("{name}={value}")).collect();

    let mut address = request.url.clone();
    address.set_query(None);
    address.set_fragment(None);
    let of_text = |text: &str| encode(text.as_bytes());
    format!("{}&{}&{}", request.method, of_text(address.as_str()), of_text(&parameters.join("&")))
}

/// The decoded fields of a query or form, byte by byte: they need not be UTF-8.
fn pairs(encoded: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let mut half = || {
            let plain: Vec<u8> = halves.next().unwrap_or_default().iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
            percent_decode(&plain).collect::<Vec<u8>>()
        };
        (half(), half())
    })
}

/// RFC 5849, 3.6; AWS encodes in the same way.
pub(super) fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, ENCODED).to_string()
}

#[cfg(test)]
mod tests;
