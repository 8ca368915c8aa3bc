//! What a run did.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Recording;
use super::mock::MockHandle;
use crate::error::{Error, Result};
use crate::host::{Failure, Level};
use crate::schema::Model;

/// A line of the run's log.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// How important it is.
    pub level: Level,
    /// What it says.
    pub message: String,
    /// Its fields, an object; null where there are none.
    pub fields: Value,
}

/// What a run did, and how it ended.
pub struct Outcome<Output> {
    result: Result<String>,
    host: MockHandle,
    recording: Recording,
    output: PhantomData<fn() -> Output>,
}

impl<Output: DeserializeOwned> Outcome<Output> {
    pub(super) fn new(result: Result<String>, host: MockHandle, recording: Recording) -> Self {
        Self { result, host, recording, output: PhantomData }
    }

    /// The output, of a run that succeeded.
    #[track_caller]
    pub fn ok(&self) -> Output {
        match &self.result {
            Ok(output) => read(output),
            Err(error) => panic!("the function failed: {error:?}"),
        }
    }

    /// The error, of a run that failed.
    #[track_caller]
    pub fn err(&self) -> &Error {
        match &self.result {
            Ok(output) => panic!("the function succeeded: {output}"),
            Err(error) => error,
        }
    }

    /// What the host is told, of a run that failed.
    #[track_caller]
    pub fn failure(&self) -> Failure {
        self.err().to_failure()
    }

    /// All records of a model that were saved, in the order of the calls.
    #[track_caller]
    pub fn saved<M: Model + DeserializeOwned>(&self) -> Vec<M> {
        let host = self.host.0.borrow();
        let saved = host.cache.saved.iter().filter(|(model, _)| model == M::NAME);
        saved.map(|(_, record)| read(&record.to_string())).collect()
    }

    /// The ids of all records of a model that were deleted, by call or by delete tracking.
    pub fn deleted<M: Model>(&self) -> Vec<String> {
        let host = self.host.0.borrow();
        host.cache.deleted.iter().filter(|(model, _)| model == M::NAME).map(|(_, id)| id.clone()).collect()
    }

    /// The checkpoint at the end.
    #[track_caller]
    pub fn checkpoint<T: DeserializeOwned>(&self) -> Option<T> {
        self.host.0.borrow().checkpoint.as_ref().map(|checkpoint| read(&checkpoint.to_string()))
    }

    /// The connection's metadata at the end.
    pub fn metadata(&self) -> Value {
        self.host.0.borrow().metadata.clone()
    }

    /// The run's log.
    pub fn logs(&self) -> Vec<LogLine> {
        self.host.0.borrow().logs.clone()
    }

    /// The requests to the provider: `GET /issues?page=2`.
    pub fn requests(&self) -> Vec<String> {
        self.host.0.borrow().requests.clone()
    }

    /// How many requests were on their way at once, at most.
    pub fn max_in_flight(&self) -> usize {
        self.host.0.borrow().max_in_flight
    }

    /// The syncs that were triggered or started.
    pub fn triggered(&self) -> Vec<String> {
        self.host.0.borrow().triggered.clone()
    }

    /// The run did what the recording says: output, saved and deleted records.
    #[track_caller]
    pub fn assert_as_recorded(&self) {
        self.ok();
        let host = self.host.0.borrow();
        if let (Some(expected), Ok(output)) = (&self.recording.output, &self.result) {
            assert_eq!(&read::<Value>(output), expected, "the output differs from the recording");
        }
        if let Some(expected) = &self.recording.saved {
            let saved = by_model(host.cache.saved.iter().map(|(model, record)| (model, record.clone())));
            assert_eq!(&saved, expected, "the saved records differ from the recording");
        }
        if let Some(expected) = &self.recording.deleted {
            let ids = |records: &Value| records.as_array().into_iter().flatten().map(|record| plain(&record["id"])).collect();
            let expected: Map<String, Value> =
                expected.as_object().into_iter().flatten().map(|(model, records)| (model.clone(), ids(records))).collect();
            let deleted = by_model(host.cache.deleted.iter().map(|(model, id)| (model, id.clone().into())));
            assert_eq!(deleted, Value::Object(expected), "the deleted records differ from the recording");
        }
    }
}

fn plain(id: &Value) -> Value {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned).into()
}

fn by_model<'a>(records: impl Iterator<Item = (&'a String, Value)>) -> Value {
    let mut models: Map<String, Value> = Map::new();
    for (model, record) in records {
        if let Value::Array(list) = models.entry(model.clone()).or_insert_with(|| Value::Array(Vec::new())) {
            list.push(record);
        }
    }
    Value::Object(models)
}

#[track_caller]
fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json} is not what the test asks for: {error}"))
}
