//! Other functions: an action of the project runs here too, what would start a sync is noted.

use serde_json::{Value, json};
use syncline_host_api::host::{ConnectionRef, Failure, SyncOptions, failure};
use syncline_worker::contract;

use super::{Rehearsal, Setting};
use crate::world::ForeignAction;

impl Rehearsal {
    pub(super) async fn function_action(&self, of: Option<ConnectionRef>, action: String, input: String) -> Result<String, Failure> {
        if self.setting.depth >= contract::MAX_DEPTH {
            return Err(contract::too_deep());
        }
        let parsed: Value = serde_json::from_str(&input).map_err(|error| failure("invalid_action_input", error.to_string()))?;
        let (integration, connection) = (&self.setting.integration, &self.setting.connection);
        let own = of.as_ref().is_none_or(|of| of.provider_config_key == *integration && of.connection_id == *connection);
        let Some((member, function)) = self.project.action(&self.setting.member.integration, &action).filter(|_| own) else {
            self.setting.journal.effect("triggerAction", json!({ "action": action, "of": shown(of.as_ref()), "input": parsed }));
            return self.setting.world.action(ForeignAction { of, action, input }).await;
        };
        let setting = Setting {
            member,
            function,
            variant: syncline_domain::Variant::BASE.to_owned(),
            last_success_at: None,
            trigger: "function".to_owned(),
            input,
            metadata: self.state().metadata.clone(),
            checkpoint: None,
            depth: self.setting.depth + 1,
            ..self.setting.clone()
        };
        let outcome = Box::pin(self.project.run(setting)).await;
        self.state().metadata.clone_from(&outcome.metadata);
        outcome.result.map_err(|error| Failure {
            code: error.code,
            message: error.message,
            status: error.status,
            details: error.details.map(|details| details.get().to_owned()),
        })
    }

    pub(super) fn function_trigger(&self, of: Option<&ConnectionRef>, sync: &str, options: SyncOptions) {
        let value = json!({ "sync": sync, "of": shown(of), "reset": options.reset, "emptyCache": options.empty_cache });
        self.setting.journal.effect("triggerSync", value);
    }

    pub(super) fn function_start(&self, of: Option<&ConnectionRef>, sync: &str) {
        self.setting.journal.effect("startSync", json!({ "sync": sync, "of": shown(of) }));
    }
}

/// `None` is the run's own connection.
fn shown(of: Option<&ConnectionRef>) -> Value {
    of.map_or(Value::Null, |of| json!({ "providerConfigKey": of.provider_config_key, "connectionId": of.connection_id }))
}
