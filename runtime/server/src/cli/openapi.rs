//! `syncline openapi`: the API's description, for client generators and CI jobs that have no server at hand.

use clap::Args;

use super::output::Output;

/// Takes no arguments.
#[derive(Args)]
pub(super) struct OpenApi {}

/// Prints it.
pub(super) fn print() -> anyhow::Result<()> {
    Ok(Output::new(true).document(syncline_api::openapi_document())?)
}
