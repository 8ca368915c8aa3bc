//! Functions in the life of a connection.

use syncline_functions::prelude::*;

#[event(on = "validate-connection", description = "Refuses one tenant, and credentials that open nothing")]
pub async fn welcome(cx: EventContext) -> Result<()> {
    let connection = cx.connection().await?;
    if connection.connection_config["tenant"] == "forbidden" {
        return Err(ActionError::new(json!({ "message": "this tenant is not welcome" })).into());
    }
    // The connection is not there yet for anybody else, and works all the same.
    cx.get("/api/me").send().await?;
    Ok(())
}

#[event(on = "post-connection-creation", description = "Leaves a mark in the new connection's metadata")]
pub async fn connected(cx: EventContext) -> Result<()> {
    cx.update_metadata(&json!({ "connected": true })).await
}

#[event(on = "pre-connection-deletion", description = "Uses the connection a last time")]
pub async fn farewell(cx: EventContext) -> Result<()> {
    cx.get("/api/items").send().await?;
    Ok(())
}

component!(integration = "guarded"; welcome, connected, farewell);
