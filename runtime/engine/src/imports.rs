//! The guest's imports: one file for each WIT interface, each a thin pass from the generated trait to the run's host port.

mod connection;
mod environment;
mod fetch;
mod functions;
mod locks;
mod provider;
mod records;
mod run;

use wasmtime::component::HasData;

use crate::run::State;

/// Says to the linker that all interfaces work on the run's state.
pub(crate) struct Imports;

impl HasData for Imports {
    type Data<'a> = &'a mut State;
}

impl syncline_host_api::bindings::syncline::host::types::Host for State {}
