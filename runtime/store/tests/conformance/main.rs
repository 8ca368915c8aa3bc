//! What the store promises, on both databases.

mod connections;
mod crypto;
mod deployments;
mod fixture;
mod jobs;
mod model;
mod open;
mod records;
mod runs;
mod small;
mod syncs;
