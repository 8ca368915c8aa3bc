//! `OAUTH1`: the three legs of OAuth 1.0a (RFC 5849, 2).
//!
//! ```text
//! begin:    request URL, signed by the client ──▶ temporary credentials ──▶ the browser's URL      remembered: the secret half
//! complete: token URL, signed by client and temporary credentials, with the verifier ──▶ Grant
//! ```

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use syncline_domain::{Credentials, Oauth1, Secret};
use syncline_outbound::{OAuth1Keys, OAuth1Request, OAuth1Token};
use syncline_providers::{BodyFormat, OAuth1};
use url::Url;

use super::exchange::told;
use super::oauth2::forgotten;
use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::setting::Setting;
use crate::token::{Answer, TokenCall};
use crate::{Grant, ModeError};

/// The temporary credentials (RFC 5849, 2.1).
#[derive(Serialize, Deserialize)]
struct Temporary {
    token: String,
    secret: String,
}

pub(crate) async fn begin(setting: &Setting<'_>, oauth: &OAuth1, ask: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    let answer = temporary_request(setting, oauth, ask.state)?.send(setting.http, setting.now()).await?;
    // A server that does not say so speaks the first version, whose authorizations can be stolen (RFC 5849, 2.1).
    if answer.fields.get("oauth_callback_confirmed").and_then(Value::as_str) != Some("true") {
        return Err(refused("callback_not_confirmed", "the provider did not confirm the callback address; it must speak OAuth 1.0a"));
    }
    let temporary = Temporary { token: part(&answer, "oauth_token")?, secret: part(&answer, "oauth_token_secret")? };
    let location = location(setting, oauth, ask, &temporary.token)?;
    Ok((location, FlowSecret(serde_json::to_value(temporary).expect("two texts have a JSON form"))))
}

/// Temporary credentials (RFC 5849, 2.1).
pub(crate) fn temporary_request(setting: &Setting<'_>, oauth: &OAuth1, state: &str) -> Result<TokenCall, ModeError> {
    let none = Map::new();
    let values = setting.values(&none, &[]);
    let mut url = setting.url(&oauth.request_url, &values)?;
    for (name, template) in &oauth.request_params {
        if let Ok(value) = template.resolve(&values) {
            url.query_pairs_mut().append_pair(name, &value);
        }
    }
    // The protocol has no state of its own; the callback's address carries it.
    let mut callback = setting.callback_url.clone();
    callback.query_pairs_mut().append_pair("state", state);
    signed(setting, oauth, &url, None, ("oauth_callback", callback.as_str()))
}

/// Where the browser goes (RFC 5849, 2.2).
pub(crate) fn location(setting: &Setting<'_>, oauth: &OAuth1, ask: &BeginAsk<'_>, token: &str) -> Result<Url, ModeError> {
    let none = Map::new();
    let values = setting.values(&none, &[]);
    let mut location = setting.url(&oauth.authorization_url, &values)?;
    let mut params: Vec<(&str, String)> = Vec::new();
    for (name, template) in oauth.authorization_params.iter().filter(|(name, _)| !ask.authorization_params.contains_key(*name)) {
        params.extend(template.resolve(&values).ok().map(|value| (name.as_str(), value)));
    }
    params.extend(ask.authorization_params.iter().filter_map(|(name, value)| Some((name.as_str(), value.clone()?))));
    params.retain(|(name, _)| *name != "oauth_token");
    params.push(("oauth_token", token.to_owned()));
    location.query_pairs_mut().extend_pairs(params);
    Ok(location)
}

/// The token itself (RFC 5849, 2.3).
pub(crate) fn token_request(setting: &Setting<'_>, oauth: &OAuth1, token: OAuth1Token, verifier: &str) -> Result<TokenCall, ModeError> {
    let none = Map::new();
    let url = setting.url(&oauth.token_url, &setting.values(&none, &[]))?;
    signed(setting, oauth, &url, Some(token), ("oauth_verifier", verifier))
}

pub(crate) async fn complete(
    setting: &Setting<'_>,
    oauth: &OAuth1,
    secret: &FlowSecret,
    callback: &CallbackParams,
) -> Result<Grant, ModeError> {
    let temporary: Temporary = serde_json::from_value(secret.0.clone()).map_err(|_| forgotten())?;
    if callback.get("denied").is_some() || callback.get("oauth_problem").is_some() {
        return Err(refused("access_denied", "the provider refused, or the person did; connect again"));
    }
    // The answer to another flow, brought along by somebody else, stops here.
    if callback.get("oauth_token") != Some(temporary.token.as_str()) {
        return Err(refused("callback_err", "the answer is not to the authorization that was begun; connect again"));
    }
    let verifier =
        callback.get("oauth_verifier").ok_or_else(|| refused("callback_err", "the provider sent no `oauth_verifier`; connect again"))?;
    let token = OAuth1Token { token: Secret::new(temporary.token), secret: Secret::new(temporary.secret) };
    let answer = token_request(setting, oauth, token, verifier)?.send(setting.http, setting.now()).await?;
    let credentials = Credentials::Oauth1(Oauth1 {
        oauth_token: Secret::new(part(&answer, "oauth_token")?),
        oauth_token_secret: Secret::new(part(&answer, "oauth_token_secret")?),
        raw: Some(Secret::new(Value::Object(answer.fields.clone()).to_string())),
    });
    Ok(Grant { connection_config: told(&answer, &oauth.token_response_metadata), ..Grant::new(credentials) })
}

fn signed(
    setting: &Setting<'_>,
    oauth: &OAuth1,
    url: &Url,
    token: Option<OAuth1Token>,
    protocol: (&str, &str),
) -> Result<TokenCall, ModeError> {
    let consumer_secret = Secret::new(setting.client.require("client_secret")?);
    let mut hidden = vec![consumer_secret.clone()];
    hidden.extend(token.iter().flat_map(|token| [token.token.clone(), token.secret.clone()]));
    let consumer_key = setting.client.require("client_id")?.to_owned();
    let keys = OAuth1Keys { method: oauth.signature_method, consumer_key, consumer_secret, token, realm: None };
    let nonce = format!("{:032x}", u128::from_be_bytes((setting.randomness)()));
    let request = OAuth1Request { method: &Method::POST, url, form: None, protocol: &[protocol], at: setting.now(), nonce: &nonce };
    let authorization = keys.authorization(&request);
    let call = TokenCall::post(url.clone(), BodyFormat::Form).header("authorization", &authorization)?.header("accept", "*/*")?;
    Ok(hidden.iter().fold(call, TokenCall::hide))
}

/// A text of the answer that is there and not empty.
fn part(answer: &Answer, name: &str) -> Result<String, ModeError> {
    let found = answer.fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    found.map(str::to_owned).ok_or_else(|| ModeError::Unavailable {
        code: "invalid_token_answer".to_owned(),
        message: format!("the provider's answer has no `{name}`"),
        retry_after: None,
    })
}

fn refused(code: &str, message: &str) -> ModeError {
    ModeError::Refused { code: code.to_owned(), message: message.to_owned(), status: None }
}
