//! `webhook.signature`: `none`, `standard-webhooks`, one block, or a list of blocks.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::Reader;
use crate::entry::auth::Problems;
use crate::webhook::{
    Encoding, Hmac, Jwt, KeyForm, MacAlgorithm, Moments, PublicKey, SecretSource, Signed, Source, Timestamp, Token, WebhookSignature,
};

mod fields;

use fields::{ABOUT, Block, ENCODINGS, KEY_ALGORITHMS, KEYS, MAC_ALGORITHMS, Names, TimestampBlock, UNITS, names};

/// Old deliveries are not taken: what the field's documentation recommends almost everywhere.
const TOLERANCE_S: u32 = 300;

#[derive(Debug)]
pub(super) enum Signatures {
    Word(String),
    Blocks(Vec<Block>),
}

/// What stands for a whole block.
const WORDS: &[&str] = &["none", "standard-webhooks"];

impl Signatures {
    pub(super) fn read(self, reader: &mut Reader) -> Vec<WebhookSignature> {
        match self {
            Self::Word(word) if word == "none" => Vec::new(),
            Self::Word(word) if word == "standard-webhooks" => vec![WebhookSignature::Hmac(standard_webhooks())],
            Self::Word(_) => {
                reader.fail::<()>("signature", "is `none`, `standard-webhooks`, a block with a `type`, or a list of such blocks");
                Vec::new()
            }
            Self::Blocks(blocks) if blocks.is_empty() => {
                reader.fail::<()>("signature", "must not be empty; `none` says that there is none");
                Vec::new()
            }
            Self::Blocks(blocks) => blocks.into_iter().filter_map(|block| block.read(reader)).collect(),
        }
    }
}

/// https://www.standardwebhooks.com
fn standard_webhooks() -> Hmac {
    Hmac {
        algorithm: MacAlgorithm::Sha256,
        encoding: Encoding::Base64,
        header: "webhook-signature".to_owned(),
        prefix: "v1,".to_owned(),
        separator: Some(" ".to_owned()),
        signed: Signed::parse("${header.webhook-id}.${timestamp}.${body}").expect("its holes are known"),
        secret: SecretSource::Webhook,
        key: KeyForm::Whsec,
        timestamp: Some(Timestamp {
            from: Source::Header("webhook-timestamp".to_owned()),
            prefix: String::new(),
            separator: None,
            unit: Moments::Seconds,
            tolerance_s: TOLERANCE_S,
        }),
    }
}

impl Block {
    /// The fields that a type cannot do without: those that a block which says nothing else lacks.
    fn needed_by(kind: &str) -> Vec<String> {
        let mut reader = Reader(Problems::new());
        Self { kind: kind.to_owned(), ..Self::default() }.read(&mut reader);
        reader.0.into_iter().filter_map(|(field, _)| Some(field.strip_prefix("webhook.signature.")?.to_owned())).collect()
    }

    fn read(self, reader: &mut Reader) -> Option<WebhookSignature> {
        if !ABOUT.iter().any(|(kind, _)| *kind == self.kind) {
            return reader.fail("signature.type", "is hmac, token, public-key or jwt");
        }
        if let Some(field) = self.foreign() {
            return reader.fail(&format!("signature.{field}"), format!("means nothing to the type {}", self.kind));
        }
        match self.kind.as_str() {
            "hmac" => self.hmac(reader).map(WebhookSignature::Hmac),
            "token" => self.token(reader).map(WebhookSignature::Token),
            "public-key" => self.public_key(reader).map(WebhookSignature::PublicKey),
            _ => self.jwt(reader).map(WebhookSignature::Jwt),
        }
    }

