//! GitHub's functions against recordings. The data is invented, in the shapes of GitHub's public documentation.

use std::time::{Duration, UNIX_EPOCH};

use syncline_functions::testing::{Answer, Test};
use syncline_functions::{Error, json};
use syncline_github::{GithubIssue, GithubRepository, Progress, component, create_issue, issues, repositories};

fn issues_page(repository: &str, since: Option<&str>) -> Answer {
    let answer = Answer::get(&format!("/repos/{repository}/issues"))
        .query("state", "all")
        .query("sort", "updated")
        .query("direction", "asc")
        .query("per_page", 100);
    match since {
        Some(since) => answer.query("since", since),
        None => answer,
    }
}

#[test]
fn issues_of_all_pages_and_repositories_are_saved_without_pull_requests() {
    let outcome = Test::sync(issues).recording("tests/issues.test.json").run();
    outcome.assert_as_recorded();
    assert_eq!(outcome.saved::<GithubIssue>()[0].id, 9_007_199_254_740_993, "ids beyond 2^53 are kept exactly");
    let progress = Progress { since: Some("2026-02-03T10:00:00Z".to_owned()), ..Progress::default() };
    assert_eq!(outcome.checkpoint(), Some(progress), "the next run begins at the newest change");
}

#[test]
fn a_run_goes_on_in_the_repository_where_the_last_try_stopped() {
    let stopped = Progress {
        since: Some("2026-01-01T00:00:00Z".to_owned()),
        repository: Some("acme/b".to_owned()),
        repository_since: Some("2026-01-15T00:00:00Z".to_owned()),
        newest: Some("2026-01-20T00:00:00Z".to_owned()),
        began: Some("2026-01-16T00:00:00Z".to_owned()),
    };
    let outcome = Test::sync(issues)
        .metadata(json!({ "repositories": ["acme/a", "acme/b", "acme/c"] }))
        .checkpoint(&stopped)
        .answer(issues_page("acme/b", Some("2026-01-15T00:00:00Z")).json(json!([])))
        .answer(issues_page("acme/c", Some("2026-01-01T00:00:00Z")).json(json!([])))
        .run();
    outcome.ok();
    assert_eq!(outcome.requests().len(), 2, "acme/a is done: {:?}", outcome.requests());
    let next: Progress = outcome.checkpoint().unwrap();
    assert_eq!(next.since.as_deref(), Some("2026-01-16T00:00:00Z"), "not later than the pass began: acme/a may have changed since");
}

#[test]
fn a_change_during_the_pass_does_not_hide_earlier_ones_elsewhere() {
    let began = UNIX_EPOCH + Duration::from_mins(29_453_761);
    let outcome = Test::sync(issues).recording("tests/issues.test.json").now(began).run();
    let next: Progress = outcome.checkpoint().unwrap();
    assert_eq!(next.since.as_deref(), Some("2026-01-01T00:00:00Z"), "the pass began then, a minute of skew taken off");
}

#[test]
fn a_repository_that_is_gone_does_not_keep_the_others_unread() {
    let outcome = Test::sync(issues)
        .metadata(json!({ "repositories": ["acme/gone", "acme/here"] }))
        .answer(issues_page("acme/gone", None).status(404).json(json!({ "message": "Not Found" })))
        .answer(issues_page("acme/here", None).json(json!([])))
        .run();
    outcome.ok();
    assert!(outcome.logs().iter().any(|line| line.message.contains("acme/gone")));
}

#[test]
fn a_server_error_fails_the_run_with_its_status() {
    let outcome = Test::sync(issues)
        .metadata(json!({ "repositories": ["acme/api"] }))
        .answer(issues_page("acme/api", None).status(502).json(json!("<html>Bad gateway</html>")))
        .run();
    assert_eq!(outcome.err().status(), Some(502));
    assert_eq!(outcome.failure().code, "provider_status");
    assert!(outcome.failure().message.starts_with("reading the issues of acme/api: "));
}

#[test]
fn repositories_that_are_gone_are_marked_as_deleted() {
    let gone = json!({
        "id": 3, "full_name": "acme/old", "private": false, "archived": true, "default_branch": "master", "stars": 0,
        "url": "https://github.com/acme/old"
    });
    let gone: GithubRepository = serde_json_of(&gone);
    let outcome = Test::sync(repositories).recording("tests/repositories.test.json").existing(&[gone]).run();
    outcome.assert_as_recorded();
    assert_eq!(outcome.deleted::<GithubRepository>(), ["3"]);
}

fn serde_json_of(value: &syncline_functions::Value) -> GithubRepository {
    serde::Deserialize::deserialize(value).expect("a repository")
}

#[test]
fn an_issue_is_created_and_returned() {
    Test::action(create_issue).recording("tests/create-issue.test.json").run().assert_as_recorded();
}

#[test]
fn creating_in_an_unknown_repository_is_the_actions_own_error() {
    let answer = Answer::post("/repos/acme/none%20such/issues").status(404).json(json!({ "message": "Not Found" }));
    let outcome = Test::action(create_issue).input(json!({ "owner": "acme", "repo": "none such", "title": "x" })).answer(answer).run();
    let error: &Error = outcome.err();
    assert_eq!(error.code(), "action_error");
    assert!(outcome.failure().details.unwrap().contains("repository_not_found"));
}

#[test]
fn the_component_describes_its_functions() {
    let manifest = component().manifest();
    let names: Vec<&str> = manifest["functions"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["issues", "repositories", "create-issue"]);
    assert_eq!(manifest["functions"][0]["schedule"], "every 1h");
    assert_eq!(manifest["functions"][0]["models"][0]["schema"]["properties"]["id"]["type"], "integer");
    assert_eq!(manifest["functions"][2]["input"]["required"], json!(["owner", "repo", "title"]));
}
