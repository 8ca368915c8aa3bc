//! `/console/{environment}/connections/{row}/syncs/{sync}/variants`: the same sync once more on a connection, with records of its own.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use syncline_console::pages::{Block, Cell, Column, Empty, Field, Form as Entry, Part, Removal, Section, Table};
use syncline_domain::{OperationKind, Variant};
use syncline_store::SyncRow;

use crate::console::connections::show::sync_state;
use crate::console::connections::syncs::{Entered, Found, find, note, page, title};
use crate::console::environment::Here;
use crate::console::form::Form;
use crate::console::refusal::{Refusal, sentence};
use crate::console::request::Wanted;
use crate::console::state::Console;
use crate::syncs::variant::make;

/// Makes one. A name that cannot be is shown again, with the rule.
pub(in crate::console) async fn create(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Response, Refusal> {
    let found = find(&console, &here).await?;
    let name = form.get("variant");
    let made = match Variant::new(name) {
        Err(defect) => Err(sentence(&format!("{defect}."))),
        Ok(variant) if variant.is_base() => Err("The variant `base` is the sync itself.".to_owned()),
        Ok(variant) => match make(&console.app, &found.connection, &found.sync.name, &variant).await {
            Ok(id) => Ok(id),
            Err(error) if error.status().is_server_error() => return Err(error.into()),
            Err(error) => Err(format!("{}.", sentence(error.message()))),
        },
    };
    let id = match made {
        Ok(id) => id,
        Err(problem) => {
            let entered = Entered { variant: name.to_owned(), variant_problem: Some(problem), ..Entered::default() };
            let page = page(&console, &here, here.frame(Section::Connections), &found, entered).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response());
        }
    };
    note(&console, &found, OperationKind::SyncCreateVariant, &format!("made variant {name} of"));
    let place = format!("{}/connections/{}/syncs/{id}?done=variant-made", here.home(), found.connection.id);
    Ok(Redirect::to(&place).into_response())
}

/// Says what stays, and asks whether that is meant.
pub(in crate::console) async fn ask(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Html<String>, Refusal> {
    let found = variant(&console, &here).await?;
    let page = Removal {
        frame: here.frame(Section::Connections),
        title: format!("Delete the variant {}?", found.title()),
        subject: found.sync.connection_name.to_string(),
        losses: vec![
            "It does not run any more, and forgets its checkpoint. A run that is under way is cancelled.".to_owned(),
            "Its records stay until the connection goes.".to_owned(),
        ],
        action: format!("{}/delete", found.path),
        verb: "Delete".to_owned(),
        back: found.path,
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(page.render()))
}

/// Deletes it.
pub(in crate::console) async fn delete(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let found = variant(&console, &here).await?;
    console.app.store.syncs().delete(found.sync.id, console.now()).await?;
    note(&console, &found, OperationKind::SyncDeleteVariant, "deleted");
    Ok(Redirect::to(&format!("{}/connections/{}?done=variant-deleted", here.home(), found.connection.id)))
}

/// The sync of the path, if it is a variant: the sync itself goes with its function.
async fn variant(console: &Console, here: &Here) -> Result<Found, Refusal> {
    let found = find(console, here).await?;
    if found.sync.variant.is_base() {
        let advice = "It comes with its function, and goes when the function is deleted. Pause it to have it stop on this connection.";
        return Err(Refusal::new(StatusCode::CONFLICT, "This sync is no variant", advice));
    }
    Ok(found)
}

/// All variants of a sync on its connection, and how to make another.
pub(super) fn block(here: &Here, found: &Found, syncs: &[SyncRow], entered: String, problem: Option<String>) -> Block {
    let others: Vec<_> = syncs.iter().filter(|sync| sync.name == found.sync.name && sync.id != found.sync.id).collect();
    let row = |sync: &&SyncRow| {
        let place = format!("{}/connections/{}/syncs/{}", here.home(), found.connection.id, sync.id);
        vec![Cell::link(place, title(sync)), Cell::Badge(sync_state(sync.state))]
    };
    let part = if others.is_empty() {
        Part::Empty(Empty::new(
            "No other variant",
            "With variants one sync runs several times on a connection, each with a schedule, a checkpoint and records of its own.",
        ))
    } else {
        Part::Table(Table {
            caption: "Other variants of this sync on the connection".to_owned(),
            columns: ["Variant", "Schedule"].map(Column::new).to_vec(),
            rows: others.iter().map(row).collect(),
        })
    };
    let block = Block::new("Variants", part);
    if !here.may_develop() {
        return block;
    }
    let field = Field {
        help: "Letters, digits, - and _. Your backend reads its records with this name.".to_owned(),
        value: entered,
        example: "eu".to_owned(),
        problem,
        ..Field::new("variant", "Name of a new variant")
    };
    let form =
        Entry { action: format!("{}/variants", found.path), csrf: here.csrf(), fields: vec![field], verb: "Make the variant".to_owned() };
    block.and(Part::Form(form))
}
