//! Memory and tables of a run.

use wasmtime::ResourceLimiter;

use super::Stop;
use crate::config::{MAX_CORE_INSTANCES, MAX_MEMORIES, MAX_TABLES};

/// Counts over all memories of the component: a limit for each would allow as many times it as there are modules.
///
/// The first allocation beyond the limit is refused as WebAssembly refuses it: a language's runtime can then throw at the line that asked.
/// What it needs for saying so is kept back until then; growth beyond that traps.
#[derive(Debug)]
pub(super) struct Limiter {
    memory_limit: usize,
    reserve: usize,
    refusals: u32,
    table_limit: usize,
    memory: usize,
    table: usize,
}

/// Enough for unwinding and a stack as text; of a small limit, an eighth.
const RESERVE_BYTES: usize = 4 << 20;

/// An allocator asks for one allocation twice before it gives up: for a chunk, then for the rest of what it needs.
const REFUSALS: u32 = 2;

impl Limiter {
    pub(super) fn new(memory_bytes: usize, table_elements: usize) -> Self {
        let reserve = RESERVE_BYTES.min(memory_bytes / 8);
        Self { memory_limit: memory_bytes, reserve, refusals: 0, table_limit: table_elements, memory: 0, table: 0 }
    }

    /// Whether the run asked for more than it may have. A guest that aborts then does so for lack of memory.
    pub(super) fn refused(&self) -> bool {
        self.refusals > 0
    }

    pub(super) fn memory_left(&self) -> usize {
        (self.memory_limit - self.reserve).saturating_sub(self.memory)
    }

    /// Linear memory never shrinks, so what is there now is the most there ever was.
    pub(super) fn peak_memory_bytes(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if current > 0 && self.refusals < REFUSALS && total > self.memory_limit - self.reserve {
            self.refusals += 1;
            return Ok(false);
        }
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
