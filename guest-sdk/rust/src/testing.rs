//! Unit tests of functions, natively: `cargo test` against a host that answers from a recording.
//!
//! ```no_run
//! # use syncline_functions::prelude::*;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Serialize, Deserialize, Model)] struct Issue { id: u64 }
//! # #[sync(models(Issue))] async fn issues(cx: SyncContext) -> Result<()> { Ok(()) }
//! use syncline_functions::testing::Test;
//!
//! let outcome = Test::sync(issues).recording("tests/issues.test.json").run();
//! outcome.assert_as_recorded();
//! assert_eq!(outcome.saved::<Issue>().len(), 3);
//! ```
//!
//! Flow: [`Test`] sets the host up → the function runs to its end → [`Outcome`] tells what it did.
//!
//! The mock keeps records, checkpoint, metadata and locks like a host, and turns pages by the options of the call; the provider's entry
//! is not known here, so give what the call leaves to it with [`Test::pagination`]. Records are not validated against their
//! schemas, nothing is retried, and nothing leaves the process.

mod answer;
mod cache;
mod mock;
mod outcome;
mod pages;
mod recording;
mod request;
mod test;

pub use answer::Answer;
pub(crate) use mock::MockHandle;
pub use outcome::{LogLine, Outcome};
pub use recording::Recording;
pub use test::Test;
