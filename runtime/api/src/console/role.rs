//! What each operator may do: every route of the console has a least role.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use syncline_console::pages;
use syncline_domain::Role;

use crate::console::refusal::Refusal;
use crate::console::session::Session;
use crate::console::state::Console;

/// More names on one page than anybody asks.
const NAMED: usize = 5;

/// Around the routes of one role: whoever has less is told whom to ask.
pub(super) async fn require(State((console, least)): State<(Arc<Console>, Role)>, request: Request, next: Next) -> Response {
    let session = request.extensions().get::<Session>().expect("every route with a role is behind `session::require`").clone();
    if session.role >= least {
        return next.run(request).await;
    }
    match refusal(&console, &session, least).await {
        Ok(refusal) | Err(refusal) => refusal.into_response(),
    }
}

async fn refusal(console: &Console, session: &Session, least: Role) -> Result<Refusal, Refusal> {
    let all = console.app.store.operators().list().await?;
    let owners: Vec<_> = all.iter().filter(|one| one.role == Role::Owner && one.has_password).map(|one| one.name.as_str()).collect();
    let others = if owners.len() > NAMED { ", and others" } else { "" };
    let owners = owners[..owners.len().min(NAMED)].join(", ");
    let title = match least {
        Role::Owner => "This is for owners",
        Role::Developer => "This is for developers and owners",
        Role::Support => "This is for operators",
    };
    let advice = format!(
        "You are signed in as {}, whose role is {}. An owner can change that: {owners}{others}.",
        session.name,
        session.role.as_str()
    );
    Ok(Refusal::new(StatusCode::FORBIDDEN, title, advice))
}

/// As pages know it.
pub(super) fn shown(role: Role) -> pages::Role {
    match role {
        Role::Support => pages::Role::Support,
        Role::Developer => pages::Role::Developer,
        Role::Owner => pages::Role::Owner,
    }
}
