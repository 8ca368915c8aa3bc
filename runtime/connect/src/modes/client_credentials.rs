//! `OAUTH2_CC`: client credentials (RFC 6749, 4.4) of a client that belongs to the connection.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use syncline_domain::{AuthMode, Credentials, Exchanged, Obtained, Secret};
use syncline_providers::{Algorithm, ClientCredentials, ClientProof};
use url::Url;

use super::exchange::told;
use super::oauth2::{SCOPES_OVERRIDE, scopes};
use crate::jws::SigningKey;
use crate::setting::Setting;
use crate::supplied::{self, Known, Supplied, input, require};
use crate::token::TokenCall;
use crate::{Grant, ModeError};

/// Where the provider does not say when a token ends: most end after an hour.
const LIFETIME: Duration = Duration::from_mins(55);
/// Enough for a slow network and clocks that differ; RFC 7523, 3, wants it short.
const ASSERTION_LIFETIME: Duration = Duration::from_mins(5);
/// RFC 7523, 2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(crate) async fn exchange(setting: &Setting<'_>, client: &ClientCredentials, given: &Map<String, Value>) -> Result<Grant, ModeError> {
    obtain(setting, client, supplied::read(setting, given, &[])?).await
}

/// The same request again: there are no refresh tokens here (RFC 6749, 4.4.3).
pub(crate) async fn renew(setting: &Setting<'_>, client: &ClientCredentials, held: &Exchanged) -> Result<Grant, ModeError> {
    obtain(setting, client, held.supplied.clone()).await
}

async fn obtain(setting: &Setting<'_>, client: &ClientCredentials, supplied: Supplied) -> Result<Grant, ModeError> {
    let call = request(setting, client, &supplied)?;
    let identified = match client.proof {
        ClientProof::Certificate => {
            let (certificate, key) = (require(&supplied, "client_certificate")?, require(&supplied, "client_private_key")?);
            let http = setting.http.with_client_certificate(certificate.expose(), key);
            Some(http.map_err(|defect| input("client_certificate", format!("cannot be used: {defect}")))?)
        }
        ClientProof::Secret(_) | ClientProof::PrivateKeyJwt(_) => None,
    };
    let answer = call.send(identified.as_ref().unwrap_or(setting.http), setting.now()).await?;
    let token = answer.token(&client.token_answer, setting.now())?;
    let obtained = Obtained {
        fields: BTreeMap::from([("token".to_owned(), token.token)]),
        expires_at: token.expires_at.or_else(|| Some(setting.now().plus(LIFETIME))),
        raw: Some(token.raw),
    };
    let credentials = Credentials::Exchanged(Exchanged { mode: AuthMode::Oauth2Cc, supplied, obtained: Some(obtained) });
    let mut connection_config = told(&answer, &client.token_response_metadata);
    if let Some(asked) = &setting.scopes {
        // A renewal knows the connection config and not who asked for what.
        connection_config.insert(SCOPES_OVERRIDE.to_owned(), asked.as_str().into());
    }
    Ok(Grant { connection_config, ..Grant::new(credentials) })
}

/// RFC 6749, 4.4.2.
pub(crate) fn request(setting: &Setting<'_>, client: &ClientCredentials, supplied: &Supplied) -> Result<TokenCall, ModeError> {
    let known = Known { supplied, more: &[] };
    let values = setting.values(&known, &[]);
    let url = setting.url(&client.token_url, &values)?;
    let client_id = require(supplied, "client_id")?.expose();
    let mut call = TokenCall::post(url.clone(), client.body_format);
    for (name, template) in &client.token_headers {
        if let Ok(value) = template.resolve(&values) {
            call = call.header(name, &value)?;
        }
    }
    call = call.field("grant_type", "client_credentials");
    let scopes = scopes(setting, &client.default_scopes);
    if !scopes.is_empty() {
        call = call.field("scope", scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(&client.scope_separator));
    }
    call = match client.proof {
        ClientProof::Secret(how) => call.authenticate(how, client_id, Some(require(supplied, "client_secret")?.expose())),
        ClientProof::Certificate => call.field("client_id", client_id),
        ClientProof::PrivateKeyJwt(algorithm) => {
            let assertion = assertion(setting, algorithm, supplied, &url)?;
            let call = call.field("client_id", client_id).field("client_assertion_type", ASSERTION_TYPE);
            call.secret_field("client_assertion", assertion.expose())
        }
    };
    for (name, template) in &client.token_params {
        if let Ok(value) = template.resolve(&values) {
            call = if template.is_secret() { call.secret_field(name, &value) } else { call.field(name, value) };
        }
    }
    Ok(call)
}

/// Says who the client is to this endpoint and no other (RFC 7523, 3), once.
fn assertion(setting: &Setting<'_>, algorithm: Algorithm, supplied: &Supplied, url: &Url) -> Result<Secret, ModeError> {
    let client_id = require(supplied, "client_id")?.expose();
    let at_fault = |defect: crate::jws::KeyDefect| input("client_private_key", defect.problem.to_owned());
    let key = SigningKey::read(algorithm, require(supplied, "client_private_key")?, false).map_err(at_fault)?;
    let now = setting.now();
    let second = |at: syncline_domain::Timestamp| at.unix_millis().div_euclid(1000);
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": url.as_str(),
        "jti": uuid::Builder::from_random_bytes((setting.randomness)()).into_uuid().to_string(),
        "iat": second(now),
        "nbf": second(now),
        "exp": second(now.plus(ASSERTION_LIFETIME)),
    });
    let mut header = Map::new();
    if let Some(certificate) = supplied.get("client_certificate") {
        let der =
            certificate_der(certificate.expose()).ok_or_else(|| input("client_certificate", "must be a PEM certificate".to_owned()))?;
        // Both names: the older one is all that some servers look at (RFC 7515, 4.1.7 and 4.1.8).
        header.insert("x5t#S256".to_owned(), URL_SAFE_NO_PAD.encode(Sha256::digest(&der)).into());
        header.insert("x5t".to_owned(), URL_SAFE_NO_PAD.encode(sha1::Sha1::digest(&der)).into());
    }
    let claims = claims.as_object().expect("an object above");
    key.sign(header, claims).map_err(at_fault)
}

/// The first certificate of a PEM text.
fn certificate_der(pem: &str) -> Option<Vec<u8>> {
    let body = pem.split_once("-----BEGIN CERTIFICATE-----")?.1.split_once("-----END CERTIFICATE-----")?.0;
    let compact: String = body.replace("\\n", "\n").chars().filter(|c| !c.is_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(compact).ok()
}
