//! SQLite's one writer: many callers' work becomes one transaction, and one sync to disk.
//!
//! *Invariant:* a caller hears of success only after the commit that holds its work.

use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::Transaction;
use crate::Error;

/// Callers beyond this wait before they hand their work in: memory stays bounded when the disk is slow.
const QUEUE: usize = 256;
/// The first caller of a transaction waits for the last one's work: enough to share a sync to disk, little enough to wait for.
const SHARED: usize = 64;

#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Work(Box<dyn Work>),
    Stop(oneshot::Sender<()>),
}

/// A caller's work before it ran ...
trait Work: Send {
    fn run(self: Box<Self>, transaction: &mut Transaction) -> BoxFuture<'_, Box<dyn Answer>>;
    fn refuse(self: Box<Self>, error: Error);
}

/// ... and after, while its result waits for the commit.
trait Answer: Send {
    fn succeeded(&self) -> bool;
    fn send(self: Box<Self>, committed: Result<(), Error>);
}

struct Job<T, F> {
    work: F,
    reply: oneshot::Sender<Result<T, Error>>,
}

struct Done<T> {
    result: Result<T, Error>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl Writer {
    /// `lock` is held until the connection is closed.
    pub(super) fn start(connection: SqliteConnection, lock: Arc<File>, tasks: &TaskTracker) -> Self {
        let (queue, messages) = mpsc::channel(QUEUE);
        tasks.spawn(serve(connection, messages, lock));
        Self { queue }
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, Error>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Message::Work(Box::new(Job { work, reply }))).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Finishes what is queued and closes the connection.
    pub(super) async fn stop(&self) {
        let (reply, stopped) = oneshot::channel();
        if self.queue.send(Message::Stop(reply)).await.is_ok() {
            _ = stopped.await;
        }
    }
}

async fn serve(connection: SqliteConnection, mut messages: mpsc::Receiver<Message>, lock: Arc<File>) {
    let mut transaction = Transaction::Sqlite(connection);
    let mut stop = None;
    while stop.is_none() {
        match messages.recv().await {
            Some(Message::Work(first)) => stop = share(&mut transaction, first, &mut messages).await,
            Some(Message::Stop(reply)) => stop = Some(reply),
            None => break,
        }
    }
    messages.close();
    if let Transaction::Sqlite(connection) = transaction
        && let Err(error) = connection.close().await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "the database was not closed cleanly");
    }
    drop(lock);
    if let Some(reply) = stop {
        _ = reply.send(());
    }
}

/// One transaction: `first` and whatever else is waiting.
async fn share(transaction: &mut Transaction, first: Box<dyn Work>, messages: &mut mpsc::Receiver<Message>) -> Option<oneshot::Sender<()>> {
    if let Err(error) = transaction.execute("BEGIN IMMEDIATE", vec![]).await {
        first.refuse(error);
        return None;
    }
    let (mut answers, mut next, mut stop): (Vec<Box<dyn Answer>>, _, _) = (Vec::new(), Some(first), None);
    let mut broken = None;
    while let Some(work) = next.take() {
        match apart(transaction, work, answers.is_empty()).await {
            Ok(answer) => answers.extend(answer),
            Err(error) => {
                broken = Some(error);
                break;
            }
        }
        if answers.len() < SHARED {
            match messages.try_recv() {
                Ok(Message::Work(work)) => next = Some(work),
                Ok(Message::Stop(reply)) => stop = Some(reply),
                Err(_) => {}
            }
        }
    }
    let committed = match broken {
        None => transaction.execute("COMMIT", vec![]).await.map(drop),
        Some(error) => Err(error),
    };
    if committed.is_err() {
        // After a full disk SQLite has rolled back by itself, and this fails: nothing is left to undo.
        _ = transaction.execute("ROLLBACK", vec![]).await;
    }
    for answer in answers {
        answer.send(committed.clone());
    }
    stop
}

/// Runs one caller's work so that its failure leaves no trace and spoils no one else's. `Err`: the transaction as a whole is lost.
///
/// `first`: nothing is in the transaction yet, so that to undo the work is to begin the transaction anew. Most work is alone in its
/// transaction, and a savepoint would be half of its statements.
async fn apart(transaction: &mut Transaction, work: Box<dyn Work>, first: bool) -> Result<Option<Box<dyn Answer>>, Error> {
    if !first {
        transaction.execute("SAVEPOINT work", vec![]).await?;
    }
    // A panic drops the caller's channel, so that it hears `Closed`; the writer lives on for the others.
    let answer = AssertUnwindSafe(work.run(transaction)).catch_unwind().await.ok();
    if !answer.as_ref().is_some_and(|answer| answer.succeeded())
        && let Err(error) = undo(transaction, first).await
    {
        if let Some(answer) = answer {
            answer.send(Err(error.clone()));
        }
        return Err(error);
    }
    if !first {
        transaction.execute("RELEASE work", vec![]).await?;
    }
    Ok(answer)
}

async fn undo(transaction: &mut Transaction, first: bool) -> Result<(), Error> {
    if first {
        transaction.execute("ROLLBACK", vec![]).await?;
        transaction.execute("BEGIN IMMEDIATE", vec![]).await.map(drop)
    } else {
        transaction.execute("ROLLBACK TO work", vec![]).await.map(drop)
    }
}

impl<T, F> Work for Job<T, F>
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, Error>> + Send + 'static,
{
    fn run(self: Box<Self>, transaction: &mut Transaction) -> BoxFuture<'_, Box<dyn Answer>> {
        Box::pin(async move {
            let result = (self.work)(transaction).await;
            Box::new(Done { result, reply: self.reply }) as Box<dyn Answer>
        })
    }

    fn refuse(self: Box<Self>, error: Error) {
        _ = self.reply.send(Err(error));
    }
}

impl<T: Send> Answer for Done<T> {
    fn succeeded(&self) -> bool {
        self.result.is_ok()
    }

    fn send(self: Box<Self>, committed: Result<(), Error>) {
        // The work's own error comes first: it tells more than that the commit failed too.
        _ = self.reply.send(self.result.and_then(|value| committed.map(|()| value)));
    }
}
