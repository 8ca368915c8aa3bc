//! The engine's own tests against its hostile guest, through the wall: what they ask of [`Engine`](syncline_engine::Engine), they ask here of a
//! process of the real binary.

mod guest;

#[path = "../../../runtime/engine/tests/engine/component.rs"]
mod component;
#[path = "../../../runtime/engine/tests/engine/host.rs"]
mod host;
#[path = "../../../runtime/engine/tests/engine/guest.rs"]
#[expect(dead_code, reason = "only the guest and the options are of use here")]
mod in_process;
#[path = "../../../runtime/engine/tests/engine/limits.rs"]
mod limits;
#[path = "../../../runtime/engine/tests/engine/runs.rs"]
mod runs;
