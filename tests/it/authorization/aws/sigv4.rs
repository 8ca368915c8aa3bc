//! AWS Signature Version 4, checked from the rules ("Create a signed AWS API request" in the IAM user guide).

use axum::http::{HeaderMap, header};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::authorization::{hex, now, percent_encode as encode};

/// AWS takes requests of the last and the next quarter of an hour.
const SKEW_MS: i64 = 15 * 60 * 1_000;

/// A request that says it is signed.
pub(super) struct Signed {
    pub(super) key_id: String,
    pub(super) region: String,
    pub(super) service: String,
    date: String,
    moment: String,
    signature: String,
    headers: Vec<(String, String)>,
    to_sign: String,
}

impl Signed {
    /// Reads `Authorization: AWS4-HMAC-SHA256 ..` and makes the string to sign.
    pub(super) fn read(method: &str, uri: &str, all: &HeaderMap, body: &[u8]) -> Result<Self, String> {
        let text = |name: &str| all.get(name).and_then(|value| value.to_str().ok());
        let authorization = text(header::AUTHORIZATION.as_str()).ok_or("no Authorization")?;
        let list = authorization.strip_prefix("AWS4-HMAC-SHA256 ").ok_or("another kind of Authorization")?;
        let part = |name: &str| {
            let mut parts = list.split(',').map(str::trim);
            parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).ok_or(format!("no {name}"))
        };
        let scope: Vec<&str> = part("Credential")?.split('/').collect();
        let [key_id, date, region, service, "aws4_request"] = scope[..] else { return Err("a broken scope".to_owned()) };
        let moment = text("x-amz-date").ok_or("no x-amz-date")?;
        let names: Vec<&str> = part("SignedHeaders")?.split(';').collect();
        if !names.contains(&"host") || !names.contains(&"x-amz-date") || !names.is_sorted() {
            return Err("host and x-amz-date must be signed, in order".to_owned());
        }
        let headers: Vec<(String, String)> = names
            .iter()
            .map(|name| {
                let value = text(name).ok_or(format!("{name} is signed but not there"))?;
                Ok(((*name).to_owned(), value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")))
            })
            .collect::<Result<_, String>>()?;
        let payload = match text("x-amz-content-sha256") {
            Some("UNSIGNED-PAYLOAD") => "UNSIGNED-PAYLOAD".to_owned(),
            given => {
                let real = hex(&Sha256::digest(body));
                if given.is_some_and(|given| given != real) || (given.is_none() && service == "s3") {
                    return Err("x-amz-content-sha256 is not the body's".to_owned());
                }
                real
            }
        };
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        // Storage signs the path as it travels; every other service encodes it once more.
        let path = if service == "s3" { path.to_owned() } else { path.split('/').map(encode).collect::<Vec<_>>().join("/") };
        let canonical = format!(
            "{method}\n{path}\n{}\n{}\n{}\n{payload}",
            canonical_query(query),
            headers.iter().fold(String::new(), |text, (name, value)| text + name + ":" + value + "\n"),
            names.join(";"),
        );
        let to_sign =
            format!("AWS4-HMAC-SHA256\n{moment}\n{date}/{region}/{service}/aws4_request\n{}", hex(&Sha256::digest(canonical.as_bytes())));
        let signature = part("Signature")?.to_owned();
        let [key_id, date, region, service, moment] = [key_id, date, region, service, moment].map(str::to_owned);
        Ok(Self { key_id, region, service, date, moment, signature, headers, to_sign })
    }

    /// A header that the signature covers.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn verify(&self, secret: &str) -> Result<(), String> {
        check_time(&self.moment, &self.date)?;
        self.verify_at_any_time(secret)
    }

    fn verify_at_any_time(&self, secret: &str) -> Result<(), String> {
        let mut key = mac(format!("AWS4{secret}").as_bytes(), &self.date);
        for part in [self.region.as_str(), self.service.as_str(), "aws4_request", self.to_sign.as_str()] {
            key = mac(&key, part);
        }
        if hex(&key) == self.signature { Ok(()) } else { Err("SignatureDoesNotMatch".to_owned()) }
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// `20260101T000000Z`, near the present and of the scope's day.
fn check_time(moment: &str, date: &str) -> Result<(), String> {
    let bad = || format!("{moment} is not a time");
    if moment.len() != 16 || !moment.is_ascii() || !moment.starts_with(date) {
        return Err(bad());
    }
    let iso = format!("{}-{}-{}T{}:{}:{}Z", &moment[..4], &moment[4..6], &moment[6..8], &moment[9..11], &moment[11..13], &moment[13..15]);
    let at = syncline_domain::Timestamp::parse(&iso).map_err(|_| bad())?;
    if (now().unix_millis() - at.unix_millis()).abs() > SKEW_MS { Err("RequestTimeTooSkewed".to_owned()) } else { Ok(()) }
}

/// Sorted by name, then by value, everything encoded once.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (recoded(name), recoded(value))
        })
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// As it travels, but with the one encoding that the rules know.
fn recoded(text: &str) -> String {
    let decoded = url::form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.to_string());
    encode(&decoded.unwrap_or_default())
}

/// The worked example of AWS's own guide.
#[test]
fn the_guides_example_is_right_and_a_changed_one_is_not() {
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &str| drop(headers.insert(name, value.parse().unwrap()));
    set("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    set("host", "iam.amazonaws.com");
    set("x-amz-date", "20150830T123600Z");
    set(
        "authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    );
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let verify = |uri: &str| Signed::read("GET", uri, &headers, b"").unwrap().verify_at_any_time(secret);
    assert_eq!(verify("/?Action=ListUsers&Version=2010-05-08"), Ok(()));
    assert_eq!(verify("/?Version=2010-05-08&Action=ListUsers"), Ok(()), "the order of a query is not signed");
    assert!(verify("/?Action=ListRoles&Version=2010-05-08").is_err());
    assert_eq!(Signed::read("GET", "/", &headers, b"").unwrap().verify(secret), Err("RequestTimeTooSkewed".to_owned()));
}
