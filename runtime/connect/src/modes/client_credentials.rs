//! See the provider entries of this mode.

use serde_json::{Map, Value};
use syncline_domain::Exchanged;
use syncline_providers::ClientCredentials;

use crate::setting::Setting;
use crate::{Grant, ModeError};

pub(crate) async fn exchange(setting: &Setting<'_>, _: &ClientCredentials, _: &Map<String, Value>) -> Result<Grant, ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}

pub(crate) async fn renew(setting: &Setting<'_>, _: &ClientCredentials, _: &Exchanged) -> Result<Grant, ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}
