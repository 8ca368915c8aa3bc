//! What people call things.

use syncline_store::IntegrationRow;

use crate::console::state::Console;

/// An integration's own name, else its provider's, else the key of a provider that is no longer there.
pub(in crate::console) fn name(console: &Console, row: &IntegrationRow) -> String {
    let own = row.display_name.clone().filter(|name| !name.is_empty());
    own.unwrap_or_else(|| provider(console, &row.provider))
}

/// A provider's name.
pub(in crate::console) fn provider(console: &Console, key: &str) -> String {
    console.app.catalogue.summary(key).map_or_else(|| key.to_owned(), |one| one.display_name.clone().into_owned())
}

/// How users sign in there, by the wire's name of the mode; what is met most often first.
pub(super) const SIGN_IN: &[(&str, &str)] = &[
    ("OAUTH2", "OAuth 2.0"),
    ("API_KEY", "API key"),
    ("OAUTH2_CC", "OAuth 2.0 client credentials"),
    ("BASIC", "User name and password"),
    ("TWO_STEP", "Token exchange"),
    ("MCP_OAUTH2", "MCP server, OAuth 2.1"),
    ("MCP_OAUTH2_GENERIC", "Any MCP server, OAuth 2.1"),
    ("OAUTH1", "OAuth 1.0a"),
    ("JWT", "Signed token (JWT)"),
    ("BILL", "Bill.com session"),
    ("SIGNATURE", "Signed user name"),
    ("TBA", "Token-based authentication"),
    ("AWS_SIGV4", "AWS role"),
    ("APP", "App installation"),
    ("CUSTOM", "App installation with its user"),
    ("INSTALL_PLUGIN", "Plugin installation"),
    ("NONE", "No sign-in"),
];

/// By the wire's name of the mode.
pub(super) fn sign_in(auth_mode: &str) -> &'static str {
    SIGN_IN.iter().find(|(mode, _)| *mode == auth_mode).map_or("Another way", |(_, words)| words)
}
