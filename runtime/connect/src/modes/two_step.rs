//! `TWO_STEP`: fields of the provider's choice, exchanged for a token.

use serde_json::{Map, Value};
use syncline_domain::{AuthMode, Exchanged};
use syncline_providers::Exchange;

use super::exchange::{self, Naming};
use crate::setting::Setting;
use crate::supplied::{self, input};
use crate::{Grant, ModeError};

const NAMING: Naming = Naming { mode: AuthMode::TwoStep, token: "token" };

pub(crate) async fn exchange(setting: &Setting<'_>, exchange: &Exchange, given: &Map<String, Value>) -> Result<Grant, ModeError> {
    let mut given = given.clone();
    // Clients send it empty where the provider signs nothing; no entry has a use for a filled one.
    if let Some(option) = given.remove("assertionOption")
        && !matches!(&option, Value::Null)
        && option.as_object().is_none_or(|option| !option.is_empty())
    {
        return Err(input("assertionOption", format!("is of no use to `{}`; leave it out", setting.entry.key)));
    }
    let supplied = supplied::read(setting, &given, &[])?;
    exchange::buy(setting, exchange, NAMING, &supplied, &[]).await
}

pub(crate) async fn renew(setting: &Setting<'_>, exchange: &Exchange, held: &Exchanged) -> Result<Grant, ModeError> {
    exchange::renew(setting, exchange, NAMING, held, &[]).await
}
