//! The sample project in the shape of Nango's, from its folder to records.

use syncline_store::testing::TestDatabase;

use super::workshop::{Workshop, can_build, run};
use super::{billing, helpdesk, shop};
use crate::guests::root;

pub(super) const PROJECT: &str = "tests/nango-project";

async fn everything(database: TestDatabase) {
    let mut workshop = Workshop::start(database).await;
    let deployed = workshop.syncline(&["deploy", PROJECT, "--json"]).await.json();
    let functions = deployed["data"]["functions"].as_array().unwrap();
    assert_eq!(functions.len(), 20, "{deployed}");
    assert!(functions.iter().all(|function| function["change"] == "created"), "{deployed}");
    // Three products that know nothing of each other.
    tokio::join!(shop::tour(&workshop), helpdesk::tour(&workshop), billing::tour(&workshop));
    workshop.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_function_of_the_sample_project_does_its_work_on_sqlite() {
    if can_build(PROJECT) {
        everything(TestDatabase::sqlite()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_function_of_the_sample_project_does_its_work_on_postgres() {
    if can_build(PROJECT)
        && let Some(database) = TestDatabase::postgres().await
    {
        everything(database).await;
    }
}

/// The recordings, without a server and without a network.
async fn passes_its_own_tests(project: &str, cases: usize) {
    if !can_build(project) {
        return;
    }
    let report = run(&root(), &["test", project, "--json"], &[]).await.json();
    assert_eq!(report["failed"], 0, "{report}");
    assert_eq!(report["passed"], cases, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sample_project_passes_its_own_tests() {
    passes_its_own_tests(PROJECT, 12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ready_made_functions_in_typescript_pass_their_own_tests() {
    for folder in ["functions/hubspot", "functions/notion", "functions/linear", "functions/google-calendar"] {
        passes_its_own_tests(folder, 1).await;
    }
}
