//! The collection that a path names.

use syncline_domain::{ModelName, Variant};
use syncline_store::{CollectionRef, ConnectionRow};

use crate::console::connections::find;
use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// `/{environment}/records/{row}/{model}/{variant}`
pub(super) struct Collection {
    pub(super) connection: ConnectionRow,
    pub(super) model: ModelName,
    pub(super) variant: Variant,
}

impl Collection {
    /// One that nothing was saved to is empty, as in the API.
    pub(super) async fn in_path(console: &Console, here: &Here) -> Result<Self, Refusal> {
        let connection = find::in_path(console, here).await?;
        let model = ModelName::new(here.param("model")).map_err(|_| Refusal::not_found("There is no such model"))?;
        let variant = Variant::new(here.param("variant")).map_err(|_| Refusal::not_found("There is no such variant"))?;
        Ok(Self { connection, model, variant })
    }

    /// For the store.
    pub(super) fn reference(&self) -> CollectionRef {
        CollectionRef { connection: self.connection.id, model: self.model.clone(), variant: self.variant.clone() }
    }

    /// Its list.
    pub(super) fn path(&self, here: &Here) -> String {
        path(here, &self.connection, &self.model, &self.variant)
    }

    /// `Contact of ada`
    pub(super) fn title(&self) -> String {
        format!("{} of {}", self.model, self.connection.name)
    }
}

/// A collection's list. Models and variants are words: nothing in them needs escaping.
pub(super) fn path(here: &Here, connection: &ConnectionRow, model: &ModelName, variant: &Variant) -> String {
    format!("{}/records/{}/{model}/{variant}", here.home(), connection.id)
}
