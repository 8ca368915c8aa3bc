use http::HeaderValue;
use proptest::prelude::*;

use super::*;

/// The client of the example in RFC 5849, 1.2.
fn photos(token: Option<(&str, &str)>) -> OAuth1Keys {
    OAuth1Keys {
        method: OAuth1Signature::HmacSha1,
        consumer_key: "dpf43f3p2l4k3l03".to_owned(),
        consumer_secret: Secret::new("kd94hf93k423kf44"),
        token: token.map(|(token, secret)| OAuth1Token { token: Secret::new(token), secret: Secret::new(secret) }),
        realm: Some("Photos".to_owned()),
    }
}

fn request<'a>(method: &'a Method, url: &'a Url, nonce: &'a str) -> OAuth1Request<'a> {
    OAuth1Request { method, url, form: None, protocol: &[], at: Timestamp::from_unix_micros(137_131_200_000_000), nonce }
}

/// O8: the three requests of RFC 5849, 1.2, which carry no `oauth_version`.
#[test]
fn the_example_of_the_rfc_has_its_signatures() {
    let table = [
        (
            Method::POST,
            "https://photos.example.net/initiate",
            None,
            vec![("oauth_timestamp", "137131200"), ("oauth_nonce", "wIjqoS"), ("oauth_callback", "http://printer.example.com/ready")],
            "74KNZJeDHnMBp0EMJ9ZHt/XKycU=",
        ),
        (
            Method::POST,
            "https://photos.example.net/token",
            Some(("hh5s93j4hdidpola", "hdhd0244k9j7ao03")),
            vec![
                ("oauth_token", "hh5s93j4hdidpola"),
                ("oauth_timestamp", "137131201"),
                ("oauth_nonce", "walatlh"),
                ("oauth_verifier", "hfdp7dh39dks9884"),
            ],
            "gKgrFCywp7rO0OXSjdot/IHF7IU=",
        ),
        (
            Method::GET,
            "http://photos.example.net/photos?file=vacation.jpg&size=original",
            Some(("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00")),
            vec![("oauth_token", "nnch734d00sl2jdk"), ("oauth_timestamp", "137131202"), ("oauth_nonce", "chapoH")],
            "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
        ),
    ];
    for (method, url, token, mut protocol, signature) in table {
        protocol.extend([("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_signature_method", "HMAC-SHA1")]);
        let url = url.parse().unwrap();
        let base = base_string(&request(&method, &url, ""), &protocol);
        assert_eq!(photos(token).signature(&base), signature, "{base}");
    }
}

/// O8: RFC 5849, 3.4.1.1: parameters of query, form and header, encoded, sorted and encoded again.
#[test]
fn the_base_string_is_the_one_of_the_rfc() {
    let url = "HTTP://EXAMPLE.com:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b".parse().unwrap();
    let form = OAuth1Request { form: Some(b"c2&a3=2+q"), ..request(&Method::POST, &url, "") };
    let protocol = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
    ];
    let base = base_string(&form, &protocol);
    assert_eq!(
        base,
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26\
         oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26\
         oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
    let mut keys = photos(Some(("kkk9d7dh3k39sjv7", "dh893hdasih9")));
    keys.consumer_secret = Secret::new("j49sk3j29djd");
    // As its erratum 2550 corrects it.
    assert_eq!(keys.signature(&base), "r6/TJjbCOr97/+UU0NsvSne7s5g=");
}

/// O8: RFC 5849, 3.4.1.2: a port that is not the scheme's stays, the path stays as it is sent, a fragment was never sent.
#[test]
fn the_address_is_what_the_server_sees() {
    let url = "https://www.Example.net:8080/r%20v/X?q=1#there".parse().unwrap();
    let base = base_string(&request(&Method::GET, &url, ""), &[]);
    assert_eq!(base, "GET&https%3A%2F%2Fwww.example.net%3A8080%2Fr%2520v%2FX&q%3D1");
}

#[test]
fn the_header_says_what_was_signed() {
    let mut keys = photos(Some(("to/ken", "token&secret")));
    keys.realm = Some("a \"quoted\" \\ realm".to_owned());
    keys.method = OAuth1Signature::Plaintext;
    let url = "https://photos.example.net/".parse().unwrap();
    let ask = OAuth1Request { protocol: &[("oauth_callback", "oob")], ..request(&Method::GET, &url, "n") };
    assert_eq!(
        keys.authorization(&ask),
        "OAuth realm=\"a \\\"quoted\\\" \\\\ realm\", oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_nonce=\"n\", \
         oauth_signature_method=\"PLAINTEXT\", oauth_timestamp=\"137131200\", oauth_version=\"1.0\", oauth_token=\"to%2Fken\", \
         oauth_callback=\"oob\", oauth_signature=\"kd94hf93k423kf44%26token%2526secret\""
    );
}

/// As NetSuite checks it: HMAC-SHA-256 over a base string written out by hand.
#[test]
fn sha256_signs_the_same_text() {
    let keys = OAuth1Keys { method: OAuth1Signature::HmacSha256, ..photos(Some(("token", "secret"))) };
    let url = "https://1234567-sb1.suitetalk.api.netsuite.com/record/v1/customer?limit=1".parse().unwrap();
    let header = keys.authorization(&request(&Method::GET, &url, "abc"));
    let base = "GET&https%3A%2F%2F1234567-sb1.suitetalk.api.netsuite.com%2Frecord%2Fv1%2Fcustomer&limit%3D1%26oauth_consumer_key%3D\
                dpf43f3p2l4k3l03%26oauth_nonce%3Dabc%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D137131200%26\
                oauth_token%3Dtoken%26oauth_version%3D1.0";
    let mac = Hmac::<Sha256>::new_from_slice(b"kd94hf93k423kf44&secret").unwrap().chain_update(base);
    let signature = encode(STANDARD.encode(mac.finalize().into_bytes()).as_bytes());
    assert!(header.ends_with(&format!("oauth_signature=\"{signature}\"")), "{header}");
}

#[test]
fn only_a_forms_fields_are_signed() {
    let is = |kind: &'static str| is_form(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]));
    assert!(is("application/x-www-form-urlencoded") && is("Application/X-WWW-Form-Urlencoded; charset=utf-8"));
    assert!(!is("multipart/form-data") && !is("application/json") && !is_form(&HeaderMap::new()));
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded_again(name: Vec<u8>, value: Vec<u8>) {
        let written = format!("{}={}", encode(&name), encode(&value));
        prop_assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%=".contains(&byte)));
        let mut read = pairs(written.as_bytes());
        prop_assert_eq!((read.next(), read.next()), (Some((name, value)), None));
    }
}
