//! The host of a test.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::cache::{Cache, failure};
use super::pages::MockPages;
use super::request::Identity;
use super::{Answer, LogLine};
use crate::host::{
    Body, ConnectionRef, Failure, Host, Level, LocalFuture, Merging, Method, RawFetch, RawResponse, Request, RunInfo, Saved, SyncOptions,
};

/// 2030-01-01: a fixed time, so that a test comes out the same every time.
const DEFAULT_NOW: Duration = Duration::from_hours(525_960);

/// How many of the other answers a message names.
const NEAREST: usize = 3;

#[derive(Clone)]
pub(crate) struct MockHandle(pub(super) Rc<RefCell<Mock>>);

pub(super) struct Mock {
    pub(super) now: SystemTime,
    pub(super) info: RunInfo,
    pub(super) input: Value,
    pub(super) trigger: &'static str,
    pub(super) models: Vec<&'static str>,
    pub(super) answers: Vec<Answer>,
    pub(super) pagination: Map<String, Value>,
    pub(super) connection: Value,
    pub(super) metadata: Value,
    pub(super) variables: Vec<(String, String)>,
    pub(super) cache: Cache,
    pub(super) checkpoint: Option<Value>,
    pub(super) logs: Vec<LogLine>,
    pub(super) requests: Vec<String>,
    /// What no answer was there for: the test fails, even if the function went on.
    pub(super) unanswered: Vec<String>,
    pub(super) triggered: Vec<String>,
    locks: BTreeSet<String>,
    in_flight: usize,
    pub(super) max_in_flight: usize,
}

impl Mock {
    pub(super) fn new(info: RunInfo, models: Vec<&'static str>) -> Self {
        Self {
            now: UNIX_EPOCH + DEFAULT_NOW,
            info,
            input: Value::Null,
            trigger: "schedule",
            models,
            answers: Vec::new(),
            pagination: Map::new(),
            connection: json!({}),
            metadata: json!({}),
            variables: Vec::new(),
            cache: Cache::default(),
            checkpoint: None,
            logs: Vec::new(),
            requests: Vec::new(),
            unanswered: Vec::new(),
            triggered: Vec::new(),
            locks: BTreeSet::new(),
            in_flight: 0,
            max_in_flight: 0,
        }
    }

    fn check_model(&self, model: &str) -> Result<(), Failure> {
        if self.models.contains(&model) {
            return Ok(());
        }
        let message = format!("the sync does not declare the model `{model}`; it declares: {}", self.models.join(", "));
        Err(failure("unknown_model", &message))
    }

    fn not_recorded(&mut self, what: &str) -> Failure {
        let message = format!("{what} has no answer in a test");
        self.unanswered.push(message.clone());
        failure("not_recorded", &message)
    }
}

impl MockHandle {
    pub(super) fn answer(&self, method: Method, request: &Request) -> Result<RawResponse, Failure> {
        let mut mock = self.0.borrow_mut();
        let identity = Identity::of(method, request);
        mock.requests.push(identity.describe());
        let alone = mock.answers.iter().filter(|answer| answer.same_path(&identity)).count() == 1;
        let Some(answer) = mock.answers.iter().find(|answer| answer.fits(&identity, alone)).cloned() else {
            let (near, far): (Vec<_>, Vec<_>) = mock.answers.iter().partition(|answer| answer.same_path(&identity));
            let nearest: Vec<String> = near.into_iter().chain(far).take(NEAREST).map(Answer::describe).collect();
            let nearest = if nearest.is_empty() { "nothing".to_owned() } else { nearest.join(", ") };
            let message = format!("there is no recorded answer to {}; the nearest are: {nearest}", identity.describe());
            mock.unanswered.push(message.clone());
            return Err(failure("not_recorded", &message));
        };
        let text = match &answer.body {
            Value::String(text) => text.clone(),
            body => body.to_string(),
        };
        if (200..300).contains(&answer.status) {
            return Ok(RawResponse { status: answer.status, headers: answer.headers, body: Body::Text(text) });
        }
        let details = json!({
            "status": answer.status,
            "headers": answer.headers.into_iter().map(|(name, value)| (name, value.into())).collect::<Map<_, _>>(),
            "body": answer.body,
        });
        Err(Failure {
            code: "provider_status".to_owned(),
            message: format!("the provider answered {} to {}", answer.status, identity.describe()),
            status: Some(answer.status),
            details: Some(details.to_string()),
        })
    }
}

