//! Who sleeps in a host function. Apart from the other runs, because behind a wall nobody but the process itself sees it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use syncline_engine::{Call, Limits};
use tokio_util::sync::CancellationToken;

use super::guest::{call, hostile};
use super::host::TestHost;

/// S1: and nobody sleeps on after the run.
#[tokio::test]
async fn a_sleeper_wakes_when_its_run_ends() {
    let limits = Limits { wall_time: std::time::Duration::from_millis(20), ..Limits::default() };
    let host = Arc::<TestHost>::default();
    assert_eq!(call("sleep_for_ever", &host, limits).await.outcome.unwrap_err().code(), "function_timeout");
    assert_eq!(host.sleepers.load(Ordering::SeqCst), 0);

    let (engine, component) = hostile().await;
    let cancel = CancellationToken::new();
    let call = Call { function: "sleep_for_ever".to_owned(), host: host.clone(), limits: Limits::default(), cancel: cancel.clone() };
    // The wake-up of the first one's sleep may still be noted.
    let (completion, ()) = tokio::join!(engine.engine.call(&component, call), async {
        while host.sleepers.load(Ordering::SeqCst) == 0 {
            host.asleep.notified().await;
        }
        cancel.cancel();
    });
    assert_eq!(completion.outcome.unwrap_err().code(), "function_cancelled");
    assert_eq!(host.sleepers.load(Ordering::SeqCst), 0);
}
