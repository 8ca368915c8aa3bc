//! What a template can compute.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// A function over text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Function {
    /// `base64(TEXT)`: RFC 4648, 4, with padding.
    Base64,
    /// `sha256Hex(TEXT)`: lower-case hexadecimal.
    Sha256Hex,
    /// `hmacSha256Hex(MESSAGE, KEY)`: RFC 2104, lower-case hexadecimal.
    HmacSha256Hex,
    /// `urlEncode(TEXT)`: as a form writes it, which is what a client's name and secret want inside Basic (RFC 6749, 2.3.1).
    UrlEncode,
}

impl Function {
    /// Every function, by the name that templates use.
    pub(super) const ALL: [(&'static str, Self); 4] =
        [("base64", Self::Base64), ("sha256Hex", Self::Sha256Hex), ("hmacSha256Hex", Self::HmacSha256Hex), ("urlEncode", Self::UrlEncode)];

    /// How many arguments it takes.
    pub(super) const fn arity(self) -> usize {
        match self {
            Self::HmacSha256Hex => 2,
            Self::Base64 | Self::Sha256Hex | Self::UrlEncode => 1,
        }
    }

    /// The name that templates use.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, function)| *function == self).map_or("", |(name, _)| name)
    }

    /// Its value for exactly [`Self::arity`] arguments.
    pub(super) fn call(self, arguments: &[String]) -> String {
        match (self, arguments) {
            (Self::Base64, [text]) => STANDARD.encode(text),
            (Self::Sha256Hex, [text]) => hex(&Sha256::digest(text.as_bytes())),
            (Self::HmacSha256Hex, [message, key]) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
                mac.update(message.as_bytes());
                hex(&mac.finalize().into_bytes())
            }
            (Self::UrlEncode, [text]) => url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
            _ => unreachable!("the parser counts a function's arguments"),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}
