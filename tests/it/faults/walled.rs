//! Processes for functions that die or stand still, and servers that die with them.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use syncline_store::testing::TestDatabase;

use super::chance::rounds;
use super::fleet::Fleet;
use crate::both::on_both_databases;
use crate::wall::processes;

/// Of one server and its process, in a debug build. What is lost leaves nothing behind.
const MOST_BYTES: u64 = 1 << 30;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    KillProcess,
    FreezeProcess,
    KillServer,
    /// The server dies while its process stands still and cannot end itself.
    KillServerOfFrozen,
}

/// One server, `--isolation process`.
struct Walled(Fleet);

impl Walled {
    async fn start(database: TestDatabase) -> Self {
        Self(Fleet::start_with(database, &[("SYNCLINE_ISOLATION", "process")]).await)
    }

    async fn process(&self) -> u32 {
        let node = self.node(0);
        node.eventually("a process for functions", || async { processes::of(node.pid()).first().copied() }).await
    }

    async fn gone(&self, process: u32) {
        self.node(0).eventually("the end of a process", || async { (!processes::path(process, "exe").exists()).then_some(()) }).await;
    }
}

impl Deref for Walled {
    type Target = Fleet;

    fn deref(&self) -> &Fleet {
        &self.0
    }
}

impl DerefMut for Walled {
    fn deref_mut(&mut self) -> &mut Fleet {
        &mut self.0
    }
}

on_both_databases! {
    /// D2, S7: each of the faults in some order, in the middle of the load. Nothing acknowledged is lost, no process outlives its server or stays
    /// frozen, and memory is what it was.
    async fn processes_and_servers_that_die_or_freeze_lose_no_work_and_leave_no_orphan(fleet: Walled) {
        rounds("behind the wall", async |mut chance| {
            fleet.provider.forget();
            let load = fleet.load(&format!("wall-{}", fleet.faults));
            let mut producers = load.start(8, &mut chance);
            let mut faults = vec![Fault::KillProcess, Fault::FreezeProcess, Fault::KillServer, Fault::KillServerOfFrozen, Fault::KillProcess];
            let mut seen = BTreeSet::new();
            while !faults.is_empty() {
                let fault = faults.swap_remove(chance.index(faults.len()));
                load.reach(load.acknowledged() + 5 + chance.below(20)).await;
                let process = fleet.process().await;
                println!("{fault:?} after {} acknowledged", load.acknowledged());
                seen.insert(process);
                match fault {
                    Fault::KillProcess => {
                        fleet.faults += 1;
                        processes::kill(process);
                    }
                    Fault::FreezeProcess => {
                        fleet.faults += 1;
                        processes::freeze(process);
                        // What is accepted until somebody notices would only take its time afterwards.
                        producers.stop().await;
                        fleet.gone(process).await;
                        producers = load.start(8, &mut chance);
                    }
                    Fault::KillServer => {
                        fleet.kill(0);
                        fleet.launch(0).await;
                    }
                    Fault::KillServerOfFrozen => {
                        processes::freeze(process);
                        fleet.kill(0);
                        fleet.launch(0).await;
                    }
                }
                fleet.gone(process).await;
            }
            load.reach(load.acknowledged() + 20).await;
            producers.stop().await;
            fleet.reckon(&load, &mut chance).await;
            seen.insert(fleet.process().await);
            let server = fleet.node(0).pid();
            let living = processes::of(server);
            let memory = living.iter().chain([&server]).map(|pid| processes::memory_bytes(*pid)).sum::<u64>();
            println!("{} processes so far, {} MB in use", seen.len(), memory >> 20);
            assert!(living.len() == 1 && memory < MOST_BYTES, "{living:?}, {memory} bytes");
            fleet.stop();
            for process in seen {
                assert!(!processes::path(process, "exe").exists(), "process {process} outlived its server");
            }
            fleet.launch(0).await;
        })
        .await;
    }
}
