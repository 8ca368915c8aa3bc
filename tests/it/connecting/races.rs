//! C4: connecting, refreshing and deleting the same connection at once.

use reqwest::Method;
use serde_json::{Value, json};
use syncline_domain::{ConnectionName, ConnectionRef, EnvironmentId, IntegrationKey};

use super::Stage;
use crate::both::on_both_databases;
use crate::browser::Browser;
use crate::node::Answer;

const ROUNDS: u64 = 12;

/// Small, seeded, and good enough to shuffle who is first.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // Knuth's MMIX generator; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Lets others go first, `steps` times.
async fn dawdle(steps: u64) {
    for _ in 0..steps {
        tokio::task::yield_now().await;
    }
}

async fn reconnect(stage: &Stage, connection: &str) -> Option<Answer> {
    let body = json!({ "connection_id": connection, "integration_id": "acme" });
    let session = stage.app.post("/connect/sessions/reconnect", body).await;
    if !session.status.is_success() {
        // Deleted already.
        assert_eq!(session.status.as_u16(), 400, "{session:?}");
        return None;
    }
    let token = session.json()["data"]["token"].as_str().unwrap().to_owned();
    Some(Browser::new().go(&stage.begin_url("acme", &token, ""), None).await)
}

on_both_databases! {
    /// C4: the end is a connection that works, or none at all. A deletion that was promised holds: no secret comes back.
    async fn connecting_refreshing_and_deleting_at_once_ends_well(stage: Stage) {
        let seed = std::env::var_os("SYNCLINE_TEST_SEED").and_then(|text| text.to_str()?.parse().ok());
        let seed: u64 = seed.unwrap_or_else(|| u64::from(std::process::id()));
        println!("seed {seed}; set SYNCLINE_TEST_SEED to run it again");
        let mut dice = Dice(seed);
        stage.integrate("acme").await;
        let mut deleted = Vec::new();
        for round in 0..ROUNDS {
            let user = format!("user-{round}");
            let connection = stage.authorize("acme", &user).await;
            let path = format!("/connections/{connection}?provider_config_key=acme");
            let (first, second, third) = (dice.roll(400), dice.roll(400), dice.roll(400));
            let remove = async {
                dawdle(first).await;
                stage.app.call(Method::DELETE, &path, &[], None).await
            };
            let refresh = async {
                dawdle(second).await;
                stage.read("acme", &connection, "&force_refresh=true").await
            };
            let again = async {
                dawdle(third).await;
                reconnect(&stage, &connection).await
            };
            let (removed, refreshed, page) = tokio::join!(remove, refresh, again);
            assert!(removed.status.is_success(), "round {round}: {removed:?}");
            assert!([200, 400, 404, 424].contains(&refreshed.status.as_u16()), "round {round}: {refreshed:?}");
            if let Some(page) = &page {
                assert!([200, 400].contains(&page.status.as_u16()), "round {round}: {page:?}");
            }
            // The deletion ended before this question: what is there now can only be what was never deleted, and here everything was.
            let left = stage.connections_of(&user).await;
            assert_eq!(left, Vec::<String>::new(), "round {round}: came back");
            let used = stage.proxied("acme", &connection, "/api/me").await;
            assert_eq!(used.status.as_u16(), 400, "round {round}: {used:?}");
            deleted.push(connection);
        }
        assert_eq!(stage.world.counts("acme").reuses, 0, "a refresh token was spent twice");
        stage.stop();
        // No row of theirs holds credentials any more.
        let store = stage.app.database.open().await;
        for name in deleted {
            let of = ConnectionRef { integration: IntegrationKey::new("acme").unwrap(), connection: ConnectionName::new(name).unwrap() };
            let found = store.connections().lookup_by_name_with_credentials(EnvironmentId(1), &of).await.unwrap();
            assert!(found.is_none(), "{found:?}");
        }
        store.close().await;
    }

    /// C4: an import over a connection that is being refreshed: the newer credentials stay.
    async fn an_override_beats_the_refresh_that_was_under_way(stage: Stage) {
        use crate::authorization::{Gate, Plan};
        stage.integrate("acme").await;
        let connection = stage.authorize("acme", "ada").await;
        let gate = Gate::new();
        stage.world.plan("/acme/token", Plan::Hold(gate.clone()));
        let refresh = stage.read("acme", &connection, "&force_refresh=true");
        let override_it = async {
            gate.arrived().await;
            let credentials = json!({ "type": "OAUTH2", "access_token": "newer-token", "refresh_token": "newer-refresh" });
            let body = json!({ "provider_config_key": "acme", "connection_id": connection, "credentials": credentials });
            stage.app.post("/connections", body).await.ok();
            gate.open();
        };
        let (refreshed, ()) = tokio::join!(refresh, override_it);
        let shown: Value = refreshed.ok();
        assert_eq!(shown["credentials"]["access_token"], "newer-token", "{shown}");
        let shown = stage.read("acme", &connection, "&refresh_token=true").await.ok();
        assert_eq!(shown["credentials"]["refresh_token"], "newer-refresh");
    }
}
