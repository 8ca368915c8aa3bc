//! Whether everything is well: what happened in the last minutes, hours and days of an environment, and what stands.
//!
//! ```text
//! Metrics (this process) ─▶ Recorder, every 10 s ─▶ overview_minutes, a row a process and minute ─▶ history: summed over processes
//!                                                   jobs, runs, connections, endpoints ─▶ standing: counted by indexes
//! ```

mod history;
mod recorder;
mod standing;

pub use history::Span;
pub(crate) use recorder::Recorder;
pub use standing::{AtMost, Standing};

use crate::{Error, Store};

/// The overview.
pub struct Overview<'s>(pub(crate) &'s Store);

impl Overview<'_> {
    /// Returns when everything that this process has counted so far is on disk. It is written every ten seconds and at the end without that.
    pub async fn flush(&self) -> Result<(), Error> {
        self.0.recorder().record(self.0.database()).await
    }
}