impl Host for MockHandle {
    type Pages = MockPages;

    fn start(&self, method: Method, request: Request) -> LocalFuture<Result<RawResponse, Failure>> {
        let answer = self.answer(method, &request);
        {
            let mut mock = self.0.borrow_mut();
            mock.in_flight += 1;
            mock.max_in_flight = mock.max_in_flight.max(mock.in_flight);
        }
        let host = self.clone();
        Box::pin(async move {
            yield_once().await;
            host.0.borrow_mut().in_flight -= 1;
            answer
        })
    }

    fn paginate(&self, method: Method, request: Request, options: &str) -> Result<MockPages, Failure> {
        let mut merged = self.0.borrow().pagination.clone();
        merged.extend(serde_json::from_str::<Map<String, Value>>(options).expect("the SDK writes an object"));
        MockPages::open(self.clone(), method, request, merged)
    }

    fn batch_save(&self, model: &str, records: &str) -> Result<Saved, Failure> {
        let mut mock = self.0.borrow_mut();
        mock.check_model(model)?;
        mock.cache.save(model, array(records)?)
    }

    fn batch_update(&self, model: &str, records: &str) -> Result<Saved, Failure> {
        let mut mock = self.0.borrow_mut();
        mock.check_model(model)?;
        mock.cache.update(model, array(records)?)
    }

    fn batch_delete(&self, model: &str, records: &str) -> Result<u32, Failure> {
        let mut mock = self.0.borrow_mut();
        mock.check_model(model)?;
        mock.cache.delete(model, &array(records)?)
    }

    fn get_by_ids(&self, model: &str, ids: &[String]) -> Result<String, Failure> {
        let mut mock = self.0.borrow_mut();
        mock.check_model(model)?;
        Ok(mock.cache.get(model, ids).to_string())
    }

    fn list_page(&self, model: &str, _: Option<&str>) -> Result<(String, Option<String>), Failure> {
        let mut mock = self.0.borrow_mut();
        mock.check_model(model)?;
        Ok((mock.cache.list(model).to_string(), None))
    }

    fn track_deletes_start(&self, model: &str) -> Result<(), Failure> {
        let mut mock = self.0.borrow_mut();
        mock.check_model(model)?;
        mock.cache.track(model);
        Ok(())
    }

    fn track_deletes_end(&self, model: &str) -> Result<Vec<String>, Failure> {
        let mut mock = self.0.borrow_mut();
        mock.check_model(model)?;
        mock.cache.end_tracking(model)
    }

    fn set_merging_strategy(&self, model: &str, _: Merging) -> Result<(), Failure> {
        // Nobody else changes records in a test: both strategies come to the same.
        self.0.borrow().check_model(model)
    }

    fn now(&self) -> SystemTime {
        self.0.borrow().now
    }

    fn info(&self) -> RunInfo {
        self.0.borrow().info.clone()
    }

    fn details(&self) -> String {
        json!({ "trigger": self.0.borrow().trigger }).to_string()
    }

    fn input(&self) -> String {
        self.0.borrow().input.to_string()
    }

    fn log(&self, level: Level, message: &str, fields: Option<&str>) {
        let fields = fields.map_or(Value::Null, |fields| serde_json::from_str(fields).expect("the SDK writes an object"));
        self.0.borrow_mut().logs.push(LogLine { level, message: message.to_owned(), fields });
    }

    fn get_checkpoint(&self) -> Result<Option<String>, Failure> {
        Ok(self.0.borrow().checkpoint.as_ref().map(Value::to_string))
    }

    fn save_checkpoint(&self, checkpoint: &str) -> Result<(), Failure> {
        self.0.borrow_mut().checkpoint = Some(flat(checkpoint)?);
        Ok(())
    }

    fn clear_checkpoint(&self) -> Result<(), Failure> {
        self.0.borrow_mut().checkpoint = None;
        Ok(())
    }

    fn get_connection(&self, of: Option<&ConnectionRef>) -> Result<String, Failure> {
        let mut mock = self.0.borrow_mut();
        if of.is_some() {
            return Err(mock.not_recorded("another connection"));
        }
        let mut connection = json!({
            "connection_id": mock.info.connection_id,
            "provider_config_key": mock.info.provider_config_key,
            "provider": mock.info.provider,
            "connection_config": {},
            "metadata": mock.metadata,
        });
        if let (Value::Object(connection), Value::Object(given)) = (&mut connection, &mock.connection) {
            connection.extend(given.clone());
        }
        Ok(connection.to_string())
    }

