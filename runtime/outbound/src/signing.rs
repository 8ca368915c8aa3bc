//! Signatures over a whole request: OAuth 1.0a (also as NetSuite's TBA) and AWS Signature Version 4.
//!
//! They cover the method, the URL and the body, so each hop is signed by itself, just before it leaves: a redirect within the origin gets a
//! signature of its own, and one to another origin gets none, because a signature is a credential like any other.

use std::fmt;
use std::sync::Arc;

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::Value;
use syncline_domain::{Clock, Credentials, Exchanged, Secret};
use syncline_providers::{Auth, OAuth1Signature};

use crate::{CallBody, Outgoing, Pace, ProviderTarget};

pub(crate) mod aws_sigv4;
pub(crate) mod oauth1;

use aws_sigv4::{AwsKeys, AwsRequest};
use oauth1::{OAuth1Keys, OAuth1Request, OAuth1Token};

/// Signs requests of one connection.
#[derive(Clone)]
pub struct Signer {
    keys: Keys,
    clock: Arc<dyn Clock>,
    pace: Arc<dyn Pace>,
}

#[derive(Clone)]
enum Keys {
    OAuth1(OAuth1Keys),
    Aws(AwsKeys),
}

/// Why a request cannot be signed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SigningDefect {
    /// Somebody must complete the integration.
    #[error("the integration has no `{setting}`, which requests are signed with; set it in the integration's credentials")]
    Integration {
        /// Under the wire's name.
        setting: &'static str,
    },
    /// Somebody must complete the connection.
    #[error("the connection has no `{field}`, which requests are signed with; connect the account again")]
    Connection {
        /// Under the wire's name.
        field: &'static str,
    },
    /// OAuth 1.0a signs a form's fields (RFC 5849, 3.4.1.3.1), so they must be known before the first byte leaves.
    #[error("a form that is streamed cannot be signed; send it with a Content-Length of at most 1 MiB")]
    StreamedForm,
    /// The signature would cover something else than what is sent.
    #[error("the request's URL or headers cannot be signed: {problem}")]
    Request {
        /// For a person.
        problem: &'static str,
    },
    /// The server would take what follows the colon for the password (RFC 7617, 2).
    #[error("a user name with a colon cannot be sent with Basic authentication; connect the account again with another")]
    UserName,
}

impl Signer {
    /// What signs requests of this connection; `None` where headers alone carry its credentials.
    pub(crate) fn of(target: &ProviderTarget, clock: &Arc<dyn Clock>, pace: &Arc<dyn Pace>) -> Result<Option<Self>, SigningDefect> {
        let keys = match (&target.entry.auth, &*target.credentials) {
            (Auth::OAuth1(auth), Credentials::Oauth1(token)) => {
                let token = OAuth1Token { token: token.oauth_token.clone(), secret: token.oauth_token_secret.clone() };
                Keys::OAuth1(oauth1_keys(target, None, auth.signature_method, token, None)?)
            }
            (Auth::Tba, Credentials::Exchanged(exchanged)) => Keys::OAuth1(tba_keys(target, exchanged)?),
            (Auth::AwsSigV4(auth), Credentials::Exchanged(exchanged)) => {
                let field = |field: &'static str| exchanged.field(field).ok_or(SigningDefect::Connection { field });
                let configured = || target.connection_config.get("region").and_then(Value::as_str);
                let service = match exchanged.field("service") {
                    Some(service) => service.to_owned(),
                    None => auth.service.resolve(target).map_err(|_| SigningDefect::Connection { field: "service" })?,
                };
                Keys::Aws(AwsKeys {
                    access_key_id: field("access_key_id")?.to_owned(),
                    secret_access_key: Secret::new(field("secret_access_key")?),
                    session_token: exchanged.field("session_token").map(Secret::new),
                    region: exchanged.field("region").or_else(configured).ok_or(SigningDefect::Connection { field: "region" })?.to_owned(),
                    service,
                })
            }
            (_, Credentials::Basic { username, .. }) if target.entry.uses_default_authorization() && username.expose().contains(':') => {
                return Err(SigningDefect::UserName);
            }
            _ => return Ok(None),
        };
        Ok(Some(Self { keys, clock: Arc::clone(clock), pace: Arc::clone(pace) }))
    }

