//! A keyed hash of what a JSON text means.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use zeroize::ZeroizeOnDrop;

/// Equal for JSON texts that mean the same: the order of keys, white space, escapes and the spelling of a number (`1.0`, `1`, `1e0`) do not
/// count. Every digit does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 16]);

/// Keeps fingerprints in a stolen database from confirming a guess of a record's content.
#[derive(Clone, ZeroizeOnDrop)]
pub struct FingerprintKey(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a JSON text. Texts nested deeper than a record may be are the caller's to refuse: this recurses.
    pub(super) fn of(json: &str, key: &FingerprintKey) -> Self {
        let mut hash = Sha256::new_with_prefix(key.0);
        feed(json, &mut hash);
        let bytes = hash.finalize();
        Self(bytes[..16].try_into().expect("SHA-256 has 32 bytes"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({:02x?})", self.0)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(..)")
    }
}

fn feed(json: &str, hash: &mut Sha256) {
    match json.as_bytes().first() {
        Some(b'{') => match serde_json::Deserializer::from_str(json).deserialize_map(Members) {
            Ok(mut members) => {
                // Stable, so that of two equal keys the later one stays last, which is the one that counts.
                members.sort_by(|a, b| a.0.cmp(&b.0));
                let last_of_its_key = |at: usize| members.get(at + 1).is_none_or(|next| next.0 != members[at].0);
                hash.update(b"{");
                for at in (0..members.len()).filter(|at| last_of_its_key(*at)) {
                    feed_bytes(b'k', members[at].0.as_bytes(), hash);
                    feed(members[at].1.get(), hash);
                }
                hash.update(b"}");
            }
            Err(_) => feed_bytes(b'?', json.as_bytes(), hash),
        },
        Some(b'[') => match serde_json::Deserializer::from_str(json).deserialize_seq(Items) {
            Ok(items) => {
                hash.update(b"[");
                for item in &items {
                    feed(item.get(), hash);
                }
                hash.update(b"]");
            }
            Err(_) => feed_bytes(b'?', json.as_bytes(), hash),
        },
        Some(b'"') => {
            let inner = &json[1..json.len() - 1];
            if inner.contains('\\') {
                // A lone surrogate (`\ud800`) is valid JSON but no text: then the escape itself is the content.
                match serde_json::from_str::<String>(json) {
                    Ok(text) => feed_bytes(b's', text.as_bytes(), hash),
                    Err(_) => feed_bytes(b'?', json.as_bytes(), hash),
                }
            } else {
                feed_bytes(b's', inner.as_bytes(), hash);
            }
        }
        Some(b'-' | b'0'..=b'9') => feed_bytes(b'n', decimal(json).as_bytes(), hash),
        _ => feed_bytes(b'l', json.as_bytes(), hash),
    }
}

/// The length in front keeps `["a","b"]` and `["ab"]` apart.
fn feed_bytes(kind: u8, bytes: &[u8], hash: &mut Sha256) {
    let mut head = [kind, 0, 0, 0, 0, 0, 0, 0, 0];
    head[1..].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
    hash.update(head);
    hash.update(bytes);
}

/// One spelling for every spelling of a number, exactly: no digit passes through a float.
fn decimal(number: &str) -> Cow<'_, str> {
    let plain = number.bytes().all(|b| b.is_ascii_digit()) || (number.starts_with('-') && number[1..].bytes().all(|b| b.is_ascii_digit()));
    if plain && number != "-0" && !number.ends_with('0') {
        return number.into();
    }
    let (negative, unsigned) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let Some(exponent) = exponent.parse::<i64>().ok().and_then(|e| e.checked_sub(fraction.len() as i64)) else {
        return number.into();
    };
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return "0".into();
    }
    let exponent = exponent.saturating_add((digits.len() - digits.trim_end_matches('0').len()) as i64);
    let sign = if negative { "-" } else { "" };
    if exponent == 0 { format!("{sign}{significant}").into() } else { format!("{sign}{significant}e{exponent}").into() }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(16);
        while let Some((Key(key), value)) = map.next_entry()? {
            members.push((key, value));
        }
        Ok(members)
    }
}

/// Borrows where the text has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::with_capacity(8);
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(json: &str) -> Fingerprint {
        Fingerprint::of(json, &FingerprintKey([1; 32]))
    }

    /// X1
    #[test]
    fn the_same_meaning_has_the_same_fingerprint() {
        for (a, b) in [
            (r#"{"a":1,"b":{"c":2,"d":3}}"#, r#"{ "b": {"d":3,"c":2}, "a": 1 }"#),
            (r#"{"a":"A"}"#, r#"{"a":"\u0041"}"#),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
            (r#"{"a":1.0}"#, r#"{"a":1}"#),
            (r#"{"a":1e2}"#, r#"{"a":100}"#),
            (r#"{"a":-0.0}"#, r#"{"a":0}"#),
            (r#"{"a":0.001}"#, r#"{"a":1E-3}"#),
        ] {
            assert_eq!(print(a), print(b), "{a} and {b}");
        }
    }

    /// X1
    #[test]
    fn another_meaning_has_another() {
        for (a, b) in [
            (r#"{"a":9007199254740992}"#, r#"{"a":9007199254740993}"#),
            (r#"{"a":123456789012345678901234567890}"#, r#"{"a":123456789012345678901234567891}"#),
            (r#"{"a":1e400}"#, r#"{"a":1e401}"#),
            (r#"{"a":10}"#, r#"{"a":1}"#),
            (r#"{"a":-1}"#, r#"{"a":1}"#),
            (r#"{"a":["x","y"]}"#, r#"{"a":["xy"]}"#),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
            (r#"{"a":"1"}"#, r#"{"a":1}"#),
            (r#"{"a":null}"#, "{}"),
            (r#"{"a":"\ud800"}"#, r#"{"a":"\ud801"}"#),
            (r#"{"a":{}}"#, r#"{"a":[]}"#),
        ] {
            assert_ne!(print(a), print(b), "{a} and {b}");
        }
    }
}