    fn hmac(self, reader: &mut Reader) -> Option<Hmac> {
        let algorithm = one_of(reader, "algorithm", self.algorithm.as_deref(), MAC_ALGORITHMS)?;
        let key = one_of(reader, "key", self.key.as_deref(), KEYS)?;
        let encoding = one_of(reader, "encoding", self.encoding.as_deref(), ENCODINGS)?;
        let header = reader.needed("signature.header", self.header)?.to_ascii_lowercase();
        let (signed, timestamp) = signed(reader, self.signed.as_deref(), self.timestamp)?;
        let (prefix, secret) = (self.prefix.unwrap_or_default(), self.secret.unwrap_or_default());
        Some(Hmac { algorithm, encoding, header, prefix, separator: self.separator, signed, secret, key, timestamp })
    }

    fn public_key(self, reader: &mut Reader) -> Option<PublicKey> {
        let algorithm = one_of(reader, "algorithm", self.algorithm.as_deref(), KEY_ALGORITHMS)?;
        let encoding = one_of(reader, "encoding", self.encoding.as_deref(), ENCODINGS)?;
        let header = reader.needed("signature.header", self.header)?.to_ascii_lowercase();
        let (signed, timestamp) = signed(reader, self.signed.as_deref(), self.timestamp)?;
        Some(PublicKey { algorithm, encoding, header, signed, timestamp })
    }

    fn token(self, reader: &mut Reader) -> Option<Token> {
        let from = reader.needed("signature.from", self.from)?;
        Some(Token { from, prefix: self.prefix.unwrap_or_default(), secret: self.secret.unwrap_or_default() })
    }

    fn jwt(self, reader: &mut Reader) -> Option<Jwt> {
        let header = reader.needed("signature.header", self.header)?.to_ascii_lowercase();
        Some(Jwt { header, prefix: self.prefix.unwrap_or_default(), secret: self.secret.unwrap_or_default() })
    }
}

/// The first is what is meant where nothing is said.
fn one_of<T: Copy>(reader: &mut Reader, field: &str, text: Option<&str>, known: Names<T>) -> Option<T> {
    let Some(text) = text else { return Some(known[0].1) };
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() { reader.fail(&format!("signature.{field}"), format!("is one of {}", names(known).join(", "))) } else { found }
}

fn signed(reader: &mut Reader, text: Option<&str>, block: Option<TimestampBlock>) -> Option<(Signed, Option<Timestamp>)> {
    let signed = match text.map(Signed::parse) {
        None => Signed::default(),
        Some(Ok(signed)) => signed,
        Some(Err(problem)) => return reader.fail("signature.signed", problem),
    };
    let timestamp = match block {
        None => None,
        Some(block) => {
            let unit = one_of(reader, "timestamp.unit", block.unit.as_deref(), UNITS)?;
            // Whoever replays a delivery would write another.
            if !signed.uses_timestamp() && !matches!(block.from, Source::Body(_)) {
                return reader.fail("signature.timestamp", "must be signed: in the body, or as ${timestamp} in `signed`");
            }
            let (from, prefix, separator) = (block.from, block.prefix.unwrap_or_default(), block.separator);
            Some(Timestamp { from, prefix, separator, unit, tolerance_s: block.tolerance_s.unwrap_or(TOLERANCE_S) })
        }
    };
    if signed.uses_timestamp() && timestamp.is_none() {
        return reader.fail("signature.timestamp", "is missing: `signed` has ${timestamp}");
    }
    Some((signed, timestamp))
}

impl<'de> Deserialize<'de> for Signatures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Signatures;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`none`, `standard-webhooks`, a block, or a list of blocks")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Signatures, E> {
                Ok(Signatures::Word(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Signatures, A::Error> {
                Block::deserialize(MapAccessDeserializer::new(map)).map(|block| Signatures::Blocks(vec![block]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Signatures, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Signatures::Blocks)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl JsonSchema for Signatures {
    fn schema_name() -> Cow<'static, str> {
        "signatures".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let block = generator.subschema_for::<Block>();
        json_schema!({
            "anyOf": [
                { "type": "string", "enum": WORDS },
                block,
                { "type": "array", "minItems": 1, "items": block },
            ]
        })
    }
}
