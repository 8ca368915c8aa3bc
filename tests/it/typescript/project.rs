//! The sample project in the shape of Nango's, from its folder to records.

use syncline_store::testing::TestDatabase;

use super::workshop::{Workshop, can_build};
use super::{billing, helpdesk, shop};

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
