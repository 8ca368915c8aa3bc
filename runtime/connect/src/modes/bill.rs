//! `BILL`: a login that is answered with a session, which ends when it is not used.

use serde_json::{Map, Value};
use syncline_domain::{AuthMode, Exchanged};
use syncline_providers::Exchange;

use super::exchange::{self, Naming};
use crate::setting::Setting;
use crate::{Grant, ModeError, supplied};

const NAMING: Naming = Naming { mode: AuthMode::Bill, token: "session_id" };

pub(crate) async fn exchange(setting: &Setting<'_>, exchange: &Exchange, given: &Map<String, Value>) -> Result<Grant, ModeError> {
    let supplied = supplied::read(setting, given, &[])?;
    exchange::buy(setting, exchange, NAMING, &supplied, &[]).await
}

pub(crate) async fn renew(setting: &Setting<'_>, exchange: &Exchange, held: &Exchanged) -> Result<Grant, ModeError> {
    exchange::renew(setting, exchange, NAMING, held, &[]).await
}