    fn get_metadata(&self) -> Result<String, Failure> {
        Ok(self.0.borrow().metadata.to_string())
    }

    fn set_metadata(&self, metadata: &str) -> Result<(), Failure> {
        self.0.borrow_mut().metadata = Value::Object(object(metadata)?);
        Ok(())
    }

    fn update_metadata(&self, metadata: &str) -> Result<(), Failure> {
        let part = object(metadata)?;
        if let Value::Object(metadata) = &mut self.0.borrow_mut().metadata {
            metadata.extend(part);
        }
        Ok(())
    }

    fn get_integration(&self) -> Result<String, Failure> {
        let mock = self.0.borrow();
        Ok(json!({ "unique_key": mock.info.provider_config_key, "provider": mock.info.provider }).to_string())
    }

    fn try_acquire(&self, key: &str, _: u64) -> Result<bool, Failure> {
        self.0.borrow_mut().locks.insert(key.to_owned());
        Ok(true)
    }

    fn release(&self, key: &str) -> Result<bool, Failure> {
        Ok(self.0.borrow_mut().locks.remove(key))
    }

    fn release_all(&self) -> Result<(), Failure> {
        self.0.borrow_mut().locks.clear();
        Ok(())
    }

    fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        Ok(self.0.borrow().variables.clone())
    }

    fn trigger_action(&self, _: Option<&ConnectionRef>, action: &str, _: &str) -> Result<String, Failure> {
        Err(self.0.borrow_mut().not_recorded(&format!("the action `{action}`")))
    }

    fn trigger_sync(&self, _: Option<&ConnectionRef>, sync: &str, _: SyncOptions) -> Result<(), Failure> {
        self.0.borrow_mut().triggered.push(sync.to_owned());
        Ok(())
    }

    fn start_sync(&self, _: Option<&ConnectionRef>, sync: &str) -> Result<(), Failure> {
        self.0.borrow_mut().triggered.push(sync.to_owned());
        Ok(())
    }

    fn fetch(&self, request: RawFetch) -> Result<RawResponse, Failure> {
        let request_to = Request { endpoint: request.url, headers: request.headers, body: request.body, ..Request::default() };
        match self.answer(request.method, &request_to) {
            // Any status is an answer of `fetch`.
            Err(Failure { status: Some(status), details: Some(details), .. }) => {
                let details: Value = serde_json::from_str(&details).expect("the mock wrote it");
                let body = details["body"].as_str().map_or_else(|| details["body"].to_string(), str::to_owned);
                Ok(RawResponse { status, headers: super::request::pairs(details.get("headers")), body: Body::Text(body) })
            }
            answer => answer,
        }
    }
}

fn array(records: &str) -> Result<Vec<Value>, Failure> {
    serde_json::from_str(records).map_err(|error| failure("invalid_record", &format!("records are an array: {error}")))
}

fn object(metadata: &str) -> Result<Map<String, Value>, Failure> {
    serde_json::from_str(metadata).map_err(|error| failure("invalid_metadata", &format!("metadata is an object: {error}")))
}

/// The host's rule: a flat object of at most 16 fields, strings up to 4,000 characters.
fn flat(checkpoint: &str) -> Result<Value, Failure> {
    let value: Value = serde_json::from_str(checkpoint).expect("the SDK writes JSON");
    let wrong = match &value {
        Value::Object(fields) if fields.len() > 16 => Some(format!("it has {} fields, at most 16 are kept", fields.len())),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| match value {
            Value::String(text) if text.chars().count() > 4000 => Some(format!("`{name}` is longer than 4,000 characters")),
            Value::String(_) | Value::Number(_) | Value::Bool(_) => None,
            _ => Some(format!("`{name}` is neither text, number nor boolean")),
        }),
        _ => Some("it is not an object".to_owned()),
    };
    match wrong {
        Some(wrong) => Err(failure("invalid_checkpoint", &format!("the checkpoint cannot be kept: {wrong}"))),
        None => Ok(value),
    }
}

/// Lets other futures run once, so that a test sees which requests are in flight together.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|_| if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// Runs a future to its end on this thread. Nothing in a test waits for the outside, so polling again is enough.
pub(super) fn block_on<T>(mut future: LocalFuture<T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = Future::poll(future.as_mut(), &mut context) {
            return output;
        }
    }
}
