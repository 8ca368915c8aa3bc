//! Addresses below `/v1`, of which each belongs to one function.

use std::collections::HashMap;

use syncline_domain::{FunctionDefinition, FunctionName, IntegrationId};

use crate::error::ApiError;

/// Addresses that the components of one deployment have so far.
#[derive(Default)]
pub(super) struct Endpoints(HashMap<(IntegrationId, String, String), FunctionName>);

impl Endpoints {
    /// 400 `duplicate_endpoint` where another component has an address of these functions already.
    pub(super) fn add(&mut self, integration: IntegrationId, functions: &[FunctionDefinition]) -> Result<(), ApiError> {
        for function in functions {
            for endpoint in &function.endpoints {
                let place = (integration, endpoint.method.clone(), endpoint.path.clone());
                if let Some(other) = self.0.insert(place, function.name.clone()) {
                    let (method, path) = (&endpoint.method, &endpoint.path);
                    let message =
                        format!("`{other}` and `{}` both have the endpoint {method} {path}: give one of them another path", function.name);
                    return Err(ApiError::bad_request("duplicate_endpoint", message));
                }
            }
        }
        Ok(())
    }
}
