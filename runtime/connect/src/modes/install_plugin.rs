//! `INSTALL_PLUGIN`: the person installs a plugin at the provider, which then signs in by itself.

use serde_json::{Map, Value};
use syncline_domain::Credentials;
use syncline_providers::Template;
use url::Url;

use crate::modes::{BeginAsk, FlowSecret};
use crate::setting::Setting;
use crate::{Grant, ModeError};

/// The page of the plugin, with the state by which an installer can send the browser back.
pub(crate) fn begin(setting: &Setting<'_>, install_url: &Template, ask: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    let none = Map::new();
    let mut url = setting.url(install_url, &setting.values(&none, &[]))?;
    url.query_pairs_mut().append_pair("state", ask.state);
    Ok((url, FlowSecret(Value::Null)))
}

/// Nothing is known until the plugin says it; until then the connection waits.
pub(crate) fn complete() -> Grant {
    Grant { is_pending: true, ..Grant::new(Credentials::None) }
}
