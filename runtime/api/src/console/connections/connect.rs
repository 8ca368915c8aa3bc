//! Connecting an account, once more or for the first time, with the Connect UI that products embed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;
use syncline_connect::NewSession;
use syncline_domain::{ConnectionRef, EndUser, IntegrationKey};
use url::form_urlencoded;

use crate::console::connections::find;
use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// `/console/{environment}/integrations/{key}/connect`
pub(in crate::console) async fn new(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Response, Refusal> {
    let unknown = || Refusal::not_found("This integration does not exist");
    let key = IntegrationKey::new(here.param("key")).map_err(|_| unknown())?;
    let session = NewSession { end_user: Some(operator()), allowed_integrations: Some(vec![key]), ..NewSession::default() };
    open(&console, &here, wanted, session).await
}

/// `/console/{environment}/connections/{row}/reconnect`
pub(in crate::console) async fn again(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Response, Refusal> {
    let row = find::in_path(&console, &here).await?;
    let of = ConnectionRef { integration: row.integration_key, connection: row.name };
    // The connection keeps the user that it has.
    open(&console, &here, wanted, NewSession { end_user: row.end_user, reconnect: Some(of), ..NewSession::default() }).await
}

/// Opens the session. Our script gets its token for a frame; a browser without it is led to the Connect UI as a page.
async fn open(console: &Console, here: &Here, wanted: Wanted, session: NewSession) -> Result<Response, Refusal> {
    let created = console.app.connect.create_session(here.environment, session).await?;
    let connect = format!("{}/connect/", console.base);
    if wanted == Wanted::Json {
        let body = json!({ "token": created.token.expose(), "connect_url": connect, "api_url": format!("{}/", console.base) });
        return Ok(Json(body).into_response());
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("session_token", created.token.expose()).finish();
    Ok(Redirect::to(&format!("{connect}?{query}")).into_response())
}

/// Whose connections the console makes.
fn operator() -> EndUser {
    EndUser { id: "console".to_owned(), display_name: Some("Operator".to_owned()), email: None, tags: None, organization: None }
}
