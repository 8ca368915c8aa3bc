//! What the store promises, on both databases.

mod access;
mod async_actions;
mod connecting;
mod connections;
mod console;
mod crypto;
mod deployments;
mod fixture;
mod function_checkpoints;
mod functions;
mod idempotency_keys;
mod jobs;
mod keys;
mod model;
mod open;
mod operations;
mod pending;
mod records;
mod refresh;
mod rollback;
mod runs;
mod small;
mod sweep;
mod syncs;
mod webhook_attempts;
mod webhooks;
