//! The manifest: what a component says about its functions when it is asked to `describe` itself.
//!
//! [`Manifest::parse`] checks shape, names, duplicates and that kind and event agree, and names the function and the field that
//! is wrong. It does not parse schedules and does not compile schemas: whoever deploys does. Unknown fields are ignored, so that
//! a component built with a newer SDK still loads.

mod check;
mod error;
mod function;

pub use error::ManifestError;
pub use function::{EndpointManifest, FunctionKind, FunctionLimits, FunctionManifest, LifecycleEvent, ModelManifest};

use serde::Deserialize;

/// What `describe` returns.
#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    /// What the component was written with.
    #[serde(default)]
    pub sdk: Sdk,
    /// The integration that the functions are meant for, by its key.
    #[serde(default)]
    pub integration: Option<String>,
    /// At least one.
    pub functions: Vec<FunctionManifest>,
}

/// What a component was written with. For people; nothing depends on it but `build`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Sdk {
    /// The library's name.
    pub name: String,
    /// The library's version.
    pub version: String,
    /// The author's language.
    pub language: String,
    /// SHA-256, in hexadecimal, of everything that went into the component: the same for two builds whose bytes differ only by chance.
    pub build: Option<String>,
}

impl Manifest {
    /// Reads and checks the JSON text that `describe` returned.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let functions = check::functions_are_readable(text)?;
        let mut manifest: Self = serde_json::from_str(text).map_err(ManifestError::Malformed)?;
        debug_assert_eq!(manifest.functions.len(), functions);
        check::manifest(&manifest)?;
        if manifest.integration.as_deref() == Some("") {
            manifest.integration = None;
        }
        Ok(manifest)
    }

    /// The function of that kind and name.
    pub fn function(&self, kind: FunctionKind, name: &str) -> Option<&FunctionManifest> {
        self.functions.iter().find(|function| function.kind == kind && function.name == name)
    }
}

#[cfg(test)]
mod tests;
