//! Signatures of RFC 5849, 3.4, checked from the rules.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use crate::authorization::{World, now, percent_encode as encode};

/// How far a client's clock may be off, in seconds.
const SKEW_S: i64 = 300;

#[derive(Clone, Copy)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

/// A request that says it is signed.
pub(super) struct Signed {
    pub(super) realm: Option<String>,
    /// The protocol's parameters, decoded.
    oauth: Vec<(String, String)>,
    base: String,
}

impl Signed {
    /// Reads `Authorization: OAuth ..` (3.5.1) and makes the base string (3.4.1).
    pub(super) fn read(method: &str, url: &str, form: &str, authorization: &str) -> Result<Self, String> {
        let list = authorization.strip_prefix("OAuth ").ok_or("not OAuth 1.0")?;
        let (mut realm, mut oauth) = (None, Vec::new());
        for part in list.split(',') {
            let (name, value) = part.trim().split_once('=').ok_or("a parameter without a value")?;
            let value = decode(value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).ok_or("a value without quotes")?)?;
            if name == "realm" {
                realm = Some(value);
            } else {
                oauth.push((decode(name)?, value));
            }
        }
        let url = url::Url::parse(url).map_err(|error| error.to_string())?;
        let mut all: Vec<(String, String)> = oauth.iter().filter(|(name, _)| name != "oauth_signature").cloned().collect();
        for text in [url.query().unwrap_or_default(), form] {
            all.extend(url::form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.to_string(), value.to_string())));
        }
        let mut encoded: Vec<(String, String)> = all.iter().map(|(name, value)| (encode(name), encode(value))).collect();
        encoded.sort();
        let joined = encoded.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        // The port stays: it is never the scheme's own here.
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let place = format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path());
        let base = format!("{}&{}&{}", method.to_uppercase(), encode(&place), encode(&joined));
        Ok(Self { realm, oauth, base })
    }

    /// A parameter; empty where there is none.
    pub(super) fn of(&self, name: &str) -> &str {
        self.oauth.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Method, signature, time, and that the nonce was never seen (3.2).
    pub(super) fn verify(&self, world: &World, hash: Hash, consumer_secret: &str, token_secret: &str) -> Result<(), String> {
        let key = format!("{}&{}", encode(consumer_secret), encode(token_secret));
        let (method, signature) = match hash {
            Hash::Sha1 => ("HMAC-SHA1", sign::<Hmac<Sha1>>(&key, &self.base)),
            Hash::Sha256 => ("HMAC-SHA256", sign::<Hmac<Sha256>>(&key, &self.base)),
        };
        if self.of("oauth_signature_method") != method {
            return Err(format!("not signed with {method}"));
        }
        if self.of("oauth_signature") != signature {
            return Err("wrong signature".to_owned());
        }
        if !["", "1.0"].contains(&self.of("oauth_version")) {
            return Err("wrong version".to_owned());
        }
        let at: i64 = self.of("oauth_timestamp").parse().map_err(|_| "no timestamp")?;
        if (now().unix_millis() / 1_000 - at).abs() > SKEW_S {
            return Err("stale".to_owned());
        }
        let nonce = self.of("oauth_nonce");
        if nonce.len() < 8 || !world.is_fresh(&format!("{at} {nonce}")) {
            return Err("the nonce is short or was used before".to_owned());
        }
        Ok(())
    }
}

fn sign<M: Mac + KeyInit>(key: &str, text: &str) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn decode(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let (mut at, mut decoded) = (0, Vec::new());
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = text.get(at + 1..at + 3).ok_or("a broken escape")?;
            decoded.push(u8::from_str_radix(digits, 16).map_err(|_| "a broken escape")?);
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(decoded).map_err(|error| error.to_string())
}

/// The example of the OAuth Core 1.0a specification, appendix A.5.
#[test]
fn the_specifications_example_is_right_and_a_changed_one_is_not() {
    let authorization = "OAuth realm=\"http://photos.example.net/\", oauth_consumer_key=\"dpf43f3p2l4k3l03\", \
        oauth_token=\"nnch734d00sl2jdk\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1191242096\", \
        oauth_nonce=\"kllo9940pd9333jh\", oauth_version=\"1.0\", oauth_signature=\"tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D\"";
    let key = "kd94hf93k423kf44&pfkkdhi9sl3r4s00";
    let read = |url: &str| Signed::read("get", url, "", authorization).unwrap();
    let signed = read("http://photos.example.net/photos?file=vacation.jpg&size=original");
    assert_eq!(sign::<Hmac<Sha1>>(key, &signed.base), signed.of("oauth_signature"));
    assert_eq!(signed.realm.as_deref(), Some("http://photos.example.net/"));
    let changed = read("http://photos.example.net/photos?file=vacation.jpg&size=large");
    assert_ne!(sign::<Hmac<Sha1>>(key, &changed.base), changed.of("oauth_signature"));
}
