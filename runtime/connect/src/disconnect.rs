//! The end of a connection.

use syncline_domain::{ActionCall, EventKind, Trigger};
use syncline_store::ConnectionRow;

use crate::{Connect, ConnectError};

impl Connect {
    /// Runs the product's `pre-connection-deletion` functions, then deletes. What they answer does not keep a connection alive: whoever
    /// deletes has decided. `false` when it was gone already.
    pub async fn disconnect(&self, row: &ConnectionRow) -> Result<bool, ConnectError> {
        let functions = self.store().functions().list(row.environment, Some(row.integration)).await?;
        let before = functions.iter().filter(|f| f.enabled && f.definition.event == Some(EventKind::PreConnectionDeletion));
        for function in before {
            let call = ActionCall {
                environment: row.environment,
                connection: row.id,
                function: function.id,
                input: "null".to_owned(),
                trigger: Trigger::Connection,
            };
            let Some(runner) = self.runner() else { break };
            let name = &function.definition.name;
            match runner.run_action(call).await {
                Ok(outcome) => {
                    if let Err(error) = outcome.result {
                        tracing::warn!(function.name = %name, error = %error, "a function before the deletion failed; deleting all the same");
                    }
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(function.name = %name, error, "a function before the deletion could not be run; deleting all the same");
                }
            }
        }
        Ok(self.store().connections().delete(row.id, self.now()).await?)
    }
}
