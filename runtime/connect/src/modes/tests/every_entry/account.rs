//! What somebody would fill in.

use indexmap::IndexMap;
use serde_json::{Map, Value};
use syncline_providers::{Algorithm, Auth, ClientProof, Entry, Exchange, Field, FieldPlace, Name, Template, TokenRequest};

use crate::modes::tests::{EC, RSA, RSA_CERTIFICATE};

/// Every field with a value that fits.
pub(super) fn sampled(fields: &IndexMap<String, Field>) -> Map<String, Value> {
    fields.iter().map(|(name, field)| (name.clone(), field.sample().into())).collect()
}

/// The credentials of an account. What has a form is the same for all of them.
pub(super) fn credentials(entry: &Entry, account: &str) -> Map<String, Value> {
    let asked = entry.fields().into_iter().filter(|asked| asked.place == FieldPlace::Credentials);
    let value = |name: &str, field: &Field| -> String {
        if let Some(key) = key_of(entry, name) {
            return key.to_owned();
        }
        let own = format!("{name}-of-{account}");
        if field.check(&own).is_ok() { own } else { field.sample().to_owned() }
    };
    asked.map(|asked| (asked.name.clone(), value(&asked.name, &asked.field).into())).collect()
}

/// Where a key must be one.
fn key_of(entry: &Entry, name: &str) -> Option<&'static str> {
    let pem = |algorithm| match algorithm {
        Algorithm::Rs256 => Some(RSA),
        Algorithm::Es256 => Some(EC),
        Algorithm::Hs256 => None,
    };
    match (&entry.auth, name) {
        (Auth::Jwt(jwt), _) if reads(&jwt.signing_key, name) => pem(jwt.algorithm),
        (Auth::ClientCredentials(client), "client_private_key") => match client.proof {
            ClientProof::PrivateKeyJwt(algorithm) => pem(algorithm),
            ClientProof::Certificate => Some(RSA),
            ClientProof::Secret(_) => None,
        },
        (Auth::ClientCredentials(_), "client_certificate") => Some(RSA_CERTIFICATE),
        _ => None,
    }
}

fn reads(template: &Template, field: &str) -> bool {
    template.names().into_iter().any(|name| matches!(name, Name::Credential(key) if key == field))
}

/// The answers of an exchange's steps.
pub(super) fn answers(exchange: &Exchange) -> Vec<Value> {
    let mut answers = vec![Value::Null; exchange.steps.len()];
    let requests = exchange.steps.iter().chain([&exchange.request]);
    let paths = requests.flat_map(templates).flat_map(Template::names).filter_map(|name| match name {
        Name::Step(step, path) => Some((*step, path.clone())),
        _ => None,
    });
    for (step, path) in paths {
        let mut place = &mut answers[step - 1];
        for part in path.split('.') {
            if !place.is_object() {
                *place = Map::new().into();
            }
            place = place.as_object_mut().expect("made an object above").entry(part).or_insert(Value::Null);
        }
        *place = format!("answer-{step}").into();
    }
    answers
}

fn templates(request: &TokenRequest) -> impl Iterator<Item = &Template> {
    [&request.url].into_iter().chain(request.headers.values()).chain(request.query.values()).chain(request.body.values())
}
