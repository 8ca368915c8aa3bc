//! What went wrong, as an author meets it and as the host is told.

use std::error::Error as StdError;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::host::Failure;

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The code of a failure that the author's own error becomes.
const FUNCTION_ERROR: &str = "function_error";
const ACTION_ERROR: &str = "action_error";

/// An error in a function: the host's failure, any other error that `?` met, or a message.
///
/// A host's failure keeps its code, status and body, so that a function can tell them apart: `error.status() == Some(404)`.
/// An error that leaves the function becomes the run's failure: a host's failure under its own code, an [`ActionError`] as
/// `action_error` with its payload, everything else as `function_error` with the chain of messages.
// Not `std::error::Error`: that would forbid the `From` of every error type, as in anyhow.
pub struct Error(Box<Inner>);

struct Inner {
    /// What was being done, outermost last.
    contexts: Vec<String>,
    kind: Kind,
}

enum Kind {
    Host(Failure),
    Source(Box<dyn StdError>),
    Message(String),
}

impl Error {
    /// An error with this message.
    pub fn msg(message: impl Into<String>) -> Self {
        Self::new(Kind::Message(message.into()))
    }

    fn new(kind: Kind) -> Self {
        Self(Box::new(Inner { contexts: Vec::new(), kind }))
    }

    /// Says what was being done: `saving the issues: <the error>`.
    pub fn context(mut self, doing: impl Into<String>) -> Self {
        self.0.contexts.push(doing.into());
        self
    }

    /// The stable code: the host's, `action_error` or `function_error`.
    pub fn code(&self) -> &str {
        match &self.0.kind {
            Kind::Host(failure) => &failure.code,
            Kind::Source(source) if source.is::<ActionError>() => ACTION_ERROR,
            Kind::Source(source) if source.is::<InvalidInput>() => "invalid_input",
            _ => FUNCTION_ERROR,
        }
    }

    /// The status that the provider answered with, where that was the problem.
    pub fn status(&self) -> Option<u16> {
        match &self.0.kind {
            Kind::Host(failure) => failure.status,
            _ => None,
        }
    }

    /// The host's failure, where it is one.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.0.kind {
            Kind::Host(failure) => Some(failure),
            _ => None,
        }
    }

    /// The body that the provider answered with: JSON, or a string where it was not JSON.
    pub fn body(&self) -> Option<Value> {
        let details: Value = serde_json::from_slice(self.failure()?.details.as_deref()?.as_bytes()).ok()?;
        match details {
            Value::Object(mut details) => match details.remove("body")? {
                Value::String(text) => Some(serde_json::from_slice(text.as_bytes()).unwrap_or(Value::String(text))),
                body => Some(body),
            },
            _ => None,
        }
    }

    /// The error that `?` met, where it was an `E`.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        match &self.0.kind {
            Kind::Source(source) => source.downcast_ref(),
            _ => None,
        }
    }

    /// What the host is told.
    pub(crate) fn to_failure(&self) -> Failure {
        let (status, details) = match &self.0.kind {
            Kind::Host(failure) => (failure.status, failure.details.clone()),
            _ => (None, self.downcast_ref::<ActionError>().map(|error| error.payload.to_string())),
        };
        Failure { code: self.code().to_owned(), message: self.to_string(), status, details }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new(Kind::Host(failure))
    }
}

impl<E: StdError + 'static> From<E> for Error {
    fn from(source: E) -> Self {
        Self::new(Kind::Source(Box::new(source)))
    }
}

/// The whole chain, outermost first.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for context in self.0.contexts.iter().rev() {
            write!(f, "{context}: ")?;
        }
        match &self.0.kind {
            Kind::Host(failure) => f.write_str(&failure.message),
            Kind::Message(message) => f.write_str(message),
            Kind::Source(source) => {
                write!(f, "{source}")?;
                let mut cause = source.source();
                while let Some(error) = cause {
                    write!(f, ": {error}")?;
                    cause = error.source();
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({})", self.code())?;
        match self.failure().and_then(|failure| failure.details.as_deref()) {
            Some(details) => write!(f, " {details}"),
            None => Ok(()),
        }
    }
}

/// Adds what was being done to an error: `parse(&text).context("reading the cursor")?`.
pub trait ErrorContext<T> {
    /// Prefixes the error with what was being done.
    fn context(self, doing: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<Error>> ErrorContext<T> for std::result::Result<T, E> {
    fn context(self, doing: impl Into<String>) -> Result<T> {
        self.map_err(|error| error.into().context(doing))
    }
}

/// An error that is the function's answer: the caller of the action gets the payload.
///
/// ```
/// # use syncline_functions::{ActionError, Result, json};
/// fn check(amount: i64) -> Result<()> {
///     if amount < 0 {
///         return Err(ActionError::new(json!({ "reason": "negative_amount" })).into());
///     }
///     Ok(())
/// }
/// assert_eq!(check(-1).unwrap_err().code(), "action_error");
/// ```
#[derive(Debug)]
pub struct ActionError {
    payload: Value,
}

impl ActionError {
    /// An error with this payload; one that cannot be JSON becomes the text of why.
    pub fn new(payload: impl Serialize) -> Self {
        Self { payload: serde_json::to_value(payload).unwrap_or_else(|error| Value::String(error.to_string())) }
    }

    /// What the caller gets.
    pub fn payload(&self) -> &Value {
        &self.payload
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.payload.get("message").and_then(Value::as_str) {
            Some(message) => f.write_str(message),
            None => write!(f, "{}", self.payload),
        }
    }
}

impl StdError for ActionError {}

/// The input, the metadata or a record is not what the function's types say.
#[derive(Debug)]
pub(crate) struct InvalidInput(serde_json::Error);

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the input does not fit the function's input type: {}", self.0)
    }
}

impl StdError for InvalidInput {}

/// A caller without input sends `{}` or `null`, as its client pleases; an action that wants none, or an `Option`, takes either.
pub(crate) fn parse_input<T: DeserializeOwned>(input: &str) -> Result<T> {
    let nothing = matches!(input.trim(), "{}" | "null");
    let read = serde_json::from_str(input);
    let read = if nothing && read.is_err() { serde_json::from_str("null") } else { read };
    read.map_err(|error| InvalidInput(error).into())
}

/// Reads JSON of the host, naming what it was.
pub(crate) fn parse<T: DeserializeOwned>(what: &str, json: &str) -> Result<T> {
    serde_json::from_slice(json.as_bytes()).map_err(|error| Error::from(error).context(what))
}

pub(crate) fn to_json<T: Serialize + ?Sized>(what: &str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::from(error).context(what))
}
