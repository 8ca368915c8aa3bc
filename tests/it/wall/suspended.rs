//! Many runs behind the wall that wait for their provider.

use futures_util::future::join_all;
use serde_json::json;
use syncline_store::testing::TestDatabase;

use super::processes;
use crate::app::{App, Variables};
use crate::guests::FIXTURE;

const SLOTS: u32 = 200;
/// All but a few: somebody else is to be served meanwhile.
const WAITING: u32 = 190;
/// Of server and process together, with what the request and its answer need. A release takes a third of it.
const MOST_BYTES: u64 = 1 << 20;
const WALL: Variables = &[("SYNCLINE_ISOLATION", "process"), ("SYNCLINE_MAX_CONCURRENT_RUNS", "200")];

/// S8: what a run costs that sleeps on its provider, and that nobody else waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn runs_that_wait_cost_little_and_keep_nobody_from_running() {
    assert!(WALL.iter().any(|(_, value)| *value == SLOTS.to_string()));
    let mut app = App::start_in(TestDatabase::sqlite(), WALL).await;
    app.deploy(&FIXTURE).await.ok();
    app.connect_and_settle("ada", json!({})).await;
    for n in 0..20 {
        assert_eq!(app.action("ada", "echo", json!(n)).await.ok(), json!(n));
    }
    let memory = || {
        let children = processes::of(app.pid());
        assert_eq!(children.len(), 1, "one environment, one process");
        processes::memory_bytes(app.pid()) + processes::memory_bytes(children[0])
    };
    let (before, begun) = (memory(), app.provider.requests());
    let waiting = join_all((0..WAITING).map(|_| app.action("ada", "fetch-status", json!({ "path": "/hold" }))));
    let meanwhile = async {
        app.eventually("all of them at the provider", || async { (app.provider.requests() >= begun + WAITING).then_some(()) }).await;
        let each = memory().saturating_sub(before) / u64::from(WAITING);
        println!("{WAITING} runs wait behind the wall: {} KB each", each / 1_024);
        assert!(each < MOST_BYTES, "{each} bytes each");
        for n in 0..50 {
            assert_eq!(app.action("ada", "echo", json!(n)).await.ok(), json!(n), "who does not wait is served");
        }
        app.provider.open();
    };
    let (answers, ()) = tokio::join!(waiting, meanwhile);
    for answer in answers {
        assert_eq!(answer.ok()["status"], 200);
    }
    app.stop();
}
