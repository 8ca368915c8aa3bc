//! `Idempotency-Key`: a request that has one effect however often it is sent.
//!
//! ```text
//! request with a key ─▶ fingerprint ─▶ the key is taken, on disk ─▶ endpoint ─▶ its answer is kept, encrypted, for a day
//!                                        │ taken already
//!                                        ├─ answered ──▶ the same answer, `Idempotency-Replayed: true`
//!                                        ├─ under way ──▶ 409, come back soon
//!                                        ├─ its process is gone ──▶ 409, look what happened; never a second effect
//!                                        └─ for another request ──▶ 422
//! ```
//!
//! A request without the header pays nothing: no statement, and its body is not held. One with it costs two transactions and holds its body.

mod answer;
mod fingerprint;
mod layer;

pub(crate) use layer::{of_account, of_key, of_operator, of_session};
