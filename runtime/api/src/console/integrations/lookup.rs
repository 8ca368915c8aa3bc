//! The integration, and the provider, that a path names.

use std::sync::Arc;

use syncline_domain::IntegrationKey;
use syncline_providers::Entry;
use syncline_store::IntegrationRow;

use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// `{key}` of the path.
pub(super) async fn integration(console: &Console, here: &Here) -> Result<IntegrationRow, Refusal> {
    let unknown = || Refusal::not_found("This integration does not exist");
    let key = IntegrationKey::new(here.param("key")).map_err(|_| unknown())?;
    console.app.store.integrations().lookup(here.environment, &key).await?.ok_or_else(unknown)
}

/// The entry of a provider.
pub(super) fn entry(console: &Console, provider: &str) -> Result<Arc<Entry>, Refusal> {
    console.app.catalogue.get(provider).cloned().ok_or_else(|| Refusal::not_found(format!("{provider} is not in the catalogue")))
}

/// Path of an integration's page. A form's space is a plus, a path's is not.
pub(super) fn place(here: &Here, row: &IntegrationRow) -> String {
    let key: String = url::form_urlencoded::byte_serialize(row.key.as_str().as_bytes()).collect();
    format!("{}/integrations/{}", here.home(), key.replace('+', "%20"))
}
