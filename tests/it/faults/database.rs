//! PostgreSQL that crashes, restarts, and hangs up at the worst moment.

use super::chance::rounds;
use super::nodes::Cut;
use super::proxy::Trap;

/// D12: PostgreSQL is killed and restarted under load. Nothing acknowledged is lost, and the service resumes without anybody's help.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_postgresql_under_load_loses_nothing_acknowledged() {
    let Some(mut cut) = Cut::start(2).await else { return };
    rounds("crashes of PostgreSQL", async |mut chance| {
        cut.fleet.provider.forget();
        let load = cut.fleet.load(&format!("crash-{}", cut.fleet.faults));
        let producers = load.start(8, &mut chance);
        for _ in 0..3 {
            load.reach(load.acknowledged() + 10 + chance.below(30)).await;
            cut.fleet.faults += 1;
            if chance.below(3) == 0 {
                cut.cluster.restart();
            } else {
                cut.cluster.crash();
                cut.cluster.start_again();
            }
        }
        load.reach(load.acknowledged() + 20).await;
        producers.stop().await;
        cut.fleet.reckon(&load, &mut chance).await;
        for at in 0..2 {
            let node = cut.fleet.node(at);
            node.eventually("readiness", || async { node.get("/ready").await.status.is_success().then_some(()) }).await;
        }
    })
    .await;
    cut.fleet.stop();
}

/// D12: the connection is reset at COMMIT, before the database heard it or before its answer came back. Nobody at the server knows what became of
/// it, and the same request under the same key never has two effects.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_reset_at_commit_is_resolved_by_the_key() {
    const RESETS: u64 = 12;
    let Some(mut cut) = Cut::start(1).await else { return };
    rounds("resets at commit", async |mut chance| {
        cut.fleet.provider.forget();
        let load = cut.fleet.load(&format!("commit-{}", cut.fleet.faults));
        let producers = load.start(4, &mut chance);
        let wire = &cut.wires[0];
        for _ in 0..RESETS {
            load.reach(load.acknowledged() + 1 + chance.below(10)).await;
            let before = wire.sprung();
            cut.fleet.faults += 1;
            wire.lay(Trap { needle: b"COMMIT", delivered: chance.below(2) == 0 });
            cut.fleet.node(0).eventually("a reset at COMMIT", || async { (wire.sprung() > before).then_some(()) }).await;
        }
        load.reach(load.acknowledged() + 10).await;
        producers.stop().await;
        cut.fleet.reckon(&load, &mut chance).await;
    })
    .await;
    cut.fleet.stop();
}
