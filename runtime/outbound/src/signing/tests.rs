use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use serde_json::json;
use syncline_domain::{AuthMode, ManualClock, Oauth1, Timestamp};
use syncline_providers::{AwsSigV4, OAuth1, Template, Templates};

use super::*;
use crate::ClientKeys;
use crate::target::RequestValues;

#[derive(Debug)]
struct Still;

#[async_trait]
impl Pace for Still {
    async fn sleep(&self, _: Duration) {}

    fn fraction(&self) -> f64 {
        0.0
    }

    fn nonce(&self) -> [u8; 16] {
        [0xab; 16]
    }
}

fn target(auth: Auth, credentials: Credentials) -> ProviderTarget {
    let text = "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\nauth:\n  mode: \
                BASIC\nproxy:\n  base_url: https://acme.example\n";
    let mut entry = syncline_providers::parse_entry(Path::new("acme.yaml"), text).unwrap();
    entry.auth = auth;
    let client = [("client_id", "client"), ("client_secret", "canary-client")];
    ProviderTarget {
        entry: Arc::new(entry),
        connection_config: Arc::new(json!({"accountId": "1234567-sb1", "region": "eu-central-1"}).as_object().unwrap().clone()),
        credentials: Arc::new(credentials),
        client: Some(Arc::new(client.map(|(name, value)| (name.to_owned(), Secret::new(value))).into_iter().collect::<ClientKeys>())),
    }
}

fn oauth1() -> Auth {
    let template = || Template::parse("https://acme.example").unwrap();
    Auth::OAuth1(Box::new(OAuth1 {
        request_url: template(),
        request_params: Templates::new(),
        authorization_url: template(),
        authorization_params: Templates::new(),
        token_url: template(),
        signature_method: OAuth1Signature::HmacSha1,
        token_response_metadata: Vec::new(),
    }))
}

fn token() -> Credentials {
    Credentials::Oauth1(Oauth1 { oauth_token: Secret::new("token"), oauth_token_secret: Secret::new("canary-token"), raw: None })
}

fn exchanged(mode: AuthMode, fields: &[(&str, &str)]) -> Credentials {
    let supplied = fields.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect();
    Credentials::Exchanged(Exchanged { mode, supplied, obtained: None })
}

fn signer(target: &ProviderTarget) -> Result<Option<Signer>, SigningDefect> {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(Timestamp::parse("2026-01-01T00:00:00Z").unwrap()));
    Signer::of(target, &clock, &(Arc::new(Still) as Arc<dyn Pace>))
}

fn form(body: CallBody) -> Outgoing {
    Outgoing {
        method: Method::POST,
        url: "https://acme.example/forms".parse().unwrap(),
        headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))]),
        body,
        credential_headers: Vec::new(),
        credential_body: false,
        forward_headers_on_redirect: false,
        hosts: None,
        signer: None,
    }
}

fn header(target: &ProviderTarget, request: &Outgoing) -> String {
    let signature = signer(target).unwrap().unwrap().sign(request).unwrap();
    let (_, value) = signature.into_iter().find(|(name, _)| *name == AUTHORIZATION).unwrap();
    assert!(value.is_sensitive());
    value.to_str().unwrap().to_owned()
}

#[test]
fn a_forms_fields_are_signed_and_a_streamed_form_is_refused() {
    let target = target(oauth1(), token());
    let one = header(&target, &form(CallBody::Bytes("a=1".into())));
    assert_ne!(one, header(&target, &form(CallBody::Bytes("a=2".into()))));
    assert!(one.contains("oauth_nonce=\"abababababababababababababababab\"") && one.contains("oauth_timestamp=\"1767225600\""), "{one}");
    assert!(!one.contains("canary"));

    let streamed = || CallBody::stream(futures_util::stream::empty(), None);
    let signer = signer(&target).unwrap().unwrap();
    assert_eq!(signer.sign(&form(streamed())).unwrap_err(), SigningDefect::StreamedForm);
    let mut upload = form(streamed());
    upload.headers.clear();
    assert!(signer.sign(&upload).is_ok(), "any other body stays out of the signature");
}

/// The realm is NetSuite's spelling of the account.
#[test]
fn tba_names_the_account_and_takes_the_connections_own_client() {
    let fields = [("token_id", "t"), ("token_secret", "canary-token")];
    let own = [fields[0], fields[1], ("config_override", r#"{"client_id":"own","client_secret":"s"}"#)];
    for (fields, client) in [(&fields[..], "client"), (&own[..], "own")] {
        let header = header(&target(Auth::Tba, exchanged(AuthMode::Tba, fields)), &form(CallBody::Empty));
        assert!(header.starts_with(&format!("OAuth realm=\"1234567_SB1\", oauth_consumer_key=\"{client}\", ")), "{header}");
        assert!(header.contains("oauth_signature_method=\"HMAC-SHA256\"") && header.contains("oauth_token=\"t\""), "{header}");
    }
}

#[test]
fn aws_signs_for_the_region_of_the_connection() {
    let auth = Auth::AwsSigV4(Box::new(AwsSigV4 {
        service: Template::parse("ec2").unwrap(),
        sts_url: Template::parse("https://sts.amazonaws.com").unwrap(),
        lifetime_s: 3600,
    }));
    let fields = [("access_key_id", "AKID"), ("secret_access_key", "canary"), ("session_token", "session")];
    let target = target(auth, exchanged(AuthMode::AwsSigv4, &fields));
    let header = header(&target, &form(CallBody::Empty));
    assert!(
        header.starts_with("AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-central-1/ec2/aws4_request, SignedHeaders=content-type;host;")
    );
    assert_eq!(headers(&target).len(), 4);
}

#[test]
fn what_is_missing_is_named() {
    let mut without_client = target(oauth1(), token());
    without_client.client = None;
    assert_eq!(signer(&without_client).unwrap_err(), SigningDefect::Integration { setting: "client_id" });
    let without_token = target(Auth::Tba, exchanged(AuthMode::Tba, &[("token_id", "t")]));
    assert_eq!(signer(&without_token).unwrap_err(), SigningDefect::Connection { field: "token_secret" });
}

/// O8: the server would split at the first colon and take the rest for the password (RFC 7617, 2).
#[test]
fn a_user_name_with_a_colon_is_refused_and_utf8_is_not() {
    let basic = |username: &str| Credentials::Basic { username: Secret::new(username), password: Secret::new("p:w") };
    assert_eq!(signer(&target(Auth::Basic, basic("a:b"))).unwrap_err(), SigningDefect::UserName);
    let target = target(Auth::Basic, basic("J\u{fc}rgen"));
    assert!(signer(&target).unwrap().is_none());
    let values = RequestValues { target: &target, now: Timestamp::default(), random: String::new() };
    let (sent, _) = crate::headers::outgoing(&values, &HeaderMap::new(), "syncline");
    assert_eq!(sent[AUTHORIZATION], "Basic SsO8cmdlbjpwOnc=");
}

/// S6
#[test]
fn nothing_shows_the_keys() {
    let target = target(oauth1(), token());
    let shown = format!("{:?} {:?}", signer(&target), target.client);
    assert!(!shown.contains("canary"), "{shown}");
}
