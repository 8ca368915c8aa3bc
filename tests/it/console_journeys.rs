//! What people do and see in the console. The journeys and what a browser has to tell of each page are in `tests/browser/cases`.

mod crawl;
mod filled;
mod html;
mod operator;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::json;
use syncline_store::testing::TestDatabase;

use self::crawl::{Crawl, Page};
use self::filled::{ATTACK, Filled, PASSWORD};
use self::operator::Operator;
use crate::app::App;
use crate::javascript::{Suite, on_path};
use crate::node::KEY;

/// Where nobody's link leads, and why.
const NOT_LINKED: [&str; 5] = [
    // Before anybody is signed in; afterwards they lead on.
    "/setup",
    "/sign-in",
    // Its address is given to one person, once.
    "/invitation/{token}",
    // They lead on to the first page.
    "/",
    "/{environment}",
];

fn browser() -> Option<(Suite, std::path::PathBuf)> {
    let chromium = on_path(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
    let none = "Chromium is not installed (any of chromium, chromium-browser, google-chrome in the PATH)";
    let missing = chromium.is_none().then_some(none);
    let suite = Suite::find("browser", "BROWSER_TEST", "playwright-core", missing)?;
    Some((suite, chromium.expect("the suite asked for it")))
}

/// The ten things that operators do most.
#[test]
fn operators_find_their_way_in_a_browser() {
    let Some((suite, chromium)) = browser() else { return };
    syncline_store::testing::block_on(async {
        let Filled { app, .. } = Filled::start().await;
        let about = json!({ "files": ["console"], "server": app.url(""), "key": KEY, "chromium": chromium, "consolePassword": PASSWORD });
        suite.run(about, None).await;
        assert!(!app.log().contains(PASSWORD), "the server's log shows the password");
    });
}

/// Somebody who helps, and sees no secret.
#[test]
fn an_owner_adds_a_support_engineer_in_a_browser() {
    let Some((suite, chromium)) = browser() else { return };
    syncline_store::testing::block_on(async {
        // A world of its own: with a second operator everybody is asked for a name.
        let Filled { app, .. } = Filled::start().await;
        let about = json!({ "files": ["operators"], "server": app.url(""), "key": KEY, "chromium": chromium, "consolePassword": PASSWORD });
        suite.run(about, None).await;
    });
}

/// O5, X6: no page runs what it shows, loads anything from elsewhere, or keeps anybody out; in the light, at night and on a phone.
#[test]
fn everybody_can_read_every_page_in_a_browser() {
    let Some((suite, chromium)) = browser() else { return };
    syncline_store::testing::block_on(async {
        let Filled { app, invitation, .. } = Filled::start().await;
        let unclaimed = App::start(TestDatabase::sqlite()).await;
        let operator = Operator::sign_in(&app, PASSWORD).await;
        let crawl = Crawl::through(&operator, &["/console/dev/connections"], &[]).await;
        let about = json!({
            "files": ["pages"], "server": app.url(""), "key": KEY, "chromium": chromium, "consolePassword": PASSWORD,
            "unclaimed": unclaimed.url(""), "invitation": invitation, "attack": ATTACK, "pages": one_of_each(&crawl.pages),
        });
        suite.run(about, None).await;
    });
}

/// O5, X6: and none shows a secret, or anything of somebody else as more than text.
#[test]
fn every_link_leads_somewhere() {
    syncline_store::testing::block_on(async {
        let Filled { app, secrets, .. } = Filled::start().await;
        let operator = Operator::sign_in(&app, PASSWORD).await;
        let crawl = Crawl::through(&operator, &["/console/dev/connections"], &secrets).await;
        assert!(crawl.defects.is_empty(), "{} defects:\n{}", crawl.defects.len(), crawl.defects.join("\n"));
        let mut missed = crawl.missed();
        missed.retain(|route| !NOT_LINKED.contains(&route.as_str()));
        assert!(missed.is_empty(), "no link leads to {missed:?}");
        println!("{} pages of {} kinds", crawl.pages.len(), one_of_each(&crawl.pages).len());
    });
}

/// S6: nor does any page offer somebody what their role may not do: every link, and every form, of every page that they can open is answered.
#[test]
fn nobody_is_offered_what_they_may_not_do() {
    syncline_store::testing::block_on(async {
        let Filled { app, secrets, .. } = Filled::start().await;
        let owner = Operator::sign_in(&app, PASSWORD).await;
        for role in ["support", "developer"] {
            let operator = owner.add(&app, role).await;
            let mut crawl = Crawl::through(&operator, &["/console/dev/connections"], &secrets).await;
            let (mut forms, mut sent) = (crawl.forms(), 0);
            // It ends the session.
            forms.sort_by_key(|(route, _)| route == "/sign-out");
            for (route, action) in forms {
                let answer = operator.post(&action, &[]).await;
                sent += 1;
                if answer.status == StatusCode::FORBIDDEN || answer.status.is_server_error() {
                    crawl.defects.push(format!("{route}: {} for the form of {action}", answer.status));
                }
            }
            assert!(crawl.defects.is_empty(), "{role}: {} defects:\n{}", crawl.defects.len(), crawl.defects.join("\n"));
            assert!(crawl.pages.len() > 40 && sent > 8, "{role} found {} pages and {sent} forms", crawl.pages.len());
        }
    });
}

/// An address of each kind of page: where there is much to see, and, in the environment that nobody has used, where there is nothing.
fn one_of_each(pages: &[Page]) -> Vec<String> {
    let mut kinds = BTreeSet::new();
    let mut chosen = Vec::new();
    for page in pages {
        let is_used = page.address.starts_with("/console/dev/");
        if kinds.insert((page.route.as_str(), is_used)) {
            chosen.push(page.address.clone());
        }
    }
    chosen
}
