//! The modes without a flow of their own file, against a stand-in provider. Signatures are checked by other code than made them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};
use syncline_domain::{Credentials, Exchanged};
use syncline_providers::{Auth, parse_entry};

use crate::modes::{BeginAsk, CallbackParams, FlowSecret, begin, exchange, renew};
use crate::stand_in::Bench;
use crate::{Grant, ModeError};

mod app;
mod aws;
mod bought;
mod client;
mod every_entry;
mod keys;
mod oauth1;
mod signed;

/// An RSA key as PKCS#8, the same as PKCS#1, and what verifies it.
const RSA: &str = include_str!("tests/fixtures/rsa.pem");
const RSA_PKCS1: &str = include_str!("tests/fixtures/rsa.pkcs1.pem");
const RSA_PUBLIC: &str = include_str!("tests/fixtures/rsa.public.pem");
const RSA_CERTIFICATE: &str = include_str!("tests/fixtures/rsa.certificate.pem");
const EC: &str = include_str!("tests/fixtures/ec.pem");
const EC_PUBLIC: &str = include_str!("tests/fixtures/ec.public.pem");

/// An integration of an entry with this `auth` block, indented by two, and these further blocks.
fn bench(auth: &str, rest: &str) -> Bench {
    let text = format!(
        "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\nauth:\n{auth}\n\
         proxy:\n  base_url: https://api.acme.example\n{rest}\n"
    );
    let entry = parse_entry(Path::new("acme.yaml"), &text).unwrap_or_else(|defect| panic!("{defect}"));
    Bench { entry: Arc::new(entry), ..Bench::new(Auth::None) }
}

fn map(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else { panic!("{value}") };
    map
}

async fn exchanged(bench: &Bench, given: Value) -> Result<Grant, ModeError> {
    exchange(&bench.setting(), &map(given)).await
}

/// As the next server run finds them: what was granted, written down and read again.
fn stored(grant: &Grant) -> Credentials {
    Credentials::from_stored(&grant.credentials.to_wire_exposed().to_string()).unwrap()
}

async fn renewed(bench: &Bench, grant: &Grant) -> Result<Grant, ModeError> {
    renew(&bench.setting(), &stored(grant)).await
}

fn held(grant: &Grant) -> &Exchanged {
    let Credentials::Exchanged(held) = &grant.credentials else { panic!("{:?}", grant.credentials) };
    held
}

/// One field of what was granted.
fn field<'g>(grant: &'g Grant, name: &str) -> &'g str {
    grant.credentials.field(name).unwrap_or_else(|| panic!("no `{name}`"))
}

/// Seconds until what was granted ends.
fn life(bench: &Bench, grant: &Grant) -> Option<u64> {
    Some(grant.credentials.expires_at()?.since(bench.setting().now()).as_secs())
}

/// The field that the person has to correct.
fn at_fault(result: Result<Grant, ModeError>) -> String {
    match result {
        Err(ModeError::Input { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

async fn begun(bench: &Bench) -> Result<(url::Url, FlowSecret), ModeError> {
    begin(&bench.setting(), &BeginAsk { state: "state-1", authorization_params: &BTreeMap::new(), refresh_token: None }).await
}

fn back(pairs: &[(&str, &str)]) -> CallbackParams {
    CallbackParams(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}
