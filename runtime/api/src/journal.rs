//! Notes for the list of operations, taken while a request is answered and written behind its back.
//!
//! *Invariant:* a note holds no header's value but those named here, no body, and of a query only the names of its parameters: what is not
//! written down needs no redaction.

use serde_json::{Value, json};
use syncline_domain::{ConnectionName, EnvironmentId, FunctionName, IntegrationKey, OperationId, OperationKind, OperationState, Timestamp};
use syncline_store::{NewMessage, NewOperation};

use crate::auth::Caller;
use crate::state::App;

/// An operation that has begun. Dropped without an end, it was never noted: the request was refused before it was anything.
pub(crate) struct Note(NewOperation);

impl App {
    /// Begins a note.
    pub(crate) fn operation(&self, environment: EnvironmentId, kind: OperationKind) -> Note {
        let now = self.clock.now();
        let random: [u8; 10] = (self.randomness)()[6..].try_into().expect("ten of sixteen");
        Note(NewOperation {
            id: OperationId::new(now, random),
            environment,
            kind,
            state: OperationState::Running,
            integration: None,
            connection: None,
            function: None,
            actor: None,
            summary: String::new(),
            detail: None,
            started_at: now,
            finished_at: None,
            messages: Vec::new(),
        })
    }
}

impl Note {
    pub(crate) fn environment(&self) -> EnvironmentId {
        self.0.environment
    }

    pub(crate) fn by(mut self, caller: &Caller) -> Self {
        self.0.actor = Some(caller.name().to_owned());
        self
    }

    /// When it began, if that was before now.
    pub(crate) fn since(mut self, begun: Timestamp) -> Self {
        self.0.started_at = begun;
        self
    }

    /// By a browser with a connect session's token.
    pub(crate) fn by_session(mut self) -> Self {
        self.0.actor = Some("session".to_owned());
        self
    }

    /// By whoever is signed in to the console.
    pub(crate) fn by_operator(mut self) -> Self {
        self.0.actor = Some("console".to_owned());
        self
    }

    pub(crate) fn of(mut self, integration: &IntegrationKey) -> Self {
        self.0.integration = Some(integration.clone());
        self
    }

    pub(crate) fn on(mut self, connection: &ConnectionName) -> Self {
        self.0.connection = Some(connection.clone());
        self
    }

    pub(crate) fn function(mut self, function: &FunctionName) -> Self {
        self.0.function = Some(function.clone());
        self
    }

    pub(crate) fn says(mut self, message: String) -> Self {
        let at = self.0.started_at;
        self.0.messages.push(NewMessage { at, kind: "log", level: "info", message, detail: None });
        self
    }

    pub(crate) fn succeeded(self, app: &App, summary: String, detail: &Value) {
        self.ended(app, OperationState::Succeeded, summary, detail);
    }

    /// `error` is what the caller is told.
    pub(crate) fn failed(self, app: &App, summary: String, code: &str, message: &str) {
        self.ended(app, OperationState::Failed, summary, &json!({ "error": { "code": code, "message": message } }));
    }

    pub(crate) fn ended(mut self, app: &App, state: OperationState, summary: String, detail: &Value) {
        self.0.state = state;
        self.0.summary = summary;
        self.0.detail = detail.as_object().is_some_and(|fields| !fields.is_empty()).then(|| detail.to_string());
        self.0.finished_at = Some(app.clock.now());
        app.store.operations().note(self.0);
    }
}
