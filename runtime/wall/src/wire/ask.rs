//! A host call, as a message: one for each function of the port that needs the world.

use serde::{Deserialize, Serialize};
use syncline_host_api::host::{ConnectionRef, FetchRequest, Merging, Method, Request, SyncOptions};

use super::WalkNumber;

/// What a run asks of its host. Each is answered by the `Result` of the port's function of that name.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Ask {
    Send(Method, Request),
    /// The child numbers its walks. Answered by a `Result` with nothing in it.
    Paginate(WalkNumber, Method, Request, String),
    NextPage(WalkNumber),
    BatchSave(String, String),
    BatchUpdate(String, String),
    BatchDelete(String, String),
    GetByIds(String, Vec<String>),
    ListPage(String, Option<String>),
    TrackDeletesStart(String),
    TrackDeletesEnd(String),
    SetMergingStrategy(String, Merging),
    GetCheckpoint,
    SaveCheckpoint(String),
    ClearCheckpoint,
    GetConnection(Option<ConnectionRef>),
    RefreshConnection(Option<ConnectionRef>),
    GetMetadata,
    SetMetadata(String),
    UpdateMetadata(String),
    GetIntegration,
    TryAcquireLock(String, u64),
    ReleaseLock(String),
    ReleaseAllLocks,
    Variables,
    TriggerAction(Option<ConnectionRef>, String, String),
    TriggerSync(Option<ConnectionRef>, String, SyncOptions),
    StartSync(Option<ConnectionRef>, String),
    Fetch(FetchRequest),
}
