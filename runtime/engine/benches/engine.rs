//! A fresh instance, one call of `echo`, its result, and the instance gone. Budget: 60 µs of CPU time on 2 cores.
//!
//! The CPU time is printed beside the wall time, because other work on the machine shows in the latter only.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use syncline_engine::{Call, Limits};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

#[path = "../tests/engine/guest.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod guest;
#[path = "../tests/engine/host.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod host;

const BUDGET: Duration = Duration::from_micros(60);

/// Of one call; printed after divan's table.
static CPU_TIME: OnceLock<Duration> = OnceLock::new();

fn main() {
    divan::main();
    if let Some(each) = CPU_TIME.get() {
        println!("CPU time of a fresh instance and call: {each:?}, budget {BUDGET:?}");
    }
}

/// The first calls touch the pool's memory for the first time; enough samples, and they do not count.
#[divan::bench(sample_count = 100, sample_size = 100)]
fn fresh_instance_and_call(bencher: divan::Bencher<'_, '_>) {
    let runtime = Runtime::new().expect("tokio starts");
    let (engine, component) = runtime.block_on(guest::hostile());
    let host = Arc::new(host::TestHost::default());
    let (mut calls, before) = (0_u32, thread_cpu_time());
    bencher.bench_local(|| {
        calls += 1;
        let call = Call { function: "echo".to_owned(), host: host.clone(), limits: Limits::default(), cancel: CancellationToken::new() };
        runtime.block_on(engine.engine.call(&component, call)).outcome.expect("echo answers")
    });
    if let Some(each) = thread_cpu_time().saturating_sub(before).checked_div(calls) {
        CPU_TIME.get_or_init(|| each);
    }
}

fn thread_cpu_time() -> Duration {
    let clock = nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID;
    nix::time::clock_gettime(clock).expect("every system that we run on has this clock").into()
}
