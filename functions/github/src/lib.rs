//! GitHub's issues and repositories, over its REST API (<https://docs.github.com/rest>).

mod create_issue;
mod issue;
mod issues;
mod repositories;
mod timestamp;

pub use create_issue::{NewIssue, create_issue};
pub use issue::GithubIssue;
pub use issues::{Progress, Repositories, issues};
pub use repositories::{GithubRepository, repositories};

syncline_functions::component!(integration = "github"; issues, repositories, create_issue);
