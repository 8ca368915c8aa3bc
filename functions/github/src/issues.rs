//! The sync `issues`: repository by repository, oldest change first, from where the last run ended.

use serde::{Deserialize, Serialize};
use syncline_functions::prelude::*;

use crate::issue::{GithubIssue, Issue};
use crate::repositories::visible_repositories;
use crate::timestamp;

/// How far the clocks of GitHub and this host may be apart.
const CLOCK_SKEW_SECONDS: u64 = 60;

/// The connection's metadata.
#[derive(Default, Deserialize, Schema)]
pub struct Repositories {
    /// Which repositories to read, as `owner/name`. All that the token sees, where absent.
    pub repositories: Option<Vec<String>>,
}

/// Where a run goes on: a pass over all repositories has begun at `since`, and is at `repository`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
pub struct Progress {
    /// Everything that changed before this time is saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The repository that is being read; those before it, by name, are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// How far that repository was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_since: Option<String>,
    /// The newest change that this pass saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// When this pass began: what changed in a repository after it was read is for the next pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began: Option<String>,
}

#[sync(
    description = "Issues of the connection's repositories, without pull requests",
    every = "1h",
    models(GithubIssue),
    metadata = Repositories,
    checkpoint = Progress,
    scopes("repo")
)]
pub async fn issues(cx: SyncContext) -> Result<()> {
    let mut progress: Progress = cx.checkpoint().await?.unwrap_or_default();
    progress.began.get_or_insert_with(|| timestamp::seconds_before(cx.now(), CLOCK_SKEW_SECONDS));
    let metadata: Repositories = cx.metadata().await?;
    let mut repositories = match metadata.repositories {
        Some(repositories) => repositories,
        None => visible_repositories(&cx).await?,
    };
    repositories.sort();
    for repository in repositories {
        if progress.repository.as_ref().is_some_and(|current| repository < *current) {
            continue;
        }
        if progress.repository.as_ref() != Some(&repository) {
            progress.repository_since.clone_from(&progress.since);
            progress.repository = Some(repository);
        }
        read_repository(&cx, &mut progress).await?;
    }
    // A change that came after the pass began may be in a repository that was read before: the next pass begins there at the latest.
    let reached = progress.newest.min(progress.began);
    cx.save_checkpoint(&Progress { since: reached.max(progress.since), ..Progress::default() }).await
}

async fn read_repository(cx: &SyncContext, progress: &mut Progress) -> Result<()> {
    let repository = progress.repository.clone().unwrap_or_default();
    let mut pages = cx
        .get(format!("/repos/{repository}/issues"))
        .query("state", "all")
        .query("sort", "updated")
        .query("direction", "asc")
        .query_opt("since", progress.repository_since.as_ref())
        .retries(5)
        .paginate()
        .link("next")
        .page_size_name("per_page")
        .page_size(100);
    loop {
        let page = match pages.next::<Issue>().await {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(()),
            // Gone, renamed, or issues are switched off: no reason to leave the others unread.
            Err(error) if matches!(error.status(), Some(404 | 410)) => {
                warn!(cx, "{repository} has no issues that can be read", status = error.status());
                return Ok(());
            }
            Err(error) => return Err(error.context(format!("reading the issues of {repository}"))),
        };
        let newest = page.iter().map(|issue| issue.updated_at.clone()).max();
        let issues: Vec<GithubIssue> =
            page.into_iter().filter(|issue| !issue.is_pull_request()).map(|issue| issue.into_model(&repository)).collect();
        let saved = cx.save(&issues).await?;
        info!(cx, "read a page of {repository}", issues = issues.len(), added = saved.added, updated = saved.updated);
        if newest.is_some() {
            progress.newest = progress.newest.take().max(newest.clone());
            progress.repository_since = newest;
        }
        cx.save_checkpoint(progress).await?;
    }
}
