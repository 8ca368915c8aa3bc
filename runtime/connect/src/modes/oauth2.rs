//! See the provider entries of this mode.

use syncline_domain::Oauth2;
use syncline_providers::OAuth2;
use url::Url;

use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::setting::Setting;
use crate::{Grant, ModeError};

pub(crate) async fn renew(setting: &Setting<'_>, _: &OAuth2, _: &Oauth2) -> Result<Grant, ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}

pub(crate) fn begin(setting: &Setting<'_>, _: &OAuth2, _: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}

pub(crate) async fn complete(setting: &Setting<'_>, _: &OAuth2, _: &FlowSecret, _: &CallbackParams) -> Result<Grant, ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}
