//! The client and the proxy against a provider on the loopback that says whatever a test wants.

mod bodies;
mod fixture;
mod hostile;
mod redirects;
mod resolving;
mod retries;
mod server;
mod signed;
mod streaming;
