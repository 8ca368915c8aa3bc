//! See the provider entries of this mode.

use syncline_domain::Exchanged;
use syncline_providers::App;
use url::Url;

use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::setting::Setting;
use crate::{Grant, ModeError};

pub(crate) async fn renew(setting: &Setting<'_>, _: &App, _: &Exchanged) -> Result<Grant, ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}

pub(crate) fn begin(setting: &Setting<'_>, _: &App, _: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}

pub(crate) async fn complete(setting: &Setting<'_>, _: &App, _: &FlowSecret, _: &CallbackParams) -> Result<Grant, ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}
