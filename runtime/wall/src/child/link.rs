//! The child's end of the socket, as its runs share it.

use std::collections::HashMap;
use std::sync::Mutex;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use syncline_host_api::host::{Failure, failure};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::wire::{Ask, CallNumber, FromChild, FromRun, RunNumber, decode, encode};

/// Sends, and knows who waits for which answer.
pub(super) struct Link {
    to: UnboundedSender<Vec<u8>>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    /// Counts the host calls of this process, over all runs.
    next: CallNumber,
    answers: HashMap<CallNumber, oneshot::Sender<Bytes>>,
}

/// Not waited for any more when it is dropped.
struct Call<'l> {
    link: &'l Link,
    number: CallNumber,
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.link.waiting().answers.remove(&self.number);
    }
}

impl Link {
    pub(super) fn new(to: UnboundedSender<Vec<u8>>) -> Self {
        Self { to, waiting: Mutex::default() }
    }

    /// Says something. Nothing needs to be done where nobody listens: the process ends with its socket.
    pub(super) fn say(&self, run: RunNumber, what: FromRun) {
        let _ = self.to.send(encode(&FromChild::Run(run, what)));
    }

    pub(super) fn pong(&self) {
        let _ = self.to.send(encode(&FromChild::Pong));
    }

    /// Asks, and waits for the answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, run: RunNumber, ask: Ask) -> Result<T, Failure> {
        let (sender, answer) = oneshot::channel();
        let call = {
            let mut waiting = self.waiting();
            waiting.next = waiting.next.wrapping_add(1);
            let number = waiting.next;
            waiting.answers.insert(number, sender);
            Call { link: self, number }
        };
        self.say(run, FromRun::Ask(call.number, ask));
        let answer = answer.await.map_err(|_| lost())?;
        decode::<Result<T, Failure>>(&answer).map_err(|_| lost())?.0
    }

    /// Hands an answer to whoever asked, if it still waits.
    pub(super) fn answer(&self, number: CallNumber, answer: Bytes) {
        if let Some(asked) = self.waiting().answers.remove(&number) {
            let _ = asked.send(answer);
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("nothing panics while it is held")
    }
}

fn lost() -> Failure {
    failure("internal_error", "the answer of the host was lost")
}
