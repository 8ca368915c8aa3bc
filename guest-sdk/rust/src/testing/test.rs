//! One run of one function in a test.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::path::Path;
use std::rc::Rc;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::mock::{Mock, MockHandle, block_on};
use super::{Answer, Outcome, Recording};
use crate::function::{ActionFunction, EventFunction, Function, HostHandle, SyncFunction};
use crate::host::RunInfo;
use crate::schema::Model;

/// A run in the making: `Test::sync(issues).recording("tests/issues.test.json").run()`.
#[must_use = "nothing happens before `run`"]
pub struct Test<Output> {
    function: Function,
    mock: Mock,
    recording: Recording,
    output: PhantomData<fn() -> Output>,
}

impl Test<()> {
    /// A run of a sync.
    pub fn sync(function: impl FnOnce() -> SyncFunction) -> Self {
        Self::of(function().into())
    }

    /// A run of an event handler.
    pub fn event(function: impl FnOnce() -> EventFunction) -> Self {
        Self::of(function().into())
    }
}

impl<Output: DeserializeOwned> Test<Output> {
    /// A run of an action.
    pub fn action<Input>(function: impl FnOnce() -> ActionFunction<Input, Output>) -> Self {
        Self::of(function().into())
    }

    fn of(function: Function) -> Self {
        let description = function.description;
        let info = RunInfo {
            id: "run-1".to_owned(),
            function: description.name.to_owned(),
            kind: description.kind.to_owned(),
            variant: "base".to_owned(),
            environment: "test".to_owned(),
            provider: "test".to_owned(),
            provider_config_key: "test".to_owned(),
            connection_id: "connection-1".to_owned(),
            attempt: 1,
            last_success_at: None,
        };
        let models = description.models.iter().map(|model| model.name).collect();
        Self { function, mock: Mock::new(info, models), recording: Recording::default(), output: PhantomData }
    }

    /// Takes input, metadata, connection and answers from a recorded case.
    pub fn recording(self, path: impl AsRef<Path>) -> Self {
        self.replay(Recording::load(path))
    }

    /// Takes input, metadata, connection and answers from a case that was read already.
    pub fn replay(mut self, recording: Recording) -> Self {
        self.mock.answers.extend(recording.answers.iter().cloned());
        if let Some(input) = &recording.input {
            self.mock.input = input.clone();
        }
        if let Some(metadata) = &recording.metadata {
            self.mock.metadata = metadata.clone();
        }
        if let Some(connection) = &recording.connection {
            self.mock.connection = connection.clone();
        }
        self.recording = recording;
        self
    }

    /// The provider gives this answer too.
    pub fn answer(mut self, answer: Answer) -> Self {
        self.mock.answers.push(answer);
        self
    }

    /// The action's input.
    pub fn input(mut self, input: impl Serialize) -> Self {
        self.mock.input = json_of(input);
        self
    }

    /// The provider's webhook that asks for the run: the sync's `on_webhook` is given this payload.
    pub fn webhook(mut self, payload: impl Serialize) -> Self {
        (self.mock.input, self.mock.trigger) = (json_of(payload), "webhook");
        self
    }

    /// The connection's metadata.
    pub fn metadata(mut self, metadata: impl Serialize) -> Self {
        self.mock.metadata = json_of(metadata);
        self
    }

    /// The checkpoint of an earlier run.
    pub fn checkpoint(mut self, checkpoint: impl Serialize) -> Self {
        self.mock.checkpoint = Some(json_of(checkpoint));
        self
    }

    /// Records of an earlier run.
    pub fn existing<M: Model + Serialize>(mut self, records: &[M]) -> Self {
        for record in records {
            self.mock.cache.insert(M::NAME, json_of(record)).expect("a model has an id");
        }
        self
    }

    /// A variable of the environment.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.mock.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What the provider's entry says about pagination, in the host's words: `json!({ "type": "link", .. })`.
    pub fn pagination(mut self, options: &Value) -> Self {
        self.mock.pagination.clone_from(options.as_object().expect("pagination is an object"));
        self
    }

    /// What the clock says; the first second of 2030 unless said otherwise.
    pub fn now(mut self, now: SystemTime) -> Self {
        self.mock.now = now;
        self
    }

    /// Which try this is; 1 unless said otherwise.
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.mock.info.attempt = attempt;
        self
    }

    /// Runs the function to its end.
    ///
    /// # Panics
    ///
    /// Where a request had no answer, even if the function went on.
    pub fn run(self) -> Outcome<Output> {
        let host = MockHandle(Rc::new(RefCell::new(self.mock)));
        let result = block_on((self.function.run)(HostHandle(host.clone())));
        let unanswered = host.0.borrow().unanswered.join("\n");
        assert!(unanswered.is_empty(), "{unanswered}");
        Outcome::new(result, host, self.recording)
    }
}

fn json_of(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("a test's value is JSON")
}
