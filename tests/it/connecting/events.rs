//! The product's own functions in the life of a connection.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;

use super::Stage;
use crate::both::on_both_databases;
use crate::guests::GUARD;
use crate::node::Answer;

async fn ready(stage: &Stage) {
    let body = json!({ "provider": "api-key", "unique_key": "guarded" });
    stage.app.post("/integrations", body).await.ok();
    let component = json!({ "wasm": STANDARD.encode(&*GUARD) });
    stage.app.post("/deployments", json!({ "components": [component] })).await.ok();
}

async fn connect(stage: &Stage, user: &str, config: &[(&str, &str)]) -> Answer {
    let token = stage.session(user).await;
    stage.supply("/api-auth/api-key/guarded", &token, config, json!({ "apiKey": stage.world.accounts().api_key })).await
}

on_both_databases! {
    /// `validate-connection` decides before anybody sees the connection.
    async fn a_validator_refuses_and_nothing_is_left(stage: Stage) {
        ready(&stage).await;
        let refused = connect(&stage, "eve", &[("tenant", "forbidden")]).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "connection_validation_failed".to_owned()), "{refused:?}");
        assert!(refused.text.contains("this tenant is not welcome"), "{refused:?}");
        assert!(stage.connections_of("eve").await.is_empty());
        let made = connect(&stage, "ada", &[("tenant", "welcome")]).await.ok();
        assert_eq!(stage.connections_of("ada").await, [made["connectionId"].as_str().unwrap()]);
    }

    /// `post-connection-creation` leaves its mark, and `pre-connection-deletion` is heard before the connection goes.
    async fn events_run_after_the_beginning_and_before_the_end(stage: Stage) {
        ready(&stage).await;
        let made = connect(&stage, "ada", &[("tenant", "welcome")]).await.ok();
        let connection = made["connectionId"].as_str().unwrap();
        stage
            .app
            .eventually("mark", || async {
                let shown = stage.read("guarded", connection, "").await.ok();
                (shown["metadata"]["connected"] == true).then_some(())
            })
            .await;
        let before = stage.world.requests("/api-key/api/items");
        stage.app.call(Method::DELETE, &format!("/connections/{connection}?provider_config_key=guarded"), &[], None).await.ok();
        stage
            .app
            .eventually("farewell", || async { (stage.world.requests("/api-key/api/items") > before).then_some(()) })
            .await;
        assert!(stage.connections_of("ada").await.is_empty());
    }
}
