//! Memory and tables of a run.

use wasmtime::ResourceLimiter;

use super::Stop;
use crate::config::{MAX_CORE_INSTANCES, MAX_MEMORIES, MAX_TABLES};

/// Counts over all memories of the component: a limit for each would allow as many times it as there are modules.
///
/// Growth beyond the limit traps, where WebAssembly would let `memory.grow` answer -1: the guest would abort then, and nobody
/// could tell why.
#[derive(Debug)]
pub(super) struct Limiter {
    memory_limit: usize,
    table_limit: usize,
    memory: usize,
    table: usize,
}

impl Limiter {
    pub(super) fn new(memory_bytes: usize, table_elements: usize) -> Self {
        Self { memory_limit: memory_bytes, table_limit: table_elements, memory: 0, table: 0 }
    }

    /// Linear memory never shrinks, so what is there now is the most there ever was.
    pub(super) fn peak_memory_bytes(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if total > self.memory_limit {
            return Err(Stop::Memory.into());
        }
        // The guest's own maximum: it asked for it, so it gets the answer that WebAssembly gives.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.memory = total;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table.saturating_add(desired.saturating_sub(current));
        if total > self.table_limit {
            return Err(Stop::Tables.into());
        }
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.table = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        MAX_CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        MAX_TABLES as usize
    }

    fn memories(&self) -> usize {
        MAX_MEMORIES as usize
    }
}