    /// The headers that sign the request as it stands; they replace those of an earlier signature.
    pub(crate) fn sign(&self, request: &Outgoing) -> Result<Vec<(HeaderName, HeaderValue)>, SigningDefect> {
        let Outgoing { method, url, headers, body, .. } = request;
        let at = self.clock.now();
        match &self.keys {
            Keys::OAuth1(keys) => {
                let form = match body {
                    _ if !oauth1::is_form(headers) => None,
                    CallBody::Empty => None,
                    CallBody::Bytes(bytes) => Some(&bytes[..]),
                    CallBody::Stream { .. } => return Err(SigningDefect::StreamedForm),
                };
                let nonce = oauth1::nonce(self.pace.nonce());
                let value = keys.authorization(&OAuth1Request { method, url, form, protocol: &[], at, nonce: &nonce });
                let mut value =
                    HeaderValue::from_str(&value).map_err(|_| SigningDefect::Request { problem: "the key is not a header's text" })?;
                value.set_sensitive(true);
                Ok(vec![(AUTHORIZATION, value)])
            }
            Keys::Aws(keys) => {
                let body = match body {
                    CallBody::Empty => Some(&[][..]),
                    CallBody::Bytes(bytes) => Some(&bytes[..]),
                    CallBody::Stream { .. } => None,
                };
                keys.sign(&AwsRequest { method, url, headers, body, at })
            }
        }
    }
}

/// The headers that carry this connection's signature.
pub(crate) fn headers(target: &ProviderTarget) -> &'static [HeaderName] {
    match (&target.entry.auth, &*target.credentials) {
        (Auth::OAuth1(_), Credentials::Oauth1(_)) | (Auth::Tba, Credentials::Exchanged(_)) => &oauth1::HEADERS,
        (Auth::AwsSigV4(_), Credentials::Exchanged(_)) => &aws_sigv4::HEADERS,
        _ => &[],
    }
}

/// NetSuite names the account in the realm, in its own spelling: `1234567-sb1` is `1234567_SB1`.
fn tba_keys(target: &ProviderTarget, exchanged: &Exchanged) -> Result<OAuth1Keys, SigningDefect> {
    let field = |field: &'static str| exchanged.field(field).map(Secret::new).ok_or(SigningDefect::Connection { field });
    let token = OAuth1Token { token: field("token_id")?, secret: field("token_secret")? };
    let account = target.connection_config.get("accountId").and_then(Value::as_str).filter(|account| !account.is_empty());
    let account = account.ok_or(SigningDefect::Connection { field: "connection_config.accountId" })?;
    let own = exchanged.field("config_override").and_then(|text| serde_json::from_str(text).ok());
    oauth1_keys(target, own.as_ref(), OAuth1Signature::HmacSha256, token, Some(account.to_uppercase().replace('-', "_")))
}

/// `own` is a client of the connection's own, which takes the place of the integration's, id and secret alike.
fn oauth1_keys(
    target: &ProviderTarget,
    own: Option<&Value>,
    method: OAuth1Signature,
    token: OAuth1Token,
    realm: Option<String>,
) -> Result<OAuth1Keys, SigningDefect> {
    let setting = |setting: &'static str| {
        let found = match own {
            Some(own) => own.get(setting).and_then(Value::as_str).filter(|text| !text.is_empty()),
            None => target.client.as_ref().and_then(|client| client.get(setting)),
        };
        found.ok_or(SigningDefect::Integration { setting })
    };
    Ok(OAuth1Keys {
        method,
        consumer_key: setting("client_id")?.to_owned(),
        consumer_secret: Secret::new(setting("client_secret")?),
        token: Some(token),
        realm,
    })
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

#[cfg(test)]
mod tests;
