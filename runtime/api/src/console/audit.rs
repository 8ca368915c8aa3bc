//! Notes what a person does in the console, before it is done.
//!
//! ```text
//! POST ──▶ session ──▶ noted as begun ──▶ handler ──▶ done, refused or failed
//! ```
//!
//! Around the handlers, not in them: no page can forget it. A change that cannot be noted is not made.

use std::sync::Arc;

use axum::extract::{FromRequestParts as _, MatchedPath, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};
use syncline_domain::{ConnectionRowId, FunctionId, OperatorId, Role};
use syncline_store::{AuditOutcome, NewAuditEvent};

use crate::console::refusal::Refusal;
use crate::console::session::Session;
use crate::console::state::Console;

/// Of a path's parameter or a form's value: long enough to be known again.
const MAX_SUBJECT_CHARS: usize = 300;

/// Of an answer to somebody who is not signed in: whom they said to be, where there is such an operator.
#[derive(Clone)]
pub(super) struct Meant(pub(super) String);

/// Around everything that somebody must be signed in for.
pub(super) async fn note(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let (event, request) = event(&console, request).await;
    let log = console.app.store.audit_events();
    let id = match log.begin(event).await {
        Ok(id) => id,
        Err(error) => return Refusal::from(error).into_response(),
    };
    let response = next.run(request).await;
    // The change is made: that its end could not be noted does not undo it, and the event says that it was begun.
    if let Err(error) = log.end(id, outcome(response.status())).await {
        tracing::error!(error.reason = %crate::error::chain(&error), "the end of an operator's change could not be noted");
    }
    response
}

/// Around the sign-in: afterwards, and not what the gate refused, or whoever knocks for long would fill the disk.
pub(super) async fn note_entry(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let (mut event, request) = event(&console, request).await;
    let response = next.run(request).await;
    // Whoever came without a session may leave with one.
    if let Some(session) = response.extensions().get::<Session>() {
        event.session = Some(session.mark());
        event.operator = Some(session.name.to_string());
    } else if let Some(Meant(name)) = response.extensions().get() {
        event.subject.clone_from(name);
    }
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        return response;
    }
    let (log, outcome) = (console.app.store.audit_events(), outcome(response.status()));
    let noted = async { log.end(log.begin(event).await?, outcome).await };
    match noted.await {
        Ok(()) => response,
        Err(error) => Refusal::from(error).into_response(),
    }
}

async fn event(console: &Arc<Console>, request: Request) -> (NewAuditEvent, Request) {
    let address = console.app.limiter.address_of(&request).map(|address| address.to_string());
    let session = request.extensions().get::<Session>().cloned();
    let path = request.extensions().get::<MatchedPath>().map_or_else(|| request.uri().path().to_owned(), |path| path.as_str().to_owned());
    let (mut parts, body) = request.into_parts();
    let params: Vec<(String, String)> = match RawPathParams::from_request_parts(&mut parts, console).await {
        Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        Err(_) => Vec::new(),
    };
    // A link's token opens something.
    let params = params.into_iter().filter(|(name, _)| name != "token");
    let (environment, named): (Vec<_>, Vec<_>) = params.partition(|(name, _)| name == "environment");
    let form = parts.extensions.get::<crate::console::form::Form>();
    // What is made has its name in the form; no other value is kept, because it could be a secret.
    let made = ["name", "unique_key"].iter().filter_map(|name| Some(form?.get(name))).find(|name| !name.is_empty());
    let role = form.map(|form| form.get("role")).and_then(Role::parse).map(|role| role.as_str().to_owned());
    let mut subject = Vec::new();
    for (name, value) in named {
        subject.push(called(console, &name, value).await);
    }
    let subject = subject.into_iter().chain(made.map(str::to_owned)).chain(role).collect::<Vec<_>>().join(", ");
    let event = NewAuditEvent {
        environment: environment.into_iter().map(|(_, name)| name).next(),
        operator: session.as_ref().map(|session| session.name.to_string()),
        session: session.as_ref().map(Session::mark),
        address,
        action: format!("POST {path}"),
        subject: subject.replace('\0', "").chars().take(MAX_SUBJECT_CHARS).collect(),
        now: console.now(),
    };
    (event, Request::from_parts(parts, body))
}

/// What a path says by the number of a row, by its name: the number says nothing once the row is gone.
async fn called(console: &Console, parameter: &str, value: String) -> String {
    let store = &console.app.store;
    let number = value.parse::<i64>().ok();
    let name = match (parameter, number) {
        ("row", Some(row)) => {
            store.connections().lookup_by_row_id(ConnectionRowId(row)).await.ok().flatten().map(|row| row.name.to_string())
        }
        ("function", Some(id)) => store.functions().lookup(FunctionId(id)).await.ok().flatten().map(|row| row.definition.name.to_string()),
        ("operator", Some(id)) => {
            let all = store.operators().list().await.unwrap_or_default();
            all.into_iter().find(|operator| operator.id == OperatorId(id)).map(|operator| operator.name.to_string())
        }
        ("sync", None) => match value.parse() {
            Ok(id) => store.syncs().lookup_by_id(id).await.ok().flatten().map(|sync| sync.name.to_string()),
            Err(_) => None,
        },
        _ => None,
    };
    name.unwrap_or(value)
}

/// A refused form is shown again, as 422.
fn outcome(status: StatusCode) -> AuditOutcome {
    match status.as_u16() {
        ..400 => AuditOutcome::Done,
        400..500 => AuditOutcome::Refused,
        _ => AuditOutcome::Failed,
    }
}
