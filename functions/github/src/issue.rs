//! An issue, as it is saved and as GitHub tells it.

use serde::{Deserialize, Serialize};
use syncline_functions::{Model, Value};

/// An issue of a repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Model)]
pub struct GithubIssue {
    /// GitHub's id, unique among all repositories.
    pub id: u64,
    /// The number within the repository.
    pub number: u64,
    /// `owner/name`
    pub repository: String,
    pub title: String,
    /// Markdown.
    pub body: Option<String>,
    /// `open` or `closed`
    pub state: String,
    /// The author's login; absent where the account is gone.
    pub author: Option<String>,
    pub labels: Vec<String>,
    /// Logins.
    pub assignees: Vec<String>,
    pub comments: u64,
    /// The page for people.
    pub url: String,
    #[schema(format = "date-time")]
    pub created_at: String,
    #[schema(format = "date-time")]
    pub updated_at: String,
    #[schema(format = "date-time")]
    pub closed_at: Option<String>,
}

/// GitHub's own shape: <https://docs.github.com/rest/issues/issues>
#[derive(Deserialize)]
pub(crate) struct Issue {
    id: u64,
    number: u64,
    title: String,
    body: Option<String>,
    state: String,
    user: Option<User>,
    #[serde(default)]
    labels: Vec<Label>,
    #[serde(default)]
    assignees: Vec<User>,
    #[serde(default)]
    comments: u64,
    html_url: String,
    created_at: String,
    pub(crate) updated_at: String,
    closed_at: Option<String>,
    pull_request: Option<Value>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Label {
    Name(String),
    Object { name: Option<String> },
}

impl Issue {
    /// The list of issues has pull requests too, marked so.
    pub(crate) fn is_pull_request(&self) -> bool {
        self.pull_request.is_some()
    }

    pub(crate) fn into_model(self, repository: &str) -> GithubIssue {
        let label = |label| match label {
            Label::Name(name) => Some(name),
            Label::Object { name } => name,
        };
        GithubIssue {
            id: self.id,
            number: self.number,
            repository: repository.to_owned(),
            title: self.title,
            body: self.body,
            state: self.state,
            author: self.user.map(|user| user.login),
            labels: self.labels.into_iter().filter_map(label).collect(),
            assignees: self.assignees.into_iter().map(|user| user.login).collect(),
            comments: self.comments,
            url: self.html_url,
            created_at: self.created_at,
            updated_at: self.updated_at,
            closed_at: self.closed_at,
        }
    }
}
