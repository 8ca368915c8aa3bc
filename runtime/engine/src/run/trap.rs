//! Where in the guest a trap happened.

use wasmtime::WasmBacktrace;

use crate::text::readable;

pub(super) const MAX_FRAMES: usize = 20;

/// Prefixes of what is between the author's code and the trap: the standard library, the allocator, the bindings.
const MACHINERY: [&str; 22] = [
    "core::",
    "<core::",
    "std::",
    "<std::",
    "alloc::",
    "<alloc::",
    "__rust",
    "__rg_",
    "rust_",
    "_rust",
    "__rdl_",
    "__rustc",
    "dlmalloc",
    "<dlmalloc::",
    "malloc",
    "sbrk",
    "abort",
    "wit_bindgen",
    "<wit_bindgen",
    "wasi",
    "__wasi",
    "cabi_realloc",
];

/// The guest's own frames, innermost first, demangled. When nothing but machinery is there, the machinery.
pub(super) fn frames(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let all: Vec<String> = backtrace
        .frames()
        .iter()
        .map(|frame| match frame.func_name() {
            // Names are the component's to choose.
            Some(name) => readable(&format!("{:#}", rustc_demangle::demangle(name))),
            None => format!("function {}", frame.func_index()),
        })
        .collect();
    let mut own: Vec<String> = all.iter().filter(|name| !is_machinery(name)).cloned().collect();
    if own.is_empty() {
        own = all;
    }
    own.dedup();
    own.truncate(MAX_FRAMES);
    own
}

fn is_machinery(name: &str) -> bool {
    MACHINERY.iter().any(|prefix| name.starts_with(prefix))
}
