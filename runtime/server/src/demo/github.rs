//! A stand-in for GitHub on a loopback port: the paths, headers and refusals that a function meets there, on data that never changes
//! by itself.
//!
//! Source of the shapes: GitHub's REST documentation (issues, repositories, rate limits, pagination by RFC 8288 links).

mod answer;
mod data;
mod listing;
mod routes;
mod server;

pub use data::{Issue, NewIssue, Repository, World};
pub use server::{GithubStandIn, Options};
