//! What can be wrong with a manifest.

use super::FunctionKind;

/// A manifest that cannot be deployed. The messages name the function and the field.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON, or not a manifest at all.
    #[error("the manifest is not readable")]
    Malformed(#[source] serde_json::Error),
    /// One function's entry has a missing field or one of the wrong type.
    #[error("function {function}: {reason}")]
    Function {
        /// Its name, or its place where the name itself is missing.
        function: String,
        /// Which field, and what is wrong with it.
        reason: String,
    },
    /// A component without functions does nothing.
    #[error("the manifest describes no functions")]
    Empty,
    /// A function's field has a value that is not allowed.
    #[error("function {function:?}: {field} {problem}")]
    Field {
        /// The function's name.
        function: String,
        /// The field's name, such as `models[2].name`.
        field: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Two functions, or one function twice, have the same endpoint.
    #[error("functions {one:?} and {other:?} both have the endpoint {endpoint}: give one of them another path")]
    DuplicateEndpoint {
        /// A function.
        one: String,
        /// Another, or the same.
        other: String,
        /// Method and path.
        endpoint: String,
    },
    /// Two functions of one kind have the same name.
    #[error("the manifest describes the {kind} {name:?} twice")]
    Duplicate {
        /// Their kind.
        kind: FunctionKind,
        /// Their name.
        name: String,
    },
}

impl ManifestError {
    /// Stable and machine-readable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Duplicate { .. } => "duplicate_function",
            Self::DuplicateEndpoint { .. } => "duplicate_endpoint",
            Self::Malformed(_) | Self::Function { .. } | Self::Empty | Self::Field { .. } => "invalid_manifest",
        }
    }
}
