//! `JWT`: a token that we sign with the connection's key, or an assertion that buys one (RFC 7523, 2.1).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};
use syncline_domain::{AuthMode, Credentials, Exchanged, Obtained, Secret, Timestamp};
use syncline_providers::{Jwt, Name, Templates};

use super::exchange::{self, Naming};
use crate::jws::SigningKey;
use crate::setting::{Setting, SettingValues};
use crate::supplied::{self, Known, Supplied, input};
use crate::{Grant, ModeError};

const NAMING: Naming = Naming { mode: AuthMode::Jwt, token: "token" };

pub(crate) async fn exchange(setting: &Setting<'_>, jwt: &Jwt, given: &Map<String, Value>) -> Result<Grant, ModeError> {
    let supplied = supplied::read(setting, &flat(given), &[])?;
    let (token, expires_at) = sign(setting, jwt, &supplied)?;
    match &jwt.exchange {
        Some(exchange) => exchange::buy(setting, exchange, NAMING, &supplied, &[("assertion", token.expose())]).await,
        None => Ok(signed(supplied, token, expires_at)),
    }
}

/// Signs again.
pub(crate) async fn renew(setting: &Setting<'_>, jwt: &Jwt, held: &Exchanged) -> Result<Grant, ModeError> {
    let (token, expires_at) = sign(setting, jwt, &held.supplied)?;
    match &jwt.exchange {
        Some(exchange) => exchange::renew(setting, exchange, NAMING, held, &[("assertion", token.expose())]).await,
        None => Ok(signed(held.supplied.clone(), token, expires_at)),
    }
}

/// Older clients send a key as `privateKey: {id, secret}`.
fn flat(given: &Map<String, Value>) -> Map<String, Value> {
    let mut flat = given.clone();
    if let Some(Value::Object(_)) = flat.get("privateKey")
        && let Some(Value::Object(key)) = flat.remove("privateKey")
    {
        flat.extend(key);
    }
    flat
}

/// The token, or the assertion that buys it.
pub(crate) fn sign(setting: &Setting<'_>, jwt: &Jwt, supplied: &Supplied) -> Result<(Secret, Timestamp), ModeError> {
    let known = Known { supplied, more: &[] };
    let values = setting.values(&known, &[]);
    let field = key_field(jwt);
    let key = jwt.signing_key.resolve(&values).map_err(|_| input(&field, "is missing".to_owned()))?;
    let at_fault = |defect: crate::jws::KeyDefect| input(&field, defect.problem.to_owned());
    let key = SigningKey::read(jwt.algorithm, &Secret::new(key), jwt.is_hex_key).map_err(at_fault)?;
    let issued = setting.now();
    let expires = issued.plus(Duration::from_secs(jwt.lifetime_s));
    let mut claims = filled(&jwt.payload, &values);
    for (name, at) in [("iat", issued), ("exp", expires)] {
        claims.insert(name.to_owned(), at.unix_millis().div_euclid(1000).into());
    }
    Ok((key.sign(filled(&jwt.header, &values), &claims).map_err(at_fault)?, expires))
}

/// The field that a bad key is blamed on.
fn key_field(jwt: &Jwt) -> String {
    let names = jwt.signing_key.names();
    names.into_iter().find_map(|name| if let Name::Credential(key) = name { Some(key.clone()) } else { None }).unwrap_or_default()
}

/// One that does not resolve is left out.
fn filled(templates: &Templates, values: &SettingValues<'_>) -> Map<String, Value> {
    templates.iter().filter_map(|(name, template)| Some((name.clone(), template.resolve(values).ok()?.into()))).collect()
}

fn signed(supplied: Supplied, token: Secret, expires_at: Timestamp) -> Grant {
    let obtained = Obtained { fields: BTreeMap::from([("token".to_owned(), token)]), expires_at: Some(expires_at), raw: None };
    Grant::new(Credentials::Exchanged(Exchanged { mode: AuthMode::Jwt, supplied, obtained: Some(obtained) }))
}
