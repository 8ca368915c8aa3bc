//! The stand-in's providers, as an operator would describe them.

use super::World;

/// Key and what follows the head; `{URL}` is where the stand-in is.
const ENTRIES: &[(&str, &str)] = &[
    (
        "acme",
        "auth:
  mode: OAUTH2
  authorization_url: {URL}/acme/authorize
  token_url: {URL}/acme/token
  default_scopes: [read, write]
  pkce: true
  token_response_metadata: [account_id]
proxy:
  base_url: {URL}/acme
",
    ),
    // What is asked for first shows whether the credentials are any good.
    (
        "verified",
        "auth:
  mode: OAUTH2
  authorization_url: {URL}/evil/authorize
  token_url: {URL}/evil/token
  pkce: true
proxy:
  base_url: {URL}/evil
  verification:
    method: GET
    endpoints: [/api/me]
",
    ),
    (
        "evil",
        "auth:
  mode: OAUTH2
  authorization_url: {URL}/evil/authorize
  token_url: {URL}/evil/token
  pkce: true
proxy:
  base_url: {URL}/evil
",
    ),
    (
        "basic-client",
        "auth:
  mode: OAUTH2
  authorization_url: {URL}/basic/authorize
  token_url: {URL}/basic/token
  token_auth: basic
  body_format: json
  scope_separator: \",\"
  pkce: true
proxy:
  base_url: {URL}/basic
",
    ),
    // Says who it is in each callback (RFC 9207).
    (
        "named",
        "auth:
  mode: OAUTH2
  authorization_url: {URL}/named/authorize
  token_url: {URL}/named/token
  issuer: {URL}/named
  pkce: true
proxy:
  base_url: {URL}/named
",
    ),
    // The same authorization server, with its answers in odd places.
    (
        "nested",
        "auth:
  mode: OAUTH2
  authorization_url: {URL}/acme/authorize
  token_url: {URL}/acme/token
  pkce: true
  token_response:
    token: [user.access_token]
    refresh_token: user.refresh_token
    expires_in: user.expires_in
    expires_in_unit: ms
proxy:
  base_url: {URL}/acme
",
    ),
    (
        "oauth1",
        "auth:
  mode: OAUTH1
  request_url: {URL}/oauth1/request-token
  authorization_url: {URL}/oauth1/authorize
  token_url: {URL}/oauth1/access-token
  signature_method: HMAC-SHA1
  token_response_metadata: [screen_name]
proxy:
  base_url: {URL}/oauth1
",
    ),
    (
        "machine",
        "auth:
  mode: OAUTH2_CC
  token_url: {URL}/cc/token
  default_scopes: [read, write]
proxy:
  base_url: {URL}/cc
",
    ),
    (
        "two-step",
        "auth:
  mode: TWO_STEP
  token_request:
    url: {URL}/two-step/login
    body:
      auth.user: ${credentials.username}
      auth.pass: ${credentials.password}
    body_format: json
  refresh_request:
    url: {URL}/two-step/refresh
    headers:
      x-client: syncline
    body:
      refresh: ${credentials.refresh_token}
    body_format: json
  token_response:
    token: session.token
    refresh_token: session.refresh
    expires_at: session.until
credentials:
  username:
    title: User
    description: The name you sign in with
  password:
    title: Password
    description: The password you sign in with
    secret: true
proxy:
  base_url: {URL}/two-step
",
    ),
    (
        "bill",
        "auth:
  mode: BILL
  token_request:
    url: {URL}/bill/login
    body:
      userName: ${credentials.username}
      password: ${credentials.password}
      orgId: ${credentials.organization_id}
      devKey: ${credentials.dev_key}
  token_response:
    token: response_data.sessionId
    lifetime_s: 2100
  fields:
    user_id: response_data.usersId
proxy:
  base_url: {URL}/bill
  headers:
    sessionid: ${credentials.session_id}
    devkey: ${credentials.dev_key}
",
    ),
    (
        "jwt",
        "auth:
  mode: JWT
  jwt:
    algorithm: RS256
    signing_key: ${credentials.privateKey}
    header:
      kid: ${credentials.keyId}
    payload:
      iss: ${credentials.issuerId}
      aud: stand-in
    lifetime_s: 2
credentials:
  privateKey:
    title: Private key
    description: The key in PEM
    secret: true
  keyId:
    title: Key
    description: The id of the key
  issuerId:
    title: Issuer
    description: The id of the issuer
proxy:
  base_url: {URL}/jwt
",
    ),
    (
        "wsse",
        "auth:
  mode: SIGNATURE
  lifetime_s: 2
proxy:
  base_url: {URL}/wsse
  headers:
    x-wsse: ${credentials.token}
",
    ),
    (
        "tba",
        "auth:
  mode: TBA
connection_config:
  accountId:
    title: Account
    description: The account of the token
proxy:
  base_url: {URL}/tba
",
    ),
    (
        "aws",
        "auth:
  mode: AWS_SIGV4
  service: s3
  sts_url: {URL}/sts
  lifetime_s: 3600
integration_config:
  access_key_id:
    title: Access key
    description: Of the account that assumes the role
  secret_access_key:
    title: Secret key
    description: Of the account that assumes the role
    secret: true
connection_config:
  region:
    title: Region
    description: Where the bucket is
    optional: true
    default_value: eu-west-1
  external_id:
    title: External id
    description: What the role's trust policy asks for
    optional: true
proxy:
  base_url: {URL}/s3
",
    ),
    (
        "app",
        "auth:
  mode: APP
  app:
    authorization_url: {URL}/github/apps/plain/installations/new
    token_request:
      url: {URL}/github/app/installations/${credentials.installation_id}/access_tokens
      headers:
        accept: application/vnd.github+json
    token_response:
      token: token
      expires_at: expires_at
    jwt_lifetime_s: 540
proxy:
  base_url: {URL}/github
",
    ),
    (
        "app-with-user",
        "auth:
  mode: CUSTOM
  authorization_url: {URL}/github-user/authorize
  token_url: {URL}/github-user/token
  pkce: false
  app:
    authorization_url: {URL}/github/apps/with-user/installations/new
    token_request:
      url: {URL}/github/app/installations/${credentials.installation_id}/access_tokens
    token_response:
      token: token
      expires_at: expires_at
    jwt_lifetime_s: 540
  ownership_request:
    method: GET
    url: {URL}/github/user/installations/${credentials.installation_id}/repositories
proxy:
  base_url: {URL}/github-both
  headers:
    authorization: Bearer ${credentials.app.access_token}
    x-user-token: ${credentials.user.access_token}
",
    ),
    (
        "tools",
        "auth:
  mode: MCP_OAUTH2
  server_url: {URL}/mcp
  registration: automatic
  default_scopes: [tools]
proxy:
  base_url: {URL}/mcp
",
    ),
    (
        "any-tools",
        "auth:
  mode: MCP_OAUTH2_GENERIC
  server_url: ${connectionConfig.mcp_server_url}
  registration: dynamic
connection_config:
  mcp_server_url:
    title: Server
    description: The URL of the MCP server
    format: uri
proxy:
  base_url: ${connectionConfig.mcp_server_url}
",
    ),
    (
        "api-key",
        "auth:
  mode: API_KEY
connection_config:
  tenant:
    title: Tenant
    description: Which of the customer's tenants
    optional: true
proxy:
  base_url: {URL}/api-key
  headers:
    x-api-key: ${apiKey}
  verification:
    method: GET
    endpoints: [/api/me]
",
    ),
    // Shows what a connection's configuration becomes.
    (
        "templated",
        "auth:
  mode: API_KEY
connection_config:
  tenant:
    title: Tenant
    description: Which of the customer's tenants
    optional: true
proxy:
  base_url: {URL}/api-key
  headers:
    authorization: Bearer ${apiKey}
    x-tenant: ${connectionConfig.tenant}
  query:
    tenant: ${connectionConfig.tenant}
",
    ),
    (
        "query-key",
        "auth:
  mode: API_KEY
proxy:
  base_url: {URL}/query-key
  query:
    key: ${apiKey}
",
    ),
    (
        "basic-auth",
        "auth:
  mode: BASIC
proxy:
  base_url: {URL}/basic-auth
  verification:
    method: GET
    endpoints: [/api/me]
",
    ),
    (
        "none",
        "auth:
  mode: NONE
proxy:
  base_url: {URL}/none
",
    ),
    (
        "plugin",
        "auth:
  mode: INSTALL_PLUGIN
  install_url: {URL}/plugins/install
proxy:
  base_url: {URL}/basic-auth
",
    ),
];

impl World {
    /// File name and text of every entry.
    pub(crate) fn entries(&self) -> Vec<(String, String)> {
        let url = self.url("");
        ENTRIES
            .iter()
            .map(|(key, rest)| {
                let head = format!("key: {key}\ndisplay_name: Stand-in {key}\ncategories: [dev-tools]\ndocs: https://example.com/docs\n");
                let text = head + &rest.replace("{URL}", &url) + "sources: [https://example.com/docs]\n";
                (format!("{key}.yaml"), text)
            })
            .collect()
    }
}
