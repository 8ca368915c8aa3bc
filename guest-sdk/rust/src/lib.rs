//! What an author of Syncline functions writes against.
//!
//! A **sync** keeps records fresh, an **action** does one thing for a caller, an **event handler** reacts to a connection's life.
//! They are plain `async fn`s with an attribute; several make a component, which the host runs in a sandbox.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use syncline_functions::prelude::*;
//!
//! /// A task of the provider.
//! #[derive(Serialize, Deserialize, Model)]
//! struct Task {
//!     id: u64,
//!     title: String,
//!     done: bool,
//! }
//!
//! #[sync(description = "All tasks", every = "1h", models(Task))]
//! async fn tasks(cx: SyncContext) -> Result<()> {
//!     let mut pages = cx.get("/tasks").paginate().page_number("page", 1).page_size(100).page_size_name("per_page");
//!     while let Some(page) = pages.next::<Task>().await? {
//!         cx.save(&page).await?;
//!     }
//!     Ok(())
//! }
//!
//! component!(integration = "tasks"; tasks);
//!
//! // Natively, the host is a mock: this is a whole unit test.
//! use syncline_functions::testing::{Answer, Test};
//! let answer = Answer::get("/tasks").query("page", 1).query("per_page", 100).json(json!([{ "id": 7, "title": "Write", "done": false }]));
//! let outcome = Test::sync(tasks).answer(answer).run();
//! outcome.ok();
//! assert_eq!(outcome.saved::<Task>()[0].title, "Write");
//! ```
//!
//! The attribute turns the function into one that takes nothing and gives its description; `component!` and `Test` take it by name.
//! On the wire `create_issue` is called `create-issue`.
//!
//! Build with `cargo build --release --target wasm32-wasip2` and this profile, which keeps a component small and its functions' names in traps:
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib", "rlib"]
//!
//! [profile.release]
//! opt-level = "s"
//! lto = "fat"
//! codegen-units = 1
//! panic = "abort"
//! strip = "debuginfo"
//! ```
//!
//! Flow: attribute → [`Function`] → [`component!`] exports `describe` and `call` → `call` makes a context over the host →
//! the author's function → its result, or its [`Error`] as the host's failure.
//!
//! Invariant: nothing here decides what the host decides. No pagination, no retry, no validation in a component: every language
//! gets them from the host, alike.

extern crate self as syncline_functions;

mod component;
mod context;
mod error;
mod function;
mod host;
mod join;
mod schema;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use component::Component;
pub use context::{
    ActionContext, Connection, Context, EventContext, FetchBuilder, Integration, Listing, Log, Page, Pages, RecordId, RequestBuilder,
    Response, Sending, SyncContext,
};
pub use error::{ActionError, Error, ErrorContext, Result};
pub use function::{ActionFunction, EventFunction, Function, SyncFunction};
pub use host::{ConnectionRef, Failure, Level, Merging, Method, RunInfo, Saved, SyncOptions};
pub use join::{join_all, try_join_all};
pub use schema::{Definitions, Id, Model, Schema, schema_of};
pub use serde_json::{Value, json};
pub use syncline_functions_macros::{Model, Schema, action, event, sync};

/// What most functions need: `use syncline_functions::prelude::*;`
pub mod prelude {
    pub use crate::{
        ActionContext, ActionError, Error, ErrorContext, EventContext, Model, Result, Schema, SyncContext, Value, action, component, debug,
        error, event, info, join_all, json, sync, try_join_all, warn,
    };
}

/// For the code that the macros write; not part of the API.
#[doc(hidden)]
pub mod __private {
    pub use crate::function::{Description, Limits, ModelDescription, run_action, run_event, run_sync, run_sync_or_webhook};
    #[cfg(target_family = "wasm")]
    pub use crate::host::bindings;
    pub use crate::schema::{ObjectSchema, assert_id, words};
    #[cfg(target_family = "wasm")]
    pub use wit_bindgen;
}
