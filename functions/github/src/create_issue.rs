//! The action `create-issue`.

use serde::{Deserialize, Serialize};
use syncline_functions::prelude::*;

use crate::issue::{GithubIssue, Issue};

/// The issue to create.
#[derive(Deserialize, Schema)]
#[serde(deny_unknown_fields)]
pub struct NewIssue {
    /// The repository's owner: a login or an organisation.
    pub owner: String,
    /// The repository's name.
    pub repo: String,
    pub title: String,
    /// Markdown.
    pub body: Option<String>,
    #[serde(default)]
    pub labels: Vec<String>,
}

#[derive(Serialize)]
struct Request<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    labels: &'a [String],
}

#[action(description = "Creates an issue", scopes("repo"))]
pub async fn create_issue(cx: ActionContext, input: NewIssue) -> Result<GithubIssue> {
    let NewIssue { owner, repo, title, body, labels } = &input;
    let answer = cx
        .post("/repos/{owner}/{repo}/issues")
        .segment("owner", owner)
        .segment("repo", repo)
        .json(&Request { title, body: body.as_deref(), labels })
        .send()
        .await;
    match answer {
        Ok(response) => Ok(response.json::<Issue>()?.into_model(&format!("{owner}/{repo}"))),
        Err(error) if error.status() == Some(404) => {
            let message = format!("there is no repository {owner}/{repo} that this connection sees");
            Err(ActionError::new(json!({ "reason": "repository_not_found", "message": message })).into())
        }
        Err(error) => Err(error),
    }
}
