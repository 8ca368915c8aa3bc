//! `/console/{environment}/settings`

pub(super) mod account;
pub(super) mod api_keys;
pub(super) mod audit;
pub(super) mod encryption;
pub(super) mod environments;
pub(super) mod general;
pub(super) mod operators;
pub(super) mod variables;
