//! The ready-made functions in TypeScript, each over several runs with the provider's data changed in between.

use serde_json::json;
use syncline_store::testing::TestDatabase;

use super::stand_in::now;
use super::stand_ins::{linear, notion};
use super::workshop::{Workshop, can_build};

const FOLDERS: [&str; 4] = ["functions/hubspot", "functions/notion", "functions/linear", "functions/google-calendar"];

async fn everything(database: TestDatabase) {
    let mut workshop = Workshop::start(database).await;
    let arguments: Vec<&str> = ["deploy", "--json"].into_iter().chain(FOLDERS).collect();
    let deployed = workshop.syncline(&arguments).await.json();
    assert_eq!(deployed["data"]["functions"].as_array().unwrap().len(), 4, "{deployed}");
    tokio::join!(hubspot(&workshop), notion_pages(&workshop), linear_issues(&workshop), google_calendar(&workshop));
    workshop.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ready_made_functions_follow_their_providers_on_sqlite() {
    if can_build("functions") {
        everything(TestDatabase::sqlite()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ready_made_functions_follow_their_providers_on_postgres() {
    if can_build("functions")
        && let Some(database) = TestDatabase::postgres().await
    {
        everything(database).await;
    }
}

async fn hubspot(workshop: &Workshop) {
    workshop.hubspot.limit_next();
    workshop.connect("hubspot", "hs", json!({ "metadata": { "properties": ["favourite_jam"] } })).await;
    let run = workshop.first_run("hubspot", "hs", "contacts").await;
    assert_eq!((&run["state"], &run["counts"]["HubspotContact"]["added"]), (&json!("succeeded"), &json!(7)), "{run}");
    assert!(workshop.hubspot.has_limited());

    workshop.hubspot.world().put(51_002, &now(), json!({ "jobtitle": "Rear admiral", "favourite_jam": "plum" }));
    workshop.hubspot.world().put(51_008, &now(), json!({ "email": "katherine@example.com", "firstname": "Katherine" }));
    workshop.hubspot.world().archive(51_005);
    let before = workshop.hubspot.requests();
    let run = workshop.sync("hubspot", "hs", "contacts").await;
    let counts = &run["counts"]["HubspotContact"];
    assert_eq!((&counts["added"], &counts["updated"], &counts["deleted"]), (&json!(1), &json!(1), &json!(1)), "{run}");
    assert_eq!(workshop.hubspot.requests() - before, 2, "one page of changes and one of archived contacts");
    let contacts = workshop.records("hubspot", "hs", "HubspotContact").await;
    assert_eq!((&contacts[1]["job_title"], &contacts[1]["properties"]), (&json!("Rear admiral"), &json!({ "favourite_jam": "plum" })));
    assert_eq!(contacts.len(), 7);
}

async fn notion_pages(workshop: &Workshop) {
    workshop.connect("notion", "no", json!({})).await;
    let run = workshop.first_run("notion", "no", "pages").await;
    assert_eq!((&run["state"], &run["counts"]["NotionPage"]["added"]), (&json!("succeeded"), &json!(5)), "{run}");

    let workspace = json!({ "type": "workspace", "workspace": true });
    workshop.notion.world().put(1, "Handbook, second edition", "2026-02-01T09:00:00.000Z", workspace.clone());
    workshop.notion.world().trash(5);
    workshop.notion.limit_next();
    let before = workshop.notion.requests();
    let run = workshop.sync("notion", "no", "pages").await;
    assert_eq!(run["counts"]["NotionPage"]["updated"], 1, "{run}");
    assert_eq!(workshop.notion.requests() - before, 2, "the refused request and its repetition: what follows is known");
    assert!(
        workshop.ids("notion", "no", "NotionPage").await.contains(&notion::id(5)),
        "only a run that reads all sees that a page is gone"
    );

    // A reset reads all of it, as the first run of a day does.
    let arguments = ["run", "pages", "--integration", "notion", "--connection", "no", "--reset"];
    workshop.syncline(&arguments).await.ok();
    let titles: Vec<_> = workshop.records("notion", "no", "NotionPage").await.into_iter().map(|page| page["title"].clone()).collect();
    assert_eq!(json!(titles), json!(["Handbook, second edition", "Recipes", "Plum jam", "Rye bread"]));
}

async fn linear_issues(workshop: &Workshop) {
    workshop.connect("linear", "li", json!({})).await;
    let run = workshop.first_run("linear", "li", "issues").await;
    assert_eq!((&run["state"], &run["counts"]["LinearIssue"]["added"]), (&json!("succeeded"), &json!(6)), "{run}");

    workshop.linear.world().put(3, "Darker mode", "WEB", "2026-02-01T12:00:00.000Z");
    workshop.linear.world().archive(5, "2026-02-02T12:00:00.000Z");
    workshop.linear.limit_next();
    let run = workshop.sync("linear", "li", "issues").await;
    let counts = &run["counts"]["LinearIssue"];
    assert_eq!((&counts["updated"], &counts["deleted"]), (&json!(1), &json!(1)), "{run}");
    assert!(!workshop.ids("linear", "li", "LinearIssue").await.contains(&linear::id(5)));

    // Down between two pages: the next run goes on at the second, and the checkpoint moves only then.
    for number in [1, 2, 4, 6] {
        workshop.linear.world().put(number, "Renamed", "WEB", &format!("2026-02-03T12:00:0{number}.000Z"));
    }
    workshop.linear.break_after(Some(1));
    let failed = workshop.syncline(&["run", "issues", "--integration", "linear", "--connection", "li"]).await;
    assert_eq!(failed.code, 4, "{}{}", failed.stdout, failed.stderr);
    workshop.linear.break_after(None);
    workshop.sync("linear", "li", "issues").await;
    let issues = workshop.records("linear", "li", "LinearIssue").await;
    assert_eq!(issues.iter().filter(|issue| issue["title"] == "Renamed").count(), 4, "{issues:?}");
}

async fn google_calendar(workshop: &Workshop) {
    let metadata = json!({ "calendars": ["primary", "team@group.calendar.google.com"] });
    workshop.connect("google-calendar", "gc", json!({ "metadata": metadata })).await;
    let run = workshop.first_run("google-calendar", "gc", "events").await;
    assert_eq!((&run["state"], &run["counts"]["GoogleCalendarEvent"]["added"]), (&json!("succeeded"), &json!(5)), "{run}");

    workshop.google_calendar.limit_next();
    let quiet = workshop.sync("google-calendar", "gc", "events").await;
    assert_eq!((&quiet["state"], &quiet["counts"]), (&json!("succeeded"), &json!({})), "nothing changed: {quiet}");

    let at = json!({ "dateTime": "2026-02-06T17:00:00+01:00" });
    workshop.google_calendar.world().put("primary", "tasting", json!({ "summary": "Tasting, later", "start": at, "end": at }));
    workshop.google_calendar.world().cancel("team@group.calendar.google.com", "offsite");
    let run = workshop.sync("google-calendar", "gc", "events").await;
    let counts = &run["counts"]["GoogleCalendarEvent"];
    assert_eq!((&counts["updated"], &counts["deleted"]), (&json!(1), &json!(1)), "{run}");

    // The token is forgotten together with a deletion that nobody will be told of.
    workshop.google_calendar.world().cancel("primary", "fair");
    workshop.google_calendar.world().put(
        "team@group.calendar.google.com",
        "retreat",
        json!({ "summary": "Retreat", "start": at, "end": at }),
    );
    workshop.google_calendar.world().forget_tokens();
    let run = workshop.sync("google-calendar", "gc", "events").await;
    assert!(workshop.log(&run).await.contains("Google no longer knows the sync token"), "{run}");
    let expected = ["primary:standup", "primary:standup_20260204", "primary:tasting", "team@group.calendar.google.com:retreat"];
    assert_eq!(workshop.ids("google-calendar", "gc", "GoogleCalendarEvent").await, expected);
}
