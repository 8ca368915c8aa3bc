//! What runs say about themselves, written behind their backs: a caller that waits for an action does not wait for its log.
//!
//! Everything of one run is written in the order it was said. Different runs are written side by side, which a single writer turns into one
//! commit.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use syncline_domain::RunId;
use syncline_store::{Error, FinishRun, LogLine, NewRun, Store};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tokio_util::task::TaskTracker;

/// Taken from the channel at once. Log budgets bound what one run can put into it.
const BATCH: usize = 512;
/// How long what was said waits for more: most actions are over by then, and their beginning, log and end are one write and one commit. A
/// crash loses the notes of this time, and nothing that anybody waits for.
const GATHER: Duration = Duration::from_millis(10);

/// One thing to write.
enum Note {
    Begin(Box<NewRun>),
    Line(RunId, LogLine),
    End(Box<FinishRun>),
    /// Answered when everything said before is on disk.
    Flush(oneshot::Sender<()>),
}

/// Where runs put what they say. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Activity(Arc<mpsc::UnboundedSender<Note>>);

impl Activity {
    /// Starts the writer. It ends when the last handle is dropped and everything is written.
    pub(crate) fn start(store: Store, tasks: &TaskTracker) -> Self {
        let (sender, mut notes) = mpsc::unbounded_channel();
        tasks.spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while notes.recv_many(&mut batch, BATCH).await > 0 {
                gather(&mut notes, &mut batch).await;
                write(&store, batch.drain(..)).await;
            }
        });
        Self(Arc::new(sender))
    }

    pub(crate) fn begin(&self, run: NewRun) {
        self.put(Note::Begin(Box::new(run)));
    }

    pub(crate) fn line(&self, run: RunId, line: LogLine) {
        self.put(Note::Line(run, line));
    }

    pub(crate) fn end(&self, run: FinishRun) {
        self.put(Note::End(Box::new(run)));
    }

    /// Returns when everything said before is on disk.
    pub(crate) async fn flush(&self) {
        let (done, written) = oneshot::channel();
        self.put(Note::Flush(done));
        let _ = written.await;
    }

    fn put(&self, note: Note) {
        // The writer ends after the last handle only.
        let _ = self.0.send(note);
    }
}

/// What one batch says of one run.
#[derive(Default)]
struct Notes {
    begin: Option<Box<NewRun>>,
    lines: Vec<LogLine>,
    end: Option<Box<FinishRun>>,
}

/// Takes more notes until their time is over, there are many, or somebody waits for them.
async fn gather(notes: &mut mpsc::UnboundedReceiver<Note>, batch: &mut Vec<Note>) {
    let until = Instant::now() + GATHER;
    let mut seen = 0;
    while batch.len() < BATCH && !batch[seen..].iter().any(|note| matches!(note, Note::Flush(_))) {
        seen = batch.len();
        let room = BATCH - seen;
        if !matches!(timeout_at(until, notes.recv_many(batch, room)).await, Ok(1..)) {
            break;
        }
    }
}

async fn write(store: &Store, batch: impl Iterator<Item = Note>) {
    let mut runs: HashMap<RunId, Notes> = HashMap::new();
    let mut flushed = Vec::new();
    for note in batch {
        match note {
            Note::Begin(run) => {
                let id = run.id;
                runs.entry(id).or_default().begin = Some(run);
            }
            Note::Line(run, line) => runs.entry(run).or_default().lines.push(line),
            Note::End(run) => {
                let id = run.id;
                runs.entry(id).or_default().end = Some(run);
            }
            Note::Flush(done) => flushed.push(done),
        }
    }
    join_all(runs.into_iter().map(|(run, notes)| async move {
        match write_run(store, run, notes).await {
            Ok(()) => {}
            // It was cancelled, or its worker was taken for lost: what it still says is not part of it.
            Err(Error::Fenced) => tracing::debug!(run.id = %run, "the last lines of a run that was ended elsewhere were dropped"),
            Err(error) => {
                tracing::error!(run.id = %run, error = &error as &dyn std::error::Error, "what a run said about itself could not be written");
            }
        }
    }))
    .await;
    for done in flushed {
        let _ = done.send(());
    }
}

async fn write_run(store: &Store, run: RunId, notes: Notes) -> Result<(), Error> {
    let Notes { begin, lines, end } = notes;
    let (begin, end) = match (begin, end) {
        (Some(begin), Some(end)) => return store.runs().insert_finished(*begin, lines, *end).await,
        parts => parts,
    };
    if let Some(begin) = begin {
        store.runs().insert(*begin).await?;
    }
    if !lines.is_empty() {
        store.run_logs().append(run, lines).await?;
    }
    if let Some(end) = end {
        store.runs().finish(*end).await?;
    }
    Ok(())
}
