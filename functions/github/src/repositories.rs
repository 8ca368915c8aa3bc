//! The sync `repositories`: the whole list every time, so that those that are gone are noticed.

use serde::{Deserialize, Serialize};
use syncline_functions::Pages;
use syncline_functions::prelude::*;

/// A repository that the connection's token sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Model)]
pub struct GithubRepository {
    pub id: u64,
    /// `owner/name`
    pub full_name: String,
    pub description: Option<String>,
    pub private: bool,
    pub archived: bool,
    pub default_branch: String,
    pub stars: u64,
    /// The page for people.
    pub url: String,
    #[schema(format = "date-time")]
    pub updated_at: Option<String>,
}

/// GitHub's own shape: <https://docs.github.com/rest/repos/repos>
#[derive(Deserialize)]
struct Repository {
    id: u64,
    full_name: String,
    description: Option<String>,
    private: bool,
    #[serde(default)]
    archived: bool,
    default_branch: String,
    #[serde(default)]
    stargazers_count: u64,
    html_url: String,
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    full_name: String,
}

#[sync(description = "All repositories that the token sees", every = "1 day", models(GithubRepository), scopes("repo"))]
pub async fn repositories(cx: SyncContext) -> Result<()> {
    cx.track_deletes_start::<GithubRepository>().await?;
    let mut pages = pages(&cx);
    while let Some(page) = pages.next::<Repository>().await? {
        let repositories: Vec<GithubRepository> = page.into_iter().map(Repository::into_model).collect();
        cx.save(&repositories).await?;
    }
    let gone = cx.track_deletes_end::<GithubRepository>().await?;
    info!(cx, "read all repositories", deleted = gone.len());
    Ok(())
}

/// The names of all repositories that the token sees.
pub(crate) async fn visible_repositories(cx: &SyncContext) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut pages = pages(cx);
    while let Some(page) = pages.next::<Named>().await? {
        names.extend(page.into_iter().map(|repository| repository.full_name));
    }
    Ok(names)
}

fn pages(cx: &SyncContext) -> Pages {
    cx.get("/user/repos").query("sort", "full_name").retries(5).paginate().link("next").page_size_name("per_page").page_size(100)
}

impl Repository {
    fn into_model(self) -> GithubRepository {
        GithubRepository {
            id: self.id,
            full_name: self.full_name,
            description: self.description,
            private: self.private,
            archived: self.archived,
            default_branch: self.default_branch,
            stars: self.stargazers_count,
            url: self.html_url,
            updated_at: self.updated_at,
        }
    }
}
