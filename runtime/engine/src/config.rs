//! wasmtime's configuration: one for compiling and running, because machine code only loads where it matches.

use std::sync::Arc;

use wasmtime::{CacheStore, Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::compile::CompiledFunctions;

/// The most linear memory that any run can be given. Address space is reserved for it per instance, so that compiled code needs
/// no bounds checks.
pub(crate) const MAX_MEMORY_BYTES: usize = 256 << 20;

/// Catches accesses past the end that an instruction's own offset makes.
const MEMORY_GUARD_BYTES: u64 = 16 << 20;

/// The most elements of one table: a large Rust guest has some thousand, one for each function whose address is taken.
pub(crate) const MAX_TABLE_ELEMENTS: usize = 20_000;

/// A component made by the usual tools has a main module and a few small ones that tie knots; CPython has about twenty.
pub(crate) const MAX_CORE_INSTANCES: u32 = 30;
pub(crate) const MAX_TABLES: u32 = 10;
pub(crate) const MAX_MEMORIES: u32 = 2;

/// Deep enough for 3,000 calls of JavaScript functions in QuickJS, which takes 700 bytes for each, and for JSON nested 10,000 levels deep. A
/// runaway recursion ends here, well inside the stack. Address space: what a run does not touch takes no memory.
pub(crate) const WASM_STACK_BYTES: usize = 2 << 20;
/// Host functions are polled on the guest's stack, so beside its own share it has what a thread of the executor has.
const ASYNC_STACK_BYTES: usize = WASM_STACK_BYTES + (2 << 20);

/// What compiling needs to know.
pub(crate) fn compiling() -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .memory_init_cow(true)
        .memory_reservation(MAX_MEMORY_BYTES as u64)
        .memory_guard_size(MEMORY_GUARD_BYTES)
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(ASYNC_STACK_BYTES)
        .wasm_component_model_async(true)
        // No guest language of ours uses these; what cannot be compiled cannot be attacked.
        .wasm_gc(false)
        .wasm_memory64(false)
        // On a server a compilation takes one core, and the others serve runs.
        .parallel_compilation(false)
        // Files and lines of a trap would need the guest's debug info, which is ten times its code.
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable);
    config
}

/// What running needs besides: a pool for that many runs at one time. The figures behind the numbers: a fresh instance and a call
/// cost 32 µs with these, 62 without.
pub(crate) fn running(instances: u32) -> Config {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(MAX_CORE_INSTANCES))
        .total_memories(instances.saturating_mul(MAX_MEMORIES))
        .total_tables(instances.saturating_mul(MAX_TABLES))
        .total_stacks(instances)
        .total_gc_heaps(0)
        .max_core_instances_per_component(MAX_CORE_INSTANCES)
        .max_memories_per_component(MAX_MEMORIES)
        .max_tables_per_component(MAX_TABLES)
        .max_memories_per_module(MAX_MEMORIES)
        .max_tables_per_module(MAX_TABLES)
        .max_memory_size(MAX_MEMORY_BYTES)
        .table_elements(MAX_TABLE_ELEMENTS)
        .max_core_instance_size(1 << 20)
        .max_component_instance_size(1 << 20)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(256 << 10)
        .async_stack_keep_resident(64 << 10)
        // Off by default. Needs Linux 6.7; elsewhere it changes nothing.
        .pagemap_scan(Enabled::Auto);
    let mut config = compiling();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Uses and remembers functions one by one, on all cores: nothing else runs on an author's machine.
pub(crate) fn remember(config: &mut Config, functions: &Arc<CompiledFunctions>) -> wasmtime::Result<()> {
    config.parallel_compilation(true);
    config.enable_incremental_compilation(Arc::clone(functions) as Arc<dyn CacheStore>)?;
    Ok(())
}
