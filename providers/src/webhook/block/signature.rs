//! `webhook.signature`: `none`, `standard-webhooks`, one block, or a list of blocks.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::Reader;
use crate::webhook::{
    Encoding, Hmac, Jwt, KeyForm, MacAlgorithm, Moments, PublicKey, PublicKeyAlgorithm, SecretSource, Signed, Source, Timestamp, Token,
    WebhookSignature,
};

/// Old deliveries are not taken: what the field's documentation recommends almost everywhere.
const TOLERANCE_S: u32 = 300;

#[derive(Debug)]
pub(super) enum Signatures {
    Word(String),
    Blocks(Vec<Block>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    #[serde(rename = "type")]
    kind: String,
    algorithm: Option<String>,
    encoding: Option<String>,
    header: Option<String>,
    from: Option<Source>,
    prefix: Option<String>,
    separator: Option<String>,
    signed: Option<String>,
    secret: Option<SecretSource>,
    key: Option<String>,
    timestamp: Option<TimestampBlock>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimestampBlock {
    from: Source,
    prefix: Option<String>,
    separator: Option<String>,
    unit: Option<String>,
    tolerance_s: Option<u32>,
}

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
    fn read(self, reader: &mut Reader) -> Option<WebhookSignature> {
        match self.kind.as_str() {
            "hmac" => self.hmac(reader).map(WebhookSignature::Hmac),
            "token" => self.token(reader).map(WebhookSignature::Token),
            "public-key" => self.public_key(reader).map(WebhookSignature::PublicKey),
            "jwt" => self.jwt(reader).map(WebhookSignature::Jwt),
            _ => reader.fail("signature.type", "is hmac, token, public-key or jwt"),
        }
    }

    fn hmac(self, reader: &mut Reader) -> Option<Hmac> {
        self.refuse(reader, &[("from", self.from.is_some())])?;
        let algorithm = one_of(
            reader,
            "algorithm",
            self.algorithm.as_deref(),
            &[("sha256", MacAlgorithm::Sha256), ("sha1", MacAlgorithm::Sha1), ("sha512", MacAlgorithm::Sha512)],
        )?;
        let key = one_of(
            reader,
            "key",
            self.key.as_deref(),
            &[("plain", KeyForm::Plain), ("base64", KeyForm::Base64), ("whsec", KeyForm::Whsec)],
        )?;
        let encoding = encoding(reader, self.encoding.as_deref())?;
        let header = reader.needed("signature.header", self.header)?.to_ascii_lowercase();
        let (signed, timestamp) = signed(reader, self.signed.as_deref(), self.timestamp)?;
        let (prefix, secret) = (self.prefix.unwrap_or_default(), self.secret.unwrap_or_default());
        Some(Hmac { algorithm, encoding, header, prefix, separator: self.separator, signed, secret, key, timestamp })
    }

    fn public_key(self, reader: &mut Reader) -> Option<PublicKey> {
        let others = [
            ("from", self.from.is_some()),
            ("prefix", self.prefix.is_some()),
            ("separator", self.separator.is_some()),
            ("secret", self.secret.is_some()),
            ("key", self.key.is_some()),
        ];
        self.refuse(reader, &others)?;
        let algorithm = one_of(
            reader,
            "algorithm",
            self.algorithm.as_deref(),
            &[("ed25519", PublicKeyAlgorithm::Ed25519), ("ecdsa-p256", PublicKeyAlgorithm::EcdsaP256)],
        )?;
        let encoding = encoding(reader, self.encoding.as_deref())?;
        let header = reader.needed("signature.header", self.header)?.to_ascii_lowercase();
        let (signed, timestamp) = signed(reader, self.signed.as_deref(), self.timestamp)?;
        Some(PublicKey { algorithm, encoding, header, signed, timestamp })
    }

    fn token(self, reader: &mut Reader) -> Option<Token> {
        let others = [("header", self.header.is_some())];
        self.refuse(reader, &others)?;
        self.refuse_signing(reader)?;
        let from = reader.needed("signature.from", self.from)?;
        Some(Token { from, prefix: self.prefix.unwrap_or_default(), secret: self.secret.unwrap_or_default() })
    }

    fn jwt(self, reader: &mut Reader) -> Option<Jwt> {
        self.refuse(reader, &[("from", self.from.is_some())])?;
        self.refuse_signing(reader)?;
        let header = reader.needed("signature.header", self.header)?.to_ascii_lowercase();
        Some(Jwt { header, prefix: self.prefix.unwrap_or_default(), secret: self.secret.unwrap_or_default() })
    }

    fn refuse_signing(&self, reader: &mut Reader) -> Option<()> {
        let others = [
            ("algorithm", self.algorithm.is_some()),
            ("encoding", self.encoding.is_some()),
            ("separator", self.separator.is_some()),
            ("signed", self.signed.is_some()),
            ("key", self.key.is_some()),
            ("timestamp", self.timestamp.is_some()),
        ];
        self.refuse(reader, &others)
    }

    fn refuse(&self, reader: &mut Reader, fields: &[(&str, bool)]) -> Option<()> {
        match fields.iter().find(|(_, is_there)| *is_there) {
            Some((field, _)) => reader.fail(&format!("signature.{field}"), format!("means nothing to the type {}", self.kind)),
            None => Some(()),
        }
    }
}

/// The first is what is meant where nothing is said.
fn one_of<T: Copy>(reader: &mut Reader, field: &str, text: Option<&str>, known: &[(&str, T)]) -> Option<T> {
    let Some(text) = text else { return Some(known[0].1) };
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
    if found.is_none() { reader.fail(&format!("signature.{field}"), format!("is one of {}", names.join(", "))) } else { found }
}

fn encoding(reader: &mut Reader, text: Option<&str>) -> Option<Encoding> {
    one_of(reader, "encoding", text, &[("hex", Encoding::Hex), ("base64", Encoding::Base64)])
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
            let unit = one_of(
                reader,
                "timestamp.unit",
                block.unit.as_deref(),
                &[("s", Moments::Seconds), ("ms", Moments::Millis), ("iso", Moments::Iso)],
            )?;
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
