//! How Slack's Web API answers: 200 also for errors, with `ok: false` in the body.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use syncline_functions::RequestBuilder;
use syncline_functions::prelude::*;

#[derive(Deserialize)]
struct Verdict {
    ok: bool,
    error: Option<String>,
    /// The scope that is missing, with `missing_scope`.
    needed: Option<String>,
}

/// `response_metadata` of a list.
#[derive(Default, Deserialize)]
pub(crate) struct Metadata {
    #[serde(default)]
    pub(crate) next_cursor: String,
}

impl Metadata {
    /// The following page's cursor; Slack ends a list with an empty one.
    pub(crate) fn cursor(self) -> Option<String> {
        Some(self.next_cursor).filter(|cursor| !cursor.is_empty())
    }
}

/// Sends the request, and makes an error of `ok: false`: an [`ActionError`] with Slack's own word for it.
///
/// Lists come through here too, not through `paginate`: there, an `ok: false` would look like the end of the list.
pub(crate) async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T> {
    let response = request.send().await?;
    let verdict: Verdict = response.json()?;
    if verdict.ok {
        return response.json();
    }
    let error = verdict.error.unwrap_or_else(|| "unknown_error".to_owned());
    let message = match &verdict.needed {
        Some(needed) => format!("Slack refused: {error} (needed: {needed})"),
        None => format!("Slack refused: {error}"),
    };
    Err(ActionError::new(json!({ "error": error, "needed": verdict.needed, "message": message })).into())
}
