//! What a customer's servers are told, how often it is tried, and when an address is left alone.

mod attempts;
mod circuit;
mod delivery;
mod kind;

pub use attempts::{ATTEMPTS, attempt_after};
pub use circuit::{Circuit, CircuitState, DisabledReason};
pub use delivery::DeliveryState;
pub use kind::WebhookKind;
