//! The epoch ticker: what interrupts a guest that never calls the host.

use std::time::Duration;

use wasmtime::EngineWeak;

/// How long a guest may hold its thread before it yields. Shorter costs more, longer lets others wait.
const TICK: Duration = Duration::from_millis(10);

/// On a thread of its own, because a task would starve behind the very guests that it has to interrupt. Ends with the engine.
pub(crate) fn spawn(engine: EngineWeak) -> std::io::Result<()> {
    std::thread::Builder::new().name("syncline-epoch".to_owned()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    })?;
    Ok(())
}
