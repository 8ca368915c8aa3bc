//! The process wall, `--isolation process`: what works without it works behind it, what dies behind it hurts nobody else, and whoever breaks out of
//! WebAssembly there has nothing.
//!
//! The sandbox's own tests (`sandbox.rs`) run in both modes, and so do the engine's against its hostile guest (`wall/engine`).

mod confined;
mod engine;
mod killed;
pub(crate) mod processes;
mod suspended;
mod works;
