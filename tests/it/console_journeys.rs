//! What an operator does most, in a real browser. The journeys are in `tests/browser/cases/console.mjs`.

use serde_json::json;
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::javascript::{Suite, on_path};
use crate::node::KEY;

const PASSWORD: &str = "the operator of the journeys";

/// O5: and no page loads anything from elsewhere, or keeps anybody out.
#[test]
fn operators_find_their_way_in_a_browser() {
    let chromium = on_path(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
    let none = "Chromium is not installed (any of chromium, chromium-browser, google-chrome in the PATH)";
    let missing = chromium.is_none().then_some(none);
    let Some(suite) = Suite::find("browser", "BROWSER_TEST", "playwright-core", missing) else { return };
    syncline_store::testing::block_on(async {
        let app = App::start_in(TestDatabase::sqlite(), &[("SYNCLINE_CONSOLE_PASSWORD", PASSWORD)]).await;
        let about = json!({ "server": app.url(""), "key": KEY, "chromium": chromium, "consolePassword": PASSWORD });
        suite.run(about, None).await;
        assert!(!app.log().contains(PASSWORD), "the server's log shows the password");
    });
}
