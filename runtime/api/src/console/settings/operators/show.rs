//! One operator.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Action, Block, Cell, Detail, Facts, Field, Form, Look, Part, Section, settings_tabs};
use syncline_domain::OperatorId;
use syncline_store::OperatorRow;

use super::list::{moment, role, standing};
use crate::console::environment::Here;
use crate::console::link::link;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// Who they are, and what can be changed.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here) -> Result<Html<String>, Refusal> {
    let operator = find(&console, &here).await?;
    let problem = None;
    Ok(Html(page(&console, &here, &operator, problem).render()))
}

/// The page; with why the role cannot be changed.
pub(super) fn page(console: &Console, here: &Here, operator: &OperatorRow, problem: Option<String>) -> Detail {
    let path = format!("{}/settings/operators/{}", here.home(), operator.id);
    let log = link(&format!("{}/settings/audit", here.home()), &[("operator", operator.name.as_str())]);
    let facts = Facts::default()
        .and("State", standing(operator, console.now()))
        .and("Signed in last", Cell::moment(operator.last_signed_in_at.map(moment)))
        .and("Added", Cell::Moment(moment(operator.created_at)))
        .and("Audit log", Cell::link(log, "What they did"));
    let field = Field {
        help: "It holds from their next click on. There is always an owner who can sign in.".to_owned(),
        problem,
        ..role(operator.role)
    };
    let form = Form { action: format!("{path}/role"), csrf: here.csrf(), fields: vec![field], verb: "Change the role".to_owned() };
    let about = operator.name.as_str();
    let label = if operator.has_password { "New link for another password" } else { "New link" };
    let frame = here.frame(Section::Settings);
    Detail {
        back: Some((format!("{}/settings/operators", here.home()), "All operators".to_owned())),
        title: operator.name.to_string(),
        badge: None,
        lead: format!("An operator of this server, whose role is {}.", operator.role.as_str()),
        actions: vec![
            Action::post(format!("{path}/link"), &here.csrf(), label, about),
            Action::ask(format!("{path}/delete"), "Remove…", about).looking(Look::Danger),
        ],
        tabs: Some(settings_tabs(&frame, "/operators")),
        blocks: vec![Block::new("About", Part::Facts(facts)), Block::new("Role", Part::Form(form))],
        frame,
    }
}

/// `{operator}` of the path.
pub(super) async fn find(console: &Console, here: &Here) -> Result<OperatorRow, Refusal> {
    let id = here.param("operator").parse().map(OperatorId).map_err(|_| unknown())?;
    console.app.store.operators().list().await?.into_iter().find(|operator| operator.id == id).ok_or_else(unknown)
}

pub(super) fn unknown() -> Refusal {
    Refusal::not_found("There is no such operator")
}
