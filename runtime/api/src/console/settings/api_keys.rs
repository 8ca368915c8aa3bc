//! API keys: listed, made with scopes, deleted.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use syncline_console::pages::{
    Action, ApiKeysPage, Cell, Column, Empty, Field, Look, Moment, NewKey, Removal, ScopeChoice, ScopeGroup, Section, Table,
};
use syncline_domain::ApiKeyId;
use syncline_store::ApiKeyRow;

use crate::api_keys::create::make;
use crate::console::environment::Here;
use crate::console::form::{Asked, Form};
use crate::console::notice;
use crate::console::refusal::{Refusal, sentence};
use crate::console::request::Wanted;
use crate::console::state::Console;
use crate::scope;

/// What was entered for a new key.
struct Draft {
    name: String,
    is_all: bool,
    scopes: Vec<String>,
}

/// The keys, never with the key itself.
pub(in crate::console) async fn list(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let mut page = page(&console, &here, Draft { name: String::new(), is_all: true, scopes: Vec::new() }).await?;
    page.frame.notice = notice::of(&asked);
    Ok(Html(page.render()))
}

/// Makes one. This answer shows it; no other ever does.
pub(in crate::console) async fn create(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Response, Refusal> {
    let draft = Draft {
        name: form.get("name").to_owned(),
        is_all: form.get("reach") != "some",
        scopes: form.all("scope").map(str::to_owned).collect(),
    };
    if draft.name.is_empty() {
        let mut page = page(&console, &here, draft).await?;
        page.name.problem = Some("Name is missing.".to_owned());
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response());
    }
    if !draft.is_all && draft.scopes.is_empty() {
        let mut page = page(&console, &here, draft).await?;
        page.problem = Some("Choose a scope at least: a key without one could do nothing.".to_owned());
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response());
    }
    let scopes = (!draft.is_all).then(|| draft.scopes.clone());
    match make(&console.app, &here.row, draft.name.clone(), scopes).await {
        Ok((row, secret)) => {
            let mut page = page(&console, &here, Draft { name: String::new(), is_all: true, scopes: Vec::new() }).await?;
            page.new_key = Some(NewKey { name: row.display_name, key: secret.expose().to_owned() });
            Ok(Html(page.render()).into_response())
        }
        Err(error) if error.status().is_client_error() => {
            let mut page = page(&console, &here, draft).await?;
            page.problem = Some(format!("{}.", sentence(error.message())));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks whether a key should go.
pub(in crate::console) async fn ask(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Html<String>, Refusal> {
    let row = find(&console, &here).await?;
    let path = format!("{}/settings/api-keys", here.home());
    let removal = Removal {
        frame: here.frame(Section::Settings),
        title: format!("Delete the key {}?", row.display_name),
        subject: row.display_name,
        losses: vec![
            "Whoever calls with it is refused, within three seconds on every node.".to_owned(),
            "A key cannot be brought back; another one can be made.".to_owned(),
        ],
        action: format!("{path}/{}/delete", row.id),
        verb: "Delete".to_owned(),
        back: path,
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(removal.render()))
}

/// Deletes it.
pub(in crate::console) async fn delete(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let row = find(&console, &here).await?;
    console.app.store.api_keys().delete(here.environment, row.id).await?;
    console.app.keys.forget();
    Ok(Redirect::to(&format!("{}/settings/api-keys?done=key-deleted", here.home())))
}

async fn find(console: &Console, here: &Here) -> Result<ApiKeyRow, Refusal> {
    let unknown = || Refusal::not_found("There is no such key");
    let id = here.param("id").parse().map(ApiKeyId).map_err(|_| unknown())?;
    console.app.store.api_keys().list(here.environment).await?.into_iter().find(|row| row.id == id).ok_or_else(unknown)
}

async fn page(console: &Console, here: &Here, draft: Draft) -> Result<ApiKeysPage, Refusal> {
    let rows = console.app.store.api_keys().list(here.environment).await?;
    let row = |row: &ApiKeyRow| {
        let path = format!("{}/settings/api-keys/{}/delete", here.home(), row.id);
        vec![
            Cell::text(row.display_name.as_str()),
            Cell::Lines(row.scopes.iter().map(|scope| Cell::code(scope.as_str())).collect()),
            Cell::Moment(Moment::new(row.created_at.to_millis_z())),
            Cell::Actions(vec![Action::ask(path, "Delete…", row.display_name.as_str()).looking(Look::Danger)]),
        ]
    };
    let table = (!rows.is_empty()).then(|| Table {
        caption: "API keys".to_owned(),
        columns: vec![Column::new("Name"), Column::new("May do"), Column::new("Made"), Column::new("Actions")],
        rows: rows.iter().map(row).collect(),
    });
    let name = Field {
        value: draft.name,
        help: "What will use it: backend, CI, a colleague.".to_owned(),
        example: "backend".to_owned(),
        ..Field::new("name", "Name")
    };
    Ok(ApiKeysPage {
        frame: here.frame(Section::Settings),
        table,
        empty: Empty::new("No keys yet", "Without a key nobody can call the API of this environment. Make one below."),
        new_key: None,
        name,
        is_all: draft.is_all,
        groups: groups(&draft.scopes),
        problem: None,
    })
}

/// The scopes by what they are about, in their order.
fn groups(chosen: &[String]) -> Vec<ScopeGroup> {
    let mut groups: Vec<ScopeGroup> = Vec::new();
    for name in scope::ENVIRONMENT.iter().filter(|name| **name != scope::ALL_OF_ENVIRONMENT) {
        let mut parts = name.split(':').skip(1);
        let (about, is_one_of_several) = (parts.next().unwrap_or_default(), parts.next().is_some());
        let title = if is_one_of_several { about.replace('_', " ") } else { "others".to_owned() };
        let scope = ScopeChoice { name: (*name).to_owned(), is_chosen: chosen.iter().any(|chosen| chosen == name) };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.scopes.push(scope),
            None => groups.push(ScopeGroup { title, scopes: vec![scope] }),
        }
    }
    groups
}
