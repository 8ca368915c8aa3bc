//! JSON given on the command line: in the argument, in a file, or on stdin.

use std::io::Read;

use anyhow::Context;
use serde_json::value::RawValue;

use crate::config::ConfigError;

/// Kept as written, so that numbers of any size stay exact: `{"a":1}`, `@file.json`, or `-` for stdin.
pub(super) fn read(argument: &str) -> anyhow::Result<Box<RawValue>> {
    let (text, place) = match argument.strip_prefix('@') {
        _ if argument == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("stdin could not be read")?;
            (text, "stdin")
        }
        Some(path) => (std::fs::read_to_string(path).with_context(|| format!("`{path}` could not be read"))?, path),
        None => (argument.to_owned(), "the argument"),
    };
    serde_json::from_str(&text).map_err(|error| ConfigError::new(format!("{place} is not JSON: {error}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_that_is_not_json_says_where() {
        assert_eq!(read(r#"{"a":123456789012345678901}"#).unwrap().get(), r#"{"a":123456789012345678901}"#);
        assert!(read("{a:1}").unwrap_err().to_string().starts_with("the argument is not JSON: "));
        assert!(read("@/does/not/exist").unwrap_err().to_string().contains("/does/not/exist"));
    }
}
