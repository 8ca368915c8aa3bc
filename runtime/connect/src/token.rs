//! Requests to token endpoints (RFC 6749, 3.2) and their answers, in every shape in which providers write them.
//!
//! ```text
//! TokenCall ─▶ one request through the egress guard ─▶ Answer: JSON or form, whatever its content type claims
//!                  │                                      └─▶ Issued, by the entry's TokenAnswer
//!                  ├─▶ ModeError::Refused      400, 401, `error`, `ok: false`: the provider has decided
//!                  └─▶ ModeError::Unavailable  429, 5xx, network, garbage: nothing is known
//! ```

mod answer;
mod call;
mod expiry;
mod grant;
mod refusal;

pub(crate) use answer::Answer;
pub(crate) use call::TokenCall;
pub(crate) use grant::Issued;
pub(crate) use refusal::shown;

#[cfg(test)]
mod tests;
