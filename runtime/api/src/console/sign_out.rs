//! `/console/sign-out`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use crate::console::refusal::Refusal;
use crate::console::session::{self, Session};
use crate::console::state::Console;

/// Ends the session here and in the browser.
pub(super) async fn handle(State(console): State<Arc<Console>>, session: Session) -> Result<Response, Refusal> {
    let cookie = session::end(&console, &session).await?;
    Ok(([cookie], Redirect::to(&format!("{}/sign-in?done=signed-out", console.root()))).into_response())
}
