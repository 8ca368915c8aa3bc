//! Variables of the environment: names are shown, values are not.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use syncline_console::pages::{Action, Cell, Column, Empty, Field, FieldKind, Look, Moment, Removal, Section, Table, VariablesPage};
use syncline_domain::Secret;

use crate::console::environment::Here;
use crate::console::form::{Asked, Form};
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// As environment variables of processes are.
const MAX_NAME_CHARS: usize = 256;
/// Every run is given all of them.
const MAX_VALUE_BYTES: usize = 32 * 1_024;

/// The names.
pub(in crate::console) async fn list(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let mut page = page(&console, &here, "").await?;
    page.frame.notice = notice::of(&asked);
    Ok(Html(page.render()))
}

/// Sets one, new or not.
pub(in crate::console) async fn set(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Response, Refusal> {
    let (name, value) = (form.get("name"), form.exact("value"));
    let problems = [name_problem(name), value_problem(value)];
    if problems.iter().any(Option::is_some) {
        let mut page = page(&console, &here, name).await?;
        for (field, problem) in page.fields.iter_mut().zip(problems) {
            field.problem = problem;
        }
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response());
    }
    console.app.store.variables().set(here.environment, name, Secret::new(value), console.now()).await?;
    Ok(Redirect::to(&format!("{}/settings/variables?done=variable-set", here.home())).into_response())
}

/// Asks whether one should go.
pub(in crate::console) async fn ask(here: Here, wanted: Wanted) -> Html<String> {
    let (path, name) = (format!("{}/settings/variables", here.home()), here.param("name"));
    let removal = Removal {
        frame: here.frame(Section::Settings),
        title: format!("Delete the variable {name}?"),
        subject: name.to_owned(),
        losses: vec!["Functions that read it find nothing from their next run on. Its value is kept nowhere.".to_owned()],
        action: format!("{path}/{name}/delete"),
        verb: "Delete".to_owned(),
        back: path,
        is_dialog: wanted == Wanted::Part,
    };
    Html(removal.render())
}

/// Deletes it.
pub(in crate::console) async fn delete(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    if !console.app.store.variables().delete(here.environment, here.param("name")).await? {
        return Err(Refusal::not_found("There is no such variable"));
    }
    Ok(Redirect::to(&format!("{}/settings/variables?done=variable-deleted", here.home())))
}

fn name_problem(name: &str) -> Option<String> {
    let is_name =
        |name: &str| !name.starts_with(|first: char| first.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match name {
        "" => Some("Name is missing.".to_owned()),
        name if name.len() > MAX_NAME_CHARS => Some(format!("Use {MAX_NAME_CHARS} characters at most.")),
        name if !is_name(name) => Some("Use letters, digits and _, and no digit first: API_BASE_URL.".to_owned()),
        _ => None,
    }
}

fn value_problem(value: &str) -> Option<String> {
    match value.len() {
        0 => Some("Value is missing.".to_owned()),
        1..=MAX_VALUE_BYTES => value.contains('\0').then(|| "It holds a zero byte. Copy it once more.".to_owned()),
        _ => Some(format!("It is too long: {MAX_VALUE_BYTES} bytes at most.")),
    }
}

async fn page(console: &Console, here: &Here, name: &str) -> Result<VariablesPage, Refusal> {
    let names = console.app.store.variables().names(here.environment).await?;
    let row = |(name, at): &(String, syncline_domain::Timestamp)| {
        let path: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let path = format!("{}/settings/variables/{}/delete", here.home(), path.replace('+', "%20"));
        vec![
            Cell::code(name.as_str()),
            Cell::Moment(Moment::new(at.to_millis_z())),
            Cell::Actions(vec![Action::ask(path, "Delete…", name.as_str()).looking(Look::Danger)]),
        ]
    };
    let table = (!names.is_empty()).then(|| Table {
        caption: "Variables".to_owned(),
        columns: vec![Column::new("Name"), Column::new("Set"), Column::new("Actions")],
        rows: names.iter().map(row).collect(),
    });
    let name = Field { value: name.to_owned(), example: "API_BASE_URL".to_owned(), ..Field::new("name", "Name") };
    let value = Field {
        help: "Encrypted when it is stored.".to_owned(),
        kind: FieldKind::LongSecret { is_set: false },
        ..Field::new("value", "Value")
    };
    Ok(VariablesPage {
        frame: here.frame(Section::Settings),
        table,
        empty: Empty::new(
            "No variables yet",
            "What differs from one environment to the next belongs here: addresses, switches, keys of your own.",
        ),
        fields: vec![name, value],
    })
}
