//! The fields of a signature's block, by its type.

use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use crate::schema;
use crate::webhook::{Encoding, KeyForm, MacAlgorithm, Moments, PublicKeyAlgorithm, SecretSource, Source};

/// What each type is, for whoever has to choose.
pub(super) const ABOUT: &[(&str, &str)] = &[
    ("hmac", "A keyed hash in a header"),
    ("public-key", "A signature with the provider's key, in a header"),
    ("token", "A secret, sent as it is"),
    ("jwt", "A JSON Web Token in a header: HS256, with `exp`"),
];

/// Each field of the block with its type and the types of signature that know it: the one place that says so.
macro_rules! signature_block {
    ($($(#[$meta:meta])* $field:ident: $type:ty, for $($kind:literal)+;)*) => {
        /// One way to prove where a delivery comes from.
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[schemars(transform = by_type)]
        pub(crate) struct Block {
            /// The type of proof; it decides which other fields there are.
            #[serde(rename = "type")]
            pub(super) kind: String,
            $($(#[$meta])* pub(super) $field: Option<$type>,)*
        }

        impl Block {
            /// Every field with the types that know it.
            pub(super) const FIELDS: &[(&str, &[&str])] = &[$((stringify!($field), &[$($kind),+])),*];

            /// The first field that is written and that its type does not know.
            pub(super) fn foreign(&self) -> Option<&'static str> {
                let written = [$(self.$field.is_some()),*];
                let mut foreign = Self::FIELDS.iter().zip(written).filter(|((_, kinds), written)| *written && !kinds.contains(&&*self.kind));
                foreign.next().map(|((field, _), _)| *field)
            }
        }
    };
}

signature_block! {
    /// In which header it stands.
    header: String, for "hmac" "public-key" "jwt";
    /// In which place it stands.
    from: Source, for "token";
    /// How it is computed; sha256 or ed25519 if left out.
    algorithm: String, for "hmac" "public-key";
    /// How it is written; hex if left out.
    #[schemars(extend("enum" = names(ENCODINGS)))]
    encoding: String, for "hmac" "public-key";
    /// What stands before it.
    prefix: String, for "hmac" "token" "jwt";
    /// What stands between several, of which one must be right.
    separator: String, for "hmac";
    /// What it is over: ${body}, ${timestamp}, ${method}, ${url}, ${form} and ${header.NAME}; the body alone if left out.
    signed: String, for "hmac" "public-key";
    /// With which secret; the integration's webhook secret if left out.
    secret: SecretSource, for "hmac" "token" "jwt";
    /// How the secret becomes a key; as it is if left out.
    #[schemars(extend("enum" = names(KEYS)))]
    key: String, for "hmac";
    /// Where the delivery says when it was made. It must be signed.
    timestamp: TimestampBlock, for "hmac" "public-key";
}

impl Block {
    fn knows(field: &str, kind: &str) -> bool {
        Self::FIELDS.iter().any(|(name, kinds)| *name == field && kinds.contains(&kind))
    }
}

/// When a delivery was made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimestampBlock {
    /// Where it stands.
    pub(super) from: Source,
    /// What stands before it.
    pub(super) prefix: Option<String>,
    /// What stands between it and others.
    pub(super) separator: Option<String>,
    /// Seconds (s), milliseconds (ms) or RFC 3339 (iso); seconds if left out.
    #[schemars(extend("enum" = names(UNITS)))]
    pub(super) unit: Option<String>,
    /// How many seconds earlier or later than now are taken; 300 if left out.
    pub(super) tolerance_s: Option<u32>,
}

/// Names and what they mean; the first is meant where nothing is said.
pub(super) type Names<T> = &'static [(&'static str, T)];

pub(super) const MAC_ALGORITHMS: Names<MacAlgorithm> =
    &[("sha256", MacAlgorithm::Sha256), ("sha1", MacAlgorithm::Sha1), ("sha512", MacAlgorithm::Sha512)];
pub(super) const KEY_ALGORITHMS: Names<PublicKeyAlgorithm> =
    &[("ed25519", PublicKeyAlgorithm::Ed25519), ("ecdsa-p256", PublicKeyAlgorithm::EcdsaP256)];
pub(super) const ENCODINGS: Names<Encoding> = &[("hex", Encoding::Hex), ("base64", Encoding::Base64)];
pub(super) const KEYS: Names<KeyForm> = &[("plain", KeyForm::Plain), ("base64", KeyForm::Base64), ("whsec", KeyForm::Whsec)];
pub(super) const UNITS: Names<Moments> = &[("s", Moments::Seconds), ("ms", Moments::Millis), ("iso", Moments::Iso)];

pub(super) fn names<T>(known: Names<T>) -> Vec<&'static str> {
    known.iter().map(|(name, _)| *name).collect()
}

/// In an editor, the type decides what may follow.
fn by_type(schema: &mut Schema) {
    schema::choice::split(schema, "type", ABOUT, &Block::knows, &Block::needed_by);
    for (kind, algorithms) in [("hmac", names(MAC_ALGORITHMS)), ("public-key", names(KEY_ALGORITHMS))] {
        schema::choice::amend(schema, kind, |block| block["properties"]["algorithm"]["enum"] = algorithms.into());
    }
}
