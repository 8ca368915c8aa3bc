//! `syncline openapi`: the API's description, for client generators and CI jobs that have no server at hand.

use clap::Args;

use super::output::Output;

/// Prints it.
#[derive(Args)]
pub(super) struct OpenApi {}

impl OpenApi {
    pub(super) fn execute(&self) -> anyhow::Result<()> {
        Ok(Output::new(true).document(syncline_api::openapi_document())?)
    }
}
