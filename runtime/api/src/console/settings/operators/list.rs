//! Everybody, in the order in which they were added.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Badge, Cell, Column, Field, FieldKind, Moment, OperatorsPage, Section, Table, Tone};
use syncline_domain::{Role, Timestamp};
use syncline_store::OperatorRow;

use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// The page.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let mut page = page(&console, &here).await?;
    page.frame.notice = notice::of(&asked);
    Ok(Html(page.render()))
}

/// With nothing entered yet.
pub(super) async fn page(console: &Console, here: &Here) -> Result<OperatorsPage, Refusal> {
    let rows = console.app.store.operators().list().await?;
    let row = |operator: &OperatorRow| {
        vec![
            Cell::link(format!("{}/settings/operators/{}", here.home(), operator.id), operator.name.as_str()),
            Cell::text(operator.role.as_str()),
            standing(operator, console.now()),
            Cell::moment(operator.last_signed_in_at.map(moment)),
        ]
    };
    let name = Field {
        help: "They sign in with it, and the audit log names them by it.".to_owned(),
        example: "Ada".to_owned(),
        ..Field::new("name", "Name")
    };
    Ok(OperatorsPage {
        frame: here.frame(Section::Settings),
        table: Table {
            caption: "Operators".to_owned(),
            columns: ["Name", "Role", "State", "Signed in last"].map(Column::new).to_vec(),
            rows: rows.iter().map(row).collect(),
        },
        new_link: None,
        fields: vec![name, role(Role::Support)],
    })
}

/// To choose one.
pub(super) fn role(chosen: Role) -> Field {
    let choices = Role::ALL.map(|role| role.as_str().to_owned()).to_vec();
    Field { kind: FieldKind::Choice(choices), value: chosen.as_str().to_owned(), ..Field::new("role", "Role") }
}

/// Whether they can come in.
pub(super) fn standing(operator: &OperatorRow, now: Timestamp) -> Cell {
    let until = operator.invited_until.filter(|until| *until > now);
    let (tone, word) = match (operator.has_password, until) {
        (true, None) => return Cell::Badge(Badge::new(Tone::Good, "Active")),
        (true, Some(_)) => (Tone::Warn, "Has a new link until"),
        (false, Some(_)) => (Tone::Live, "Invited until"),
        (false, None) => return Cell::Badge(Badge::new(Tone::Warn, "The link has ended")),
    };
    Cell::Row(std::iter::once(Cell::Badge(Badge::new(tone, word))).chain(until.map(|at| Cell::Moment(moment(at)))).collect())
}

pub(super) fn moment(at: Timestamp) -> Moment {
    Moment::new(at.to_millis_z())
}
