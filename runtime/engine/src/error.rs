//! What can go wrong outside a run.

use std::path::PathBuf;

use crate::{CompileError, Digest};

/// The engine cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Usually: not enough address space for the pool. Fewer concurrent instances need less.
    #[error("cannot set up the WebAssembly runtime for {instances} concurrent instances")]
    Runtime {
        /// As asked for in the options.
        instances: u32,
        /// wasmtime's reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The cache's folder cannot be made or is not ours alone.
    #[error("cannot use the folder {path} for compiled components")]
    CacheDir {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The ticker is what stops endless loops, so there is no engine without it.
    #[error("cannot start the epoch ticker's thread")]
    Ticker(#[source] std::io::Error),
}

/// A component cannot be made ready to run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Neither compiled nor as source.
    #[error("there is no component {0}")]
    Missing(Digest),
    /// The source is not what its name says.
    #[error("the stored component {expected} has the digest {actual}: its source was changed or damaged")]
    DigestMismatch {
        /// The one asked for.
        expected: Digest,
        /// That of the bytes.
        actual: Digest,
    },
    /// It had to be compiled again, and that failed.
    #[error("the component cannot be compiled")]
    Compile(#[from] CompileError),
}
