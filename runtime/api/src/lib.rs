//! The HTTP API: routes, API keys, strict reading of what comes in, stable errors for what is wrong with it.
//!
//! ```text
//! request ──▶ span, panic guard, CORS ──▶ content type ──▶ API key → Caller (environment, scopes), or connect session
//!         ──▶ endpoint: strict query / body / headers ──▶ store · connect · outbound · the runner's port
//!         ◀── JSON, a spliced buffer of records, or the provider's own stream
//! ```
//!
//! One file an endpoint; [`router`] lists them on one screen. Whatever goes wrong becomes one `ApiError`: a status, a code that never
//! changes, a message for a person, and a source that only the log sees.
//!
//! *Invariant:* knows no engine and no worker. It meets them in the store, and through [`syncline_domain::FunctionRunner`], which runs
//! an action while the caller waits and inspects what is deployed.

mod actions;
mod addressed;
mod api_keys;
mod auth;
mod authorize;
mod body;
mod cli;
mod connect;
mod connect_ui;
mod connections;
mod console;
mod custom_endpoints;
mod dead_letters;
mod deployments;
mod environments;
mod error;
mod functions;
mod health;
mod idempotency;
mod incoming;
mod integrations;
mod issue;
mod journal;
mod layers;
mod limit;
mod linger;
mod mcp;
mod metrics;
mod openapi;
mod operations;
mod operator;
mod providers;
mod proxy;
mod query;
mod record_policy;
mod records;
mod reference;
mod refusal;
mod routes;
mod runs;
mod scope;
mod scripts;
mod serve;
mod sockets;
mod state;
mod syncs;
mod templates;
#[cfg(test)]
mod tests;
mod trace;
mod variables;
mod webhook_deliveries;
mod webhook_endpoints;
mod webhook_settings;

pub use console::{MIN_PASSWORD_CHARS, PasswordError, seed_password};
pub use limit::{RateLimits, TrustedProxies};
pub use openapi::text as openapi_document;
pub use operator::operator_token;
pub use routes::routers;
pub use scope::{ALL_OF_ACCOUNT, ALL_OF_ENVIRONMENT, scope_problem};
pub use serve::serve;
pub use state::{Options, Services};
pub use templates::Template;
