//! See the provider entries of this mode.

use serde_json::{Map, Value};

use crate::setting::Setting;
use crate::{Grant, ModeError};

pub(crate) fn exchange(setting: &Setting<'_>, _: &Map<String, Value>) -> Result<Grant, ModeError> {
    Err(ModeError::Setup { problem: format!("`{}` cannot be connected yet", setting.entry.key) })
}
