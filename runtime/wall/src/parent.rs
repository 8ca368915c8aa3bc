//! The worker's side: processes, and what runs in them.

mod attend;
mod describe;
mod health;
mod process;
mod run;
mod serve;
mod start;
mod wall;

pub use start::StartError;
pub use wall::Wall;

pub(crate) use process::InChild;
