//! What people call things.

use syncline_providers::Auth;
use syncline_store::IntegrationRow;

use crate::console::state::Console;

/// An integration's own name, else its provider's, else the key of a provider that is no longer there.
pub(in crate::console) fn name(console: &Console, row: &IntegrationRow) -> String {
    let own = row.display_name.clone().filter(|name| !name.is_empty());
    own.unwrap_or_else(|| provider(console, &row.provider))
}

/// A provider's name.
pub(in crate::console) fn provider(console: &Console, key: &str) -> String {
    console.app.catalogue.get(key).map_or_else(|| key.to_owned(), |entry| entry.display_name.clone())
}

/// How users sign in there.
pub(super) const fn sign_in(auth: &Auth) -> &'static str {
    match auth {
        Auth::OAuth2(_) => "OAuth 2.0",
        Auth::OAuth1(_) => "OAuth 1.0a",
        Auth::ClientCredentials(_) => "OAuth 2.0 client credentials",
        Auth::ApiKey => "API key",
        Auth::Basic => "User name and password",
        Auth::Jwt(_) => "Signed token (JWT)",
        Auth::TwoStep(_) => "Token exchange",
        Auth::Bill(_) => "Bill.com session",
        Auth::Signature(_) => "Signed user name",
        Auth::Tba => "Token-based authentication",
        Auth::AwsSigV4(_) => "AWS role",
        Auth::App(_) => "App installation",
        Auth::AppWithUser(_) => "App installation with its user",
        Auth::Mcp(_) => "MCP server, OAuth 2.1",
        Auth::InstallPlugin { .. } => "Plugin installation",
        Auth::None => "No sign-in",
    }
}
