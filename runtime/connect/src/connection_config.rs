//! What a connection says besides its credentials, held against the entry.

use serde_json::{Map, Value};
use syncline_providers::Entry;

use crate::ConnectError;

/// Fills defaults in and checks what was given. A missing value is left to the request that needs it: wire contract 11.2, C4.
pub(crate) fn complete(entry: &Entry, config: &mut Map<String, Value>) -> Result<(), ConnectError> {
    for (name, field) in &entry.connection_config {
        match config.get(name) {
            None => {
                if let Some(default) = &field.default_value {
                    config.insert(name.clone(), Value::String(default.clone()));
                }
            }
            Some(Value::String(value)) => {
                field.check(value).map_err(|defect| ConnectError::ConnectionConfig {
                    field: name.clone(),
                    problem: format!("has `{name}`, which {defect}"),
                })?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}
