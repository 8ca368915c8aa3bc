//! Writes operations behind their callers' backs: many of them are one transaction.
//!
//! *Invariant:* nobody waits for it, and its memory is bounded. A note is no promise: a crash loses those of the last moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use syncline_domain::Outage;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tokio_util::task::TaskTracker;

use super::NewOperation;
use super::write::write;
use crate::Error;
use crate::database::Database;

/// Kept in memory while the database is slow; some kilobytes each at most, mostly a few hundred bytes.
const WAITING: usize = 8_192;
/// Written at once.
const BATCH: usize = 512;
/// How long the first of a batch waits for others: at a thousand requests a second, ten of them share a commit.
const GATHER: Duration = Duration::from_millis(10);
/// While the database is away.
const PAUSE: Duration = Duration::from_millis(500);
/// For what cannot be written at all; by then everything that waits behind it is lost too.
const TRIES: u32 = 60;

enum Note {
    Operation(Box<NewOperation>),
    /// Answered when everything said before is on disk, or given up.
    Flush(oneshot::Sender<()>),
    /// The same, and the last that the writer does.
    Stop(oneshot::Sender<()>),
}

/// Where notes are put. The writer ends with it.
pub(crate) struct Journal {
    notes: mpsc::Sender<Note>,
    dropped: Arc<AtomicU64>,
}

impl Journal {
    pub(crate) fn start(database: Database, tasks: &TaskTracker) -> Self {
        let (notes, waiting) = mpsc::channel(WAITING);
        let dropped = Arc::new(AtomicU64::new(0));
        tasks.spawn(serve(database, waiting, Arc::clone(&dropped)));
        Self { notes, dropped }
    }

    pub(super) fn note(&self, operation: NewOperation) {
        if self.notes.try_send(Note::Operation(Box::new(operation))).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Writes what was noted, and takes no more.
    pub(crate) async fn close(&self) {
        let (done, written) = oneshot::channel();
        if self.notes.send(Note::Stop(done)).await.is_ok() {
            _ = written.await;
        }
    }

    pub(crate) async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.notes.send(Note::Flush(done)).await.is_ok() {
            _ = written.await;
        }
    }
}

async fn serve(database: Database, mut waiting: mpsc::Receiver<Note>, dropped: Arc<AtomicU64>) {
    let (mut notes, mut told) = (Vec::with_capacity(BATCH), 0);
    let mut outage = Outage::of("operations could not be written");
    while waiting.recv_many(&mut notes, BATCH).await > 0 {
        let until = Instant::now() + GATHER;
        while notes.len() < BATCH && !notes.iter().any(|note| matches!(note, Note::Flush(_) | Note::Stop(_))) {
            let room = BATCH - notes.len();
            if !matches!(timeout_at(until, waiting.recv_many(&mut notes, room)).await, Ok(1..)) {
                break;
            }
        }
        let (mut operations, mut flushed, mut stops) = (Vec::with_capacity(notes.len()), Vec::new(), false);
        for note in notes.drain(..) {
            match note {
                Note::Operation(operation) => operations.push(*operation),
                Note::Flush(done) => flushed.push(done),
                Note::Stop(done) => {
                    stops = true;
                    flushed.push(done);
                }
            }
        }
        if !operations.is_empty() && !persist(&database, &operations, &mut outage).await {
            dropped.fetch_add(operations.len() as u64, Ordering::Relaxed);
        }
        for done in flushed {
            _ = done.send(());
        }
        let now = dropped.load(Ordering::Relaxed);
        if now > told {
            tracing::warn!(dropped = now - told, "operations were dropped: the database cannot keep up, or was away for long");
            told = now;
        }
        if stops {
            return;
        }
    }
}

/// Whether it is on disk. Tries again for a while, in which others wait in the channel, and the latest are dropped when that is full.
async fn persist(database: &Database, operations: &[NewOperation], outage: &mut Outage) -> bool {
    for _ in 0..TRIES {
        match write(database, operations).await {
            Err(Error::Closed) => return false,
            tried => {
                if outage.note(tried).is_some() {
                    return true;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}
