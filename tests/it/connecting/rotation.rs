//! X4: a new key of encryption at rest, while accounts are being connected and tokens renewed.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Stage;
use crate::both::on_both_databases;
use crate::keys::keys;

on_both_databases! {
    /// X4: no refresh token is lost, and a browser that left under the old key comes back under the new one.
    async fn a_rotation_loses_no_token_and_no_flow(stage: Stage) {
        stage.integrate("acme").await;
        let connection = stage.authorize("acme", "ada").await;
        let token = stage.session("eve").await;
        let (mut browser, callback) = stage.authorize_until_callback("acme", &token).await;
        let is_rotated = AtomicBool::new(false);
        let traffic = async {
            let mut refreshes = 0;
            while !is_rotated.load(Ordering::SeqCst) || refreshes < 10 {
                stage.read("acme", &connection, "&force_refresh=true").await.ok();
                assert_eq!(stage.proxied("acme", &connection, "/api/me").await.ok()["me"], "acme");
                refreshes += 1;
            }
            refreshes
        };
        let rotation = async {
            let status = tokio::task::block_in_place(|| keys(&stage.app, &["rotate", "--wait"]));
            is_rotated.store(true, Ordering::SeqCst);
            assert_eq!(status["current"], 2);
        };
        let (refreshes, ()) = tokio::join!(traffic, rotation);
        let counts = stage.world.counts("acme");
        assert_eq!((counts.refreshes, counts.reuses, counts.invalid_grants), (refreshes, 0, 0));
        let page = browser.get(&callback).await;
        assert_eq!((page.status.as_u16(), stage.connections_of("eve").await.len()), (200, 1), "{}", page.text);
        stage.app.crash_and_restart().await;
        stage.read("acme", &connection, "&force_refresh=true").await.ok();
        assert_eq!(stage.proxied("acme", &connection, "/api/me").await.ok()["me"], "acme");
    }
}
