//! From wasm to machine code.
//!
//! The parent writes one JSON line with the limits and then the component to the child's stdin. The child limits itself before it
//! reads a byte of the component, and answers with machine code on stdout, or with one JSON line on stderr.

mod child;
mod error;
mod incremental;
mod parent;

pub use child::compile_child_main;
pub use error::CompileError;
pub(crate) use incremental::CompiledFunctions;

pub(crate) use parent::compile;
