//! OAuth as the Model Context Protocol has it (authorization specification of 2025-11-25 and later).

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Template;

/// What discovery (RFC 9728, 8414) does not tell.
#[derive(Clone, Debug)]
pub struct Mcp {
    /// The protected resource: the MCP server's URL.
    pub server_url: Template,
    /// Whether the user names the server: `MCP_OAUTH2_GENERIC`.
    pub is_generic: bool,
    /// How we become a client.
    pub registration: ClientRegistration,
    /// Asked for when nobody names any.
    pub default_scopes: Vec<String>,
}

/// How we become a client of the authorization server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientRegistration {
    /// By a metadata document at our own URL where the server knows that, else by registration.
    #[default]
    Automatic,
    /// RFC 7591.
    Dynamic,
    /// A metadata document at our own URL is the client id.
    ClientMetadata,
    /// The integration has a client.
    Static,
}
