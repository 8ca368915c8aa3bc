//! What belongs to one run and dies with it: the store's data.

use std::sync::Arc;
use std::time::Duration;

use syncline_host_api::Host;
use syncline_host_api::bindings::syncline::host::run::Budget;
use syncline_host_api::host::Level;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::cpu::CpuMeter;
use super::limiter::Limiter;
use super::log::RunLog;
use super::stack_meter::StackMeter;
use super::stdio::LogStream;
use super::{Limits, Stop};

/// Handles that a guest may hold at one time: walks, streams, pollables.
pub const MAX_RESOURCES: usize = 1_000;

/// One call may ask for as many random bytes; nobody needs more for a key.
const MAX_RANDOM_BYTES: u64 = 64 << 10;

/// Requests of `start` that run at one time; more wait their turn. A guest could otherwise open as many connections as it has
/// host calls.
pub const MAX_IN_FLIGHT: usize = 50;

pub(crate) struct State {
    pub(crate) host: Arc<dyn Host>,
    pub(crate) table: ResourceTable,
    /// Requests of `start`; dropping the run aborts them.
    pub(crate) in_flight: JoinSet<()>,
    pub(crate) in_flight_slots: Arc<Semaphore>,
    pub(super) limiter: Limiter,
    pub(super) log: Arc<RunLog>,
    meter: Arc<CpuMeter>,
    cpu_limit: Duration,
    wasi: WasiCtx,
    stack: StackMeter,
    host_calls: u64,
    host_calls_left: u64,
}

impl State {
    pub(super) fn new(host: Arc<dyn Host>, limits: &Limits, meter: Arc<CpuMeter>) -> Self {
        let log = RunLog::new(Arc::clone(&host), limits.log_bytes, limits.log_lines);
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_RESOURCES);
        let wasi = WasiCtxBuilder::new()
            .stdout(LogStream::new(Arc::clone(&log), Level::Info))
            .stderr(LogStream::new(Arc::clone(&log), Level::Warn))
            .max_random_size(MAX_RANDOM_BYTES)
            .allow_tcp(false)
            .allow_udp(false)
            .build();
        Self {
            host,
            table,
            in_flight: JoinSet::new(),
            in_flight_slots: Arc::new(Semaphore::new(MAX_IN_FLIGHT)),
            limiter: Limiter::new(limits.memory_bytes, limits.table_elements),
            log,
            meter,
            cpu_limit: limits.cpu_time,
            wasi,
            stack: StackMeter::default(),
            host_calls: 0,
            host_calls_left: limits.host_calls,
        }
    }

    /// Every import but `log`, which has its own budget, begins with this.
    pub(crate) fn spend_host_call(&mut self) -> wasmtime::Result<()> {
        self.host_calls_left = self.host_calls_left.checked_sub(1).ok_or(Stop::HostCalls)?;
        self.host_calls += 1;
        Ok(())
    }

    pub(crate) fn log_line(&self, level: Level, message: &str, fields: Option<&str>) {
        self.log.line(level, message, fields);
    }

    /// What is left of the limits.
    pub(crate) fn budget(&self) -> Budget {
        let cpu_ms = self.cpu_limit.saturating_sub(self.meter.spent_so_far()).as_millis() as u64;
        Budget { cpu_ms, memory_bytes: self.limiter.memory_left() as u64 }
    }

    /// What is left of the call stack; to be asked on it.
    pub(crate) fn stack_left(&mut self) -> usize {
        self.stack.left()
    }

    pub(super) fn host_calls(&self) -> u64 {
        self.host_calls
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
