//! One's own account: another password, and an end to what is open elsewhere.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use syncline_console::pages::{Action, Block, Cell, Detail, Facts, Field, FieldKind, Form as Entry, Frame, Part, Section, settings_tabs};
use syncline_domain::Secret;

use crate::console::environment::Here;
use crate::console::form::{Asked, Form};
use crate::console::refusal::Refusal;
use crate::console::session::Session;
use crate::console::sign_in::{seconds, too_many};
use crate::console::state::Console;
use crate::console::{notice, password};

/// What is wrong with the current password, the new one, and the new one again.
type Problems = [Option<String>; 3];

/// The page.
pub(in crate::console) async fn show(here: Here, session: Session, asked: Asked) -> Html<String> {
    let mut page = page(&here, &session, [None, None, None]);
    page.frame.notice = notice::of(&asked);
    Html(page.render())
}

/// Sets another password. The current one is asked for: whoever finds a browser open does not take the account with it.
pub(in crate::console) async fn change(
    State(console): State<Arc<Console>>,
    here: Here,
    session: Session,
    form: Form,
) -> Result<Response, Refusal> {
    let now = console.now();
    let refused = |status: StatusCode, problems: Problems| (status, Html(page(&here, &session, problems).render())).into_response();
    let attempt = match console.gate.enter(now).await {
        Ok(attempt) => attempt,
        Err(wait) => {
            let answer = refused(StatusCode::TOO_MANY_REQUESTS, [Some(too_many(wait)), None, None]);
            return Ok(([(RETRY_AFTER, seconds(wait))], answer).into_response());
        }
    };
    let operators = console.app.store.operators();
    let able = operators.list_with_passwords().await?;
    let own = able.iter().find(|(operator, _)| operator.id == session.operator).map(|(_, hash)| hash.as_str());
    if !password::is(Secret::new(form.exact("current")), own).await? {
        attempt.failed(now);
        let wrong = Some("This is not your password. Try again.".to_owned());
        return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, [wrong, None, None]));
    }
    attempt.passed();
    let chosen = form.exact("password");
    let [first, second] = password::problems(chosen, form.exact("repeated"));
    if first.is_some() || second.is_some() {
        return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, [None, first, second]));
    }
    let hash = password::hash(Secret::new(chosen), console.salt()).await?;
    operators.set_password(session.operator, &hash, Some(*session.token_hash()), now).await?;
    Ok(Redirect::to(&format!("{}/settings/account?done=password-changed", here.home())).into_response())
}

/// Ends one's other sessions.
pub(in crate::console) async fn end_others(State(console): State<Arc<Console>>, here: Here, session: Session) -> Result<Redirect, Refusal> {
    console.app.store.console_sessions().delete_others(session.operator, session.token_hash()).await?;
    Ok(Redirect::to(&format!("{}/settings/account?done=signed-out-elsewhere", here.home())))
}

fn page(here: &Here, session: &Session, [current, first, second]: Problems) -> Detail {
    let path = format!("{}/settings/account", here.home());
    let frame: Frame = here.frame(Section::Settings);
    let current = Field { kind: FieldKind::Secret { is_set: false }, problem: current, ..Field::new("current", "Current password") };
    let [mut chosen, mut repeated] = password::fields([first, second]);
    "New password".clone_into(&mut chosen.label);
    "New password, again".clone_into(&mut repeated.label);
    let form =
        Entry { action: path.clone(), csrf: here.csrf(), fields: vec![current, chosen, repeated], verb: "Change the password".to_owned() };
    let facts = Facts::default().and("Name", Cell::text(session.name.as_str())).and("Role", Cell::text(session.role.as_str()));
    Detail {
        back: None,
        title: "Your account".to_owned(),
        badge: None,
        lead: "Whom this console takes you for.".to_owned(),
        actions: vec![Action::post(format!("{path}/sessions"), &here.csrf(), "Sign out everywhere else", "")],
        tabs: Some(settings_tabs(&frame, "/account")),
        blocks: vec![
            Block::new("You", Part::Facts(facts)),
            Block::new("Password", Part::Form(form)).saying("Every other browser in which you are signed in is signed out."),
        ],
        frame,
    }
}
