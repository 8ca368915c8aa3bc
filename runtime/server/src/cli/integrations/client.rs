//! The OAuth client or app of an integration, as options: secrets come from files or stdin, never from the command line, which others on the
//! machine can see.

use std::collections::BTreeMap;
use std::io::Read as _;

use anyhow::Context;
use clap::Args;
use serde_json::{Map, Value};

use crate::config::ConfigError;

const HEADING: &str = "Your app at the provider";

/// What is given is set; the rest stays.
#[derive(Args)]
pub(super) struct ClientOptions {
    /// Client id of your OAuth app (OAuth 1.0a: consumer key)
    #[arg(long, value_name = "ID", help_heading = HEADING)]
    client_id: Option<String>,
    /// File with its client secret; - for stdin
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    client_secret_file: Option<String>,
    /// What to ask users for, separated by commas
    #[arg(long, value_name = "SCOPES", help_heading = HEADING)]
    scopes: Option<String>,
    /// Id of an app that users install
    #[arg(long, value_name = "ID", help_heading = HEADING)]
    app_id: Option<String>,
    /// Its public page
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    app_link: Option<String>,
    /// File with its private key in PEM; - for stdin
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    private_key_file: Option<String>,
    /// A setting of the provider, NAME=VALUE; repeat it for more. NAME=@FILE reads the value from a file
    #[arg(long, value_name = "NAME=VALUE", help_heading = HEADING)]
    config: Vec<String>,
}

impl ClientOptions {
    /// Whether a field of the client is given.
    pub(super) fn has_client(&self) -> bool {
        let texts = [&self.client_id, &self.client_secret_file, &self.scopes, &self.app_id, &self.app_link, &self.private_key_file];
        texts.into_iter().any(Option::is_some)
    }

    /// `client` with what is given in place of what it has.
    pub(super) fn merged(&self, mut client: Map<String, Value>) -> anyhow::Result<Map<String, Value>> {
        if self.client_secret_file.as_deref() == Some("-") && self.private_key_file.as_deref() == Some("-") {
            return Err(ConfigError::new("stdin can hold one secret only; give the other in a file").into());
        }
        let secret = |path: &Option<String>| path.as_deref().map(read_secret).transpose();
        let given = [
            ("client_id", self.client_id.clone()),
            ("client_secret", secret(&self.client_secret_file)?),
            ("scopes", self.scopes.clone()),
            ("app_id", self.app_id.clone()),
            ("app_link", self.app_link.clone()),
            ("private_key", secret(&self.private_key_file)?),
        ];
        client.retain(|_, value| !value.is_null());
        client.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
        Ok(client)
    }

    /// The provider's own settings; empty where none is given.
    pub(super) fn config(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let pair = |text: &String| {
            let wrong = || ConfigError::new(format!("--config is `{}`; write NAME=VALUE", text.split('=').next().unwrap_or_default()));
            let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(wrong)?;
            let value = match value.strip_prefix('@') {
                Some(path) => read_secret(path)?,
                None => value.to_owned(),
            };
            Ok((name.to_owned(), value))
        };
        self.config.iter().map(pair).collect()
    }
}

/// Without the line end that editors add.
fn read_secret(path: &str) -> anyhow::Result<String> {
    let text = if path == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("stdin could not be read")?;
        text
    } else {
        std::fs::read_to_string(path).with_context(|| format!("`{path}` could not be read"))?
    };
    match text.trim() {
        "" => Err(ConfigError::new(format!("{} is empty; it should hold the secret", if path == "-" { "stdin" } else { path })).into()),
        text => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        client: ClientOptions,
    }

    fn parse(arguments: &[&str]) -> ClientOptions {
        Program::try_parse_from(std::iter::once("syncline").chain(arguments.iter().copied())).unwrap().client
    }

    #[test]
    fn what_is_given_replaces_and_the_rest_stays() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secret");
        std::fs::write(&file, "hush\n").unwrap();
        let options = parse(&["--client-secret-file", file.to_str().unwrap(), "--config", "region=eu=1"]);
        let old = json!({ "type": "OAUTH2", "client_id": "i", "client_secret": "old", "scopes": null });
        let merged = options.merged(old.as_object().unwrap().clone()).unwrap();
        assert_eq!(Value::from(merged), json!({ "type": "OAUTH2", "client_id": "i", "client_secret": "hush" }));
        assert_eq!(options.config().unwrap()["region"], "eu=1");
        assert!(options.has_client() && !parse(&["--config", "a=b"]).has_client());
    }

    #[test]
    fn a_wrong_option_says_what_to_write_and_never_the_value() {
        let error = parse(&["--config", "hush"]).config().unwrap_err().to_string();
        assert!(error.contains("NAME=VALUE"), "{error}");
        let both = parse(&["--client-secret-file", "-", "--private-key-file", "-"]).merged(Map::new()).unwrap_err().to_string();
        assert!(both.contains("stdin"), "{both}");
        assert!(parse(&["--client-secret-file", "/does/not/exist"]).merged(Map::new()).unwrap_err().to_string().contains("/does/not"));
    }
}
