//! Rate limits: so many requests in each minute of the clock. Wire contract 1.5.
//!
//! ```text
//! request ──▶ who is it? ──▶ bucket: an environment's keys · its connect sessions · the account's keys · an address on the internet
//!         ──▶ points left in this node's part of the window? ──▶ on with it, X-RateLimit-* on the answer
//!                 └─ none ──▶ lease some of the window's row in the database ──▶ none there either: 429, Retry-After
//! ```
//!
//! On SQLite there is one node, and the whole limit is its part. On PostgreSQL the nodes lease points in batches: together they never grant
//! more than the limit, and no request costs a statement of its own.
//!
//! *Invariant:* a limiter that fails lets requests through.

mod address;
mod limiter;
mod meter;
mod standing;
mod window;

use syncline_domain::{EnvironmentId, IntegrationId};

pub(crate) use address::Network;
pub use address::TrustedProxies;
pub(crate) use limiter::Limiter;
pub(crate) use meter::{Meter, metered, per_address, per_address_silently};
pub(crate) use standing::{LIMIT, REMAINING, RESET, Standing};

/// What the operator allows.
#[derive(Clone, Debug)]
pub struct RateLimits {
    /// To each environment; 0 for no limit.
    pub per_minute: u32,
    /// To each address from which requests come that nobody answers for; 0 for no limit.
    pub per_address_per_minute: u32,
    /// To what a provider sends to each integration; 0 for no limit.
    pub webhooks_per_minute: u32,
    /// Who may say for whom a request is.
    pub trusted_proxies: TrustedProxies,
}

/// Who shares a limit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Bucket {
    /// The keys of an environment.
    Environment(EnvironmentId),
    /// The browsers that connect accounts to an environment: they cannot use up what its backends have.
    Sessions(EnvironmentId),
    /// The keys of the account.
    Account,
    /// What a provider sends to an integration.
    Webhooks(IntegrationId),
    /// Whoever comes from there.
    Address(Network),
}

/// What a key or a token that opens nothing costs its address: guessing ends soon.
pub(crate) const FAILED_AUTHENTICATION: u32 = 10;

impl Default for RateLimits {
    fn default() -> Self {
        // A busy product's backend stays far below the first; an office behind one address below the second. A node takes about
        // as many webhooks as the third in a minute.
        Self { per_minute: 12_000, per_address_per_minute: 600, webhooks_per_minute: 60_000, trusted_proxies: TrustedProxies::default() }
    }
}
