//! What a function is given: the way to everything that the host does for it.

mod checkpoint;
mod connection;
mod fetch;
mod locks;
mod log;
mod pages;
mod records;
mod request;
mod trigger;

pub use connection::{Connection, Integration};
pub use fetch::FetchBuilder;
pub use log::Log;
pub use pages::{Page, Pages};
pub use records::{Listing, RecordId};
pub use request::{RequestBuilder, Response, Sending};

use std::ops::Deref;
use std::time::SystemTime;

use crate::host::{Handle, Host, RunInfo};

/// What every kind of function can do. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    host: Handle,
}

impl Context {
    pub(crate) fn new(host: Handle) -> Self {
        Self { host }
    }

    /// The run: its function, connection, variant, attempt, and when the last successful one started.
    pub fn run(&self) -> RunInfo {
        self.host.info()
    }

    /// The host's clock; in a test, the time that the test says.
    pub fn now(&self) -> SystemTime {
        self.host.now()
    }

    /// Whether a webhook of the provider's asked for this run.
    pub(crate) fn is_webhook(&self) -> bool {
        let details: Option<serde_json::Value> = serde_json::from_str(&self.host.details()).ok();
        details.is_some_and(|details| details["trigger"] == "webhook")
    }

    pub(crate) fn input_json(&self) -> String {
        self.host.input()
    }
}

macro_rules! contexts {
    ($($(#[$docs:meta])+ $name:ident)+) => {$(
        $(#[$docs])+
        #[derive(Clone)]
        pub struct $name(pub(crate) Context);

        /// Everything of [`Context`] is here too.
        impl Deref for $name {
            type Target = Context;

            fn deref(&self) -> &Context {
                &self.0
            }
        }
    )+};
}

contexts! {
    /// A sync's context: [`Context`], and the records.
    SyncContext
    /// An action's context.
    ActionContext
    /// An event handler's context.
    EventContext
}
