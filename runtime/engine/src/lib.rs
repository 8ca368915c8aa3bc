//! Runs functions: wasmtime and nothing else.
//!
//! 1. [`Engine::compile`] looks a component over, has it compiled in a limited child process and files the result under a MAC.
//! 2. [`Engine::load`] turns a digest into a [`Component`]: from memory, from that file, or by compiling again.
//! 3. [`Engine::describe`] asks the component for its manifest, with nothing granted.
//! 4. [`Engine::call`] makes a fresh instance, runs one function against a [`Host`](syncline_host_api::Host) and drops the instance.
//! 5. [`Sandbox`] is the part of it that runs and nothing else, for processes that are given machine code ([`Engine::code`]).
//! 6. Whatever a guest does, the answer is a [`Completion`]: its own result, or a [`RunFailure`] with a code and a reason.
//!
//! Invariant: knows nothing of jobs, connections, records or SQL. Everything that a run may touch comes in through the host port.

mod cache;
mod compile;
mod config;
mod describe;
mod digest;
mod engine;
mod error;
mod imports;
mod inspect;
mod linker;
mod loaded;
mod options;
mod run;
mod sandbox;
mod text;
mod ticker;

pub use compile::{CompileError, compile_child_main};
pub use describe::DescribeError;
pub use digest::{Digest, DigestError};
pub use engine::Engine;
pub use error::{Error, LoadError};
pub use loaded::Component;
pub use options::{CompileLimits, Compiler, Options};
pub use run::{Call, Completion, Limits, MAX_IN_FLIGHT, MAX_RESOURCES, RunFailure, Usage};
pub use sandbox::Sandbox;
pub use text::is_readable;
