//! What a function meets wherever it runs: the same checks, requests, pages, answers, failures and limits.
//!
//! For hosts that keep nothing (`syncline test`, `syncline dryrun`): what they answer, a live run answers too, because it is this code.

use bytes::Bytes;
use syncline_domain::{Deployment, RunnerError};
use syncline_wall::Executor;

pub use crate::definition::from_manifest;
pub use crate::host::{
    Exchange, List, MAX_DEPTH, Reading, Redactor, Unreadable, answer, body_bytes, check_metadata, from_proxy, headers, http_method,
    lock_ttl, proxy_call, said, too_deep, walk, wire_body, wire_headers,
};
pub use crate::run::run_error;
pub use crate::schema::{Schemas, check, compile};

/// What a deploy of these bytes would find in them.
pub async fn inspect(executor: &Executor, wasm: Bytes) -> Result<Deployment, RunnerError> {
    crate::inspect::inspect(executor, wasm).await
}
