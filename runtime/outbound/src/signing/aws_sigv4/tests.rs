//! The requests are Amazon's test suite for the protocol, with its published keys.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::*;

fn keys(session_token: Option<&str>) -> AwsKeys {
    AwsKeys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        session_token: session_token.map(Secret::new),
        region: "us-east-1".to_owned(),
        service: "service".to_owned(),
    }
}

fn signed(keys: &AwsKeys, method: &Method, url: &str, headers: &HeaderMap, body: Option<&[u8]>) -> HeaderMap {
    let at = Timestamp::parse("2015-08-30T12:36:00Z").unwrap();
    let url = url.parse().unwrap();
    keys.sign(&AwsRequest { method, url: &url, headers, body, at }).unwrap().into_iter().collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn authorization(signed_headers: &str, signature: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={signed_headers}, \
         Signature={signature}"
    )
}

/// O8
#[test]
fn the_test_suite_has_its_signatures() {
    let table = [
        ("get-vanilla", Method::GET, "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("post-vanilla", Method::POST, "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "get-vanilla-query-order-key-case",
            Method::GET,
            "/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "get-vanilla-query-unreserved",
            Method::GET,
            "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno\
             pqrstuvwxyz",
            "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
        ),
        ("get-vanilla-empty-query-key", Method::GET, "/?Param1=value1", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        ("get-slash-dot-slash", Method::GET, "/./", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ];
    for (name, method, path, signature) in table {
        let added = signed(&keys(None), &method, &format!("https://example.amazonaws.com{path}"), &HeaderMap::new(), Some(b""));
        assert!(added.values().all(HeaderValue::is_sensitive));
        assert_eq!(added[AUTHORIZATION], authorization("host;x-amz-date", signature), "{name}");
        assert_eq!(added["x-amz-date"], "20150830T123600Z", "{name}");
    }
}

/// O8: `get-header-key-duplicate` and `get-header-value-trim`
#[test]
fn every_value_of_a_header_is_signed() {
    let mut headers = HeaderMap::new();
    for value in ["value2", "value2", "value1"] {
        headers.append("my-header1", HeaderValue::from_static(value));
    }
    let added = signed(&keys(None), &Method::GET, "https://example.amazonaws.com/", &headers, Some(b""));
    let signature = "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea";
    assert_eq!(added[AUTHORIZATION], authorization("host;my-header1;x-amz-date", signature));

    let mut headers = HeaderMap::new();
    headers.insert("my-header1", HeaderValue::from_static(" value1"));
    headers.insert("my-header2", HeaderValue::from_static(" \"a   b   c\""));
    let added = signed(&keys(None), &Method::GET, "https://example.amazonaws.com/", &headers, Some(b""));
    let signature = "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736";
    assert_eq!(added[AUTHORIZATION], authorization("host;my-header1;my-header2;x-amz-date", signature));
}

/// O8: `get-vanilla-with-session-token`
#[test]
fn a_session_token_is_sent_and_signed() {
    let token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    let added = signed(&keys(Some(token)), &Method::GET, "https://example.amazonaws.com/", &HeaderMap::new(), Some(b""));
    let signature = "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8";
    assert_eq!(added[AUTHORIZATION], authorization("host;x-amz-date;x-amz-security-token", signature));
    assert_eq!(added["x-amz-security-token"], token);
}

/// O8: `double-url-encode`, of which the suite has the canonical request; the rest is the protocol by hand.
#[test]
fn a_path_is_encoded_once_more() {
    let path = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A892717189312%3Afunction%3Amy-rusty-fun/invocations";
    let added = signed(&keys(None), &Method::POST, &format!("https://lambda.us-east-2.amazonaws.com{path}"), &HeaderMap::new(), Some(b""));
    let canonical = format!(
        "POST\n{}\n\nhost:lambda.us-east-2.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n{}",
        path.replace('%', "%25"),
        hex(&Sha256::digest(b""))
    );
    let scope = "20150830/us-east-1/service/aws4_request";
    let text = format!("AWS4-HMAC-SHA256\n20150830T123600Z\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let secret = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
    let mac = |key: Vec<u8>, text: &str| Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(text).finalize().into_bytes().to_vec();
    let signature = hex(&mac(scope.split('/').fold(secret, mac), &text));
    assert_eq!(added[AUTHORIZATION], authorization("host;x-amz-date", &signature));
}

/// Amazon's own example for S3 (a PUT to `examplebucket`), whose key has a `$` in it and whose body's hash is a header.
#[test]
fn s3_takes_paths_as_they_are_and_the_hash_of_the_body() {
    let keys = AwsKeys {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        session_token: None,
        region: "us-east-1".to_owned(),
        service: "s3".to_owned(),
    };
    let headers = HeaderMap::from_iter([
        (http::header::DATE, HeaderValue::from_static("Fri, 24 May 2013 00:00:00 GMT")),
        (HeaderName::from_static("x-amz-storage-class"), HeaderValue::from_static("REDUCED_REDUNDANCY")),
    ]);
    let at = Timestamp::parse("2013-05-24T00:00:00Z").unwrap();
    let body = &b"Welcome to Amazon S3."[..];
    // However the path is written: S3 reads it and writes it in its own way.
    for path in ["test%24file.text", "test$file.text"] {
        let url = format!("https://examplebucket.s3.amazonaws.com/{path}").parse().unwrap();
        let added = keys.sign(&AwsRequest { method: &Method::PUT, url: &url, headers: &headers, body: Some(body), at }).unwrap();
        let added: HeaderMap = added.into_iter().collect();
        let signature = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
        assert!(added[AUTHORIZATION].to_str().unwrap().ends_with(&format!("Signature={signature}")), "{path}");
        assert_eq!(added["x-amz-content-sha256"], hex(&Sha256::digest(body)));
    }
}

#[test]
fn a_streamed_body_is_said_to_be_unsigned() {
    let added = signed(&keys(None), &Method::PUT, "https://example.amazonaws.com/", &HeaderMap::new(), None);
    assert_eq!(added["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
    assert!(added[AUTHORIZATION].to_str().unwrap().contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date"));
}

/// A second hop carries the first one's signature until it is replaced.
#[test]
fn an_earlier_signature_is_not_signed() {
    let first = signed(&keys(Some("token")), &Method::GET, "https://example.amazonaws.com/", &HeaderMap::new(), Some(b""));
    let second = signed(&keys(Some("token")), &Method::GET, "https://example.amazonaws.com/", &first, Some(b""));
    assert_eq!(first, second);
}
