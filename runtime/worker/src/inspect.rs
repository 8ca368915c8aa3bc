//! A component on its way in: compiled, asked what it holds, and everything it says checked.

use syncline_domain::{Deployment, Digest, RunnerError};

use bytes::Bytes;
use syncline_engine::DescribeError;
use syncline_wall::{Executor, ManifestError};

use crate::definition;

/// What a deploy of these bytes would find in them.
pub(crate) async fn inspect(executor: &Executor, wasm: Bytes) -> Result<Deployment, RunnerError> {
    let (digest, manifest) = executor.describe(wasm).await.map_err(|error| match error {
        ManifestError::Compile(error) => RunnerError::Refused { code: error.code(), message: chain(&error) },
        ManifestError::Describe(error) => RunnerError::Refused { code: describe_code(&error), message: chain(&error) },
        other @ ManifestError::Internal(_) => RunnerError::Internal(Box::new(other)),
    })?;
    let functions = manifest.functions.iter().map(definition::from_manifest).collect::<Result<_, _>>()?;
    let digest = Digest(*digest.as_bytes());
    let build = manifest.sdk.build.filter(|build| is_build(build)).unwrap_or_else(|| digest.to_string());
    Ok(Deployment { digest, build, integration: manifest.integration, functions })
}

/// A SHA-256 in small hexadecimal digits; another text does not name a build.
fn is_build(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What went wrong and everything below it: the author sees this and nothing else.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// A component whose `describe` fails has no manifest; which limit it broke is in the message.
fn describe_code(error: &DescribeError) -> &'static str {
    match error {
        DescribeError::Run(_) => "describe_failed",
        DescribeError::Manifest(error) => error.code(),
    }
}
