//! See the provider entries of this mode.

use syncline_providers::Template;
use url::Url;

use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::setting::Setting;
use crate::{Grant, ModeError};

pub(crate) fn begin(setting: &Setting<'_>, _: &Template, _: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}

pub(crate) fn complete(setting: &Setting<'_>, _: &FlowSecret, _: &CallbackParams) -> Result<Grant, ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}
