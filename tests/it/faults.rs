//! Faults: processes killed, paused and cut off, databases restarted, disks filled; and afterwards the history of what was acknowledged against
//! what is there.
//!
//! `cargo test -p syncline-server --test it faults` plays one round of each. Where chance decides, the seed is printed: `SYNCLINE_FAULT_SEED=N`
//! plays that round again, `SYNCLINE_FAULT_SECONDS=3600` plays rounds with new seeds for that long, in each such test;
//! `SYNCLINE_FAULT_SCHEDULES=1000000` makes that many schedules due at once.
//!
//! | fault | test |
//! |---|---|
//! | D1, D2, D11 | `crashes` |
//! | D2, D4, D5 | `syncs` |
//! | D3, C1, rolling restarts | `nodes` |
//! | D6 | `crate::incoming` |
//! | D7 | `outgoing` |
//! | D10 | `disk`; readiness and a database that is read-only in `crate::readiness` |
//! | D12 | `database`; fail-over to a synchronous stand-by in `failover` |
//! | D13, C9 | `schedules` |
//! | C6 | `races` on three nodes; on one in `crate::schedules` |
//! | C7, C8 | `tenants` |
//! | W1, W2 | `crate::incoming` |
//! | W3, W4, W5 | `crate::webhooks`, `crate::bad_receiver` |
//! | D14 | the domain's tests of schedules, the worker's of its clock |
//! | D15 | `backups`, `crate::operations_page` |
//! | D16 | `upgrades`; a real older binary is not at hand, see there |
//! | D2 behind the process wall | `walled`; one process in `crate::wall` |
//! | D3, write by write | the store's conformance suite, `fencing` |
//! | S8 behind the process wall | `crate::wall` |

mod backups;
mod chance;
mod crashes;
mod database;
mod disk;
mod failover;
mod fleet;
mod history;
mod load;
mod nodes;
mod outgoing;
mod proxy;
mod races;
mod schedules;
pub(crate) mod syncs;
mod tenants;
mod upgrades;
mod walled;
