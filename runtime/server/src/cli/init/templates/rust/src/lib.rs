//! Functions for GitHub.

use serde::{Deserialize, Serialize};
use syncline_functions::prelude::*;

/// A repository that the user starred.
#[derive(Serialize, Deserialize, Model)]
struct Star {
    id: u64,
    full_name: String,
    description: Option<String>,
}

#[sync(description = "Starred repositories", every = "1h", models(Star))]
async fn stars(cx: SyncContext) -> Result<()> {
    let mut pages = cx.get("/user/starred").paginate();
    while let Some(page) = pages.next::<Star>().await? {
        cx.save(&page).await?;
    }
    Ok(())
}

/// The issue to create.
#[derive(Serialize, Deserialize, Schema)]
struct NewIssue {
    owner: String,
    repo: String,
    title: String,
}

/// The issue that was created.
#[derive(Serialize, Deserialize, Schema)]
struct Issue {
    number: u64,
    title: String,
    html_url: String,
}

#[action(description = "Creates an issue")]
async fn create_issue(cx: ActionContext, input: NewIssue) -> Result<Issue> {
    let issue = cx.post("/repos/{owner}/{repo}/issues").segment("owner", &input.owner).segment("repo", &input.repo);
    Ok(issue.json(&json!({ "title": input.title })).send().await?.json()?)
}

component!(integration = "INTEGRATION"; stars, create_issue);

#[cfg(test)]
mod tests {
    use syncline_functions::testing::Test;

    use super::*;

    #[test]
    fn stars_of_all_pages_are_saved() {
        // On a server, GitHub's entry in the catalogue says how its pages are turned.
        let links = json!({ "type": "link", "link_rel_in_response_header": "next" });
        Test::sync(stars).recording("tests/stars.test.json").pagination(&links).run().assert_as_recorded();
    }

    #[test]
    fn an_issue_is_created() {
        Test::action(create_issue).recording("tests/create-issue.test.json").run().assert_as_recorded();
    }
}
