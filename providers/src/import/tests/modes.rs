//! Their definition, our entry: one pair for each auth mode and each way of writing something.

use super::*;

/// Left what a file says below the head, right what becomes of it. Whatever else comes of it fails the test, notes too.
const PAIRS: &[(&str, &str, &[&str])] = &[
    (
        r"
auth_mode: OAUTH2
authorization_url: https://${connectionConfig.subdomain}.acme.example/authorize
authorization_params: {response_type: code, access_type: offline, login_hint: undefined, empty: ''}
authorization_url_replacements: {client_id: client_key}
authorization_url_skip_empty: true
token_url: https://acme.example/token
token_params: {grant_type: authorization_code, audience: api}
token_headers: {x-client: '${clientId}'}
authorization_method: header
token_request_method: get
body_format: json
refresh_url: https://acme.example/refresh
refresh_params: {grant_type: refresh_token, audience: api}
scope_separator: ','
default_scopes: [read, write]
disable_pkce: true
token_response: {token: data.token, refresh_token: data.refresh, token_expiration: data.ends, token_expiration_strategy: expireAt}
token_expires_in_ms: 7200000
expires_in_unit: milliseconds
token_response_metadata: [region]
redirect_uri_metadata: [realm]
authorization_code_param_in_callback: auth_code
proxy: {base_url: 'https://${connectionConfig.region}.acme.example'}
connection_config:
  subdomain:
    {type: string, title: Subdomain, description: Of the account, pattern: '^[a-z]+$', example: initech, order: 1, doc_section: where,
      prefix: https://, suffix: .acme.example, optional: false}
",
        r"
auth:
  mode: OAUTH2
  authorization_url: https://${connectionConfig.subdomain}.acme.example/authorize
  authorization_params: {access_type: offline}
  parameter_names: {client_id: client_key}
  token_url: https://acme.example/token
  token_params: {audience: api}
  token_headers: {x-client: '${clientId}'}
  token_auth: basic
  token_method: GET
  body_format: json
  refresh_url: https://acme.example/refresh
  refresh_params: {audience: api}
  scope_separator: ','
  default_scopes: [read, write]
  pkce: false
  token_response: {token: data.token, refresh_token: data.refresh, expires_at: data.ends, lifetime_s: 7200, expires_in_unit: ms}
  token_response_metadata: [region]
  callback_metadata: [realm]
  code_param: auth_code
proxy: {base_url: 'https://${connectionConfig.region}.acme.example'}
connection_config:
  subdomain:
    {title: Subdomain, description: Of the account, pattern: '^[a-z]+$', example: initech, order: 1, doc_section: where,
      prefix: https://, suffix: .acme.example, optional: false}
  region: {title: region, description: Told by the provider, automated: true}
",
        &[],
    ),
    // As short as it can be: PKCE is the default there.
    (
        r"
auth_mode: OAUTH2
authorization_url: https://acme.example/authorize
token_url: https://acme.example/token
alternate_access_token_response_path: authed_user.access_token
token_request_auth_method: basic
proxy: {base_url: https://api.acme.example}
",
        r"
auth:
  mode: OAUTH2
  authorization_url: https://acme.example/authorize
  token_url: https://acme.example/token
  token_auth: basic
  pkce: true
  token_response: {token: [access_token, authed_user.access_token]}
proxy: {base_url: https://api.acme.example}
",
        &[],
    ),
    (
        r"
auth_mode: OAUTH1
request_url: https://acme.example/request
request_params: {scope: read}
authorization_url: https://acme.example/authorize
authorization_params: {expiration: never}
token_url: https://acme.example/access
signature_method: PLAINTEXT
token_response_metadata: [user_id]
proxy: {base_url: https://api.acme.example}
",
        r"
auth:
  mode: OAUTH1
  request_url: https://acme.example/request
  request_params: {scope: read}
  authorization_url: https://acme.example/authorize
  authorization_params: {expiration: never}
  token_url: https://acme.example/access
  signature_method: PLAINTEXT
  token_response_metadata: [user_id]
proxy: {base_url: https://api.acme.example}
",
        &[],
    ),
    (
        r"
auth_mode: OAUTH2_CC
token_url: https://${connectionConfig.hostname}/token
token_params: {grant_type: client_credentials, audience: '${credentials.audience}'}
token_headers: {authorization: 'Basic ${base64(${clientId}:${clientSecret})}'}
default_scopes: [read]
token_response: {token: token, token_expiration: ttl}
token_response_metadata: [account]
proxy:
  base_url: https://${connectionConfig.hostname}/api
  headers: {x-token: '${accessToken}'}
connection_config:
  hostname: {type: string, title: Host, description: Of your server, format: hostname}
credentials:
  client_id: {type: string, title: App ID, description: Under Apps}
  audience: {type: string, title: Audience, description: Beside it, enum: [a, b], default_value: a}
",
        r"
auth:
  mode: OAUTH2_CC
  token_url: https://${connectionConfig.hostname}/token
  token_params: {audience: '${credentials.audience}'}
  token_headers: {authorization: 'Basic ${base64(${credentials.client_id}:${credentials.client_secret})}'}
  default_scopes: [read]
  token_response: {token: token, expires_in: ttl}
  token_response_metadata: [account]
proxy:
  base_url: https://${connectionConfig.hostname}/api
  headers: {x-token: '${credentials.token}'}
connection_config:
  hostname: {title: Host, description: Of your server, format: hostname}
credentials:
  client_id: {title: App ID, description: Under Apps}
  audience: {title: Audience, description: Beside it, enum: [a, b], default_value: a}
",
        &[],
    ),
    (
        "auth_mode: OAUTH2_CC\ntoken_url: https://acme.example/token\nrequire_client_certificate: true\nproxy: {base_url: https://api.acme.example}",
        "auth: {mode: OAUTH2_CC, token_url: https://acme.example/token, client_proof: certificate}\nproxy: {base_url: https://api.acme.example}",
        &[],
    ),
    (
        "auth_mode: OAUTH2_CC\ntoken_url: https://acme.example/token\ntoken_request_auth_method: private_key_jwt\nproxy: {base_url: https://api.acme.example}",
        "auth: {mode: OAUTH2_CC, token_url: https://acme.example/token, client_proof: private_key_jwt}\nproxy: {base_url: https://api.acme.example}",
        &[],
    ),
    (
        r"
auth_mode: API_KEY
proxy:
  base_url: https://api.acme.example
  headers: {authorization: 'Token ${apiKey}', x-version: 2, accept: application/json}
  query: {lang: en}
  decompress: true
  retry: {after: retry-after, at: x-reset, remaining: x-remaining, error_code: 429}
  paginate: {type: offset, offset_name_in_request: skip, offset_start_value: 1, limit_name_in_request: take, response_path: data}
  verification: {method: get, endpoints: [/me, /users], headers: {accept: application/json}}
credentials:
  apiKey: {type: string, title: Key, description: Under Settings, secret: true, hidden: false}
",
        r"
auth: {mode: API_KEY}
proxy:
  base_url: https://api.acme.example
  headers: {authorization: 'Token ${apiKey}', x-version: '2', accept: application/json}
  query: {lang: en}
  retry: {after: retry-after, at: x-reset, remaining: x-remaining, error_codes: ['429']}
  paginate: {type: offset, offset_name_in_request: skip, offset_start_value: 1, limit_name_in_request: take, response_path: data}
  verification: {method: GET, endpoints: [/me, /users], headers: {accept: application/json}}
credentials:
  apiKey: {title: Key, description: Under Settings, secret: true, hidden: false}
",
        &[],
    ),
    (
        "auth_mode: API_KEY\nproxy: {base_url: https://api.acme.example, body: {auth: {key: '${apiKey}'}}}",
        "auth: {mode: API_KEY}\nproxy: {base_url: https://api.acme.example, body: {auth.key: '${apiKey}'}}",
        &[],
    ),
    (
        "auth_mode: BASIC\nproxy: {base_url: https://api.acme.example, headers: {authorization: 'Basic ${base64(${username}:)}'}}",
        "auth: {mode: BASIC}\nproxy: {base_url: https://api.acme.example, headers: {authorization: 'Basic ${base64(${username}:)}'}}",
        &[],
    ),
    (
        r"
auth_mode: JWT
signature: {protocol: HMAC, hmac_secret_encoding: hex}
token:
  signing_key: ${credentials.secret}
  expires_in_ms: 240000
  header: {alg: HS256, typ: JWT, kid: '${credentials.id}'}
  payload: {iat: '${now::X}', exp: '${now:+5:minutes:X}', aud: /admin/}
proxy: {base_url: https://api.acme.example}
credentials:
  id: {type: string, title: ID, description: Of the key}
  secret: {type: string, title: Secret, description: Of the key, secret: true}
",
        r"
auth:
  mode: JWT
  jwt:
    algorithm: HS256
    key_encoding: hex
    signing_key: ${credentials.secret}
    lifetime_s: 240
    header: {kid: '${credentials.id}'}
    payload: {aud: /admin/}
proxy: {base_url: https://api.acme.example}
credentials:
  id: {title: ID, description: Of the key}
  secret: {title: Secret, description: Of the key, secret: true}
",
        &[],
    ),
    // The token that is signed buys the one that is used.
    (
        r"
auth_mode: JWT
signature: {protocol: RSA}
token: {signing_key: '${credentials.key}', payload: {sub: '${credentials.user}', admin: true}}
token_url: https://acme.example/token
token_params: {grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: '${token}'}
token_response: {token: access_token}
proxy: {base_url: https://api.acme.example}
credentials:
  user: {type: string, title: User, description: Who signs in}
  key: {type: string, title: Key, description: PEM, secret: true}
",
        r"
auth:
  mode: JWT
  jwt:
    algorithm: RS256
    signing_key: ${credentials.key}
    lifetime_s: 300
    payload: {sub: '${credentials.user}', admin: 'true'}
  token_request:
    url: https://acme.example/token
    body: {grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: '${credentials.assertion}'}
  token_response: {token: access_token}
proxy: {base_url: https://api.acme.example}
credentials:
  user: {title: User, description: Who signs in}
  key: {title: Key, description: PEM, secret: true}
",
        &["token.payload.admin"],
    ),
    (
        r"
auth_mode: TWO_STEP
token_url: https://acme.example/login
token_params: {user: {name: '${credentials.name}', pin: '${credentials.pin}'}, scope: all}
token_headers: {accept: application/json}
body_format: json
token_response: {token: data.token, refresh_token: data.refresh, token_expiration: data.ttl, token_expiration_strategy: expireIn}
refresh_url: https://acme.example/renew
refresh_token_params: {token: '${refresh_token}'}
refresh_token_headers: {x-renew: '1'}
proxy: {base_url: https://api.acme.example, headers: {x-session: '${accessToken}'}}
credentials:
  name: {type: string, title: Name, description: Of the account}
  pin: {type: string, title: PIN, description: Of the account, secret: true}
",
        r"
auth:
  mode: TWO_STEP
  token_request:
    url: https://acme.example/login
    headers: {accept: application/json}
    body: {user.name: '${credentials.name}', user.pin: '${credentials.pin}', scope: all}
    body_format: json
  refresh_request:
    url: https://acme.example/renew
    body: {token: '${refreshToken}'}
    headers: {x-renew: '1'}
    body_format: json
  token_response: {token: data.token, refresh_token: data.refresh, expires_in: data.ttl}
proxy: {base_url: https://api.acme.example, headers: {x-session: '${credentials.token}'}}
credentials:
  name: {title: Name, description: Of the account}
  pin: {title: PIN, description: Of the account, secret: true}
",
        &[],
    ),
    // The first request answers what the further ones read, and the last one yields the token.
    (
        r"
auth_mode: TWO_STEP
token_url: https://acme.example/start
token_request_method: GET
token_params: {key: '${credentials.key}'}
additional_steps:
  - token_url: https://acme.example/finish
    token_params: {ticket: '${step1.ticket}'}
    body_format: json
token_response: {token: token}
proxy: {base_url: https://api.acme.example}
credentials:
  key: {type: string, title: Key, description: Of the account, secret: true}
",
        r"
auth:
  mode: TWO_STEP
  steps:
    - {url: https://acme.example/start, method: GET, query: {key: '${credentials.key}'}}
  token_request: {url: https://acme.example/finish, body: {ticket: '${step1.ticket}'}, body_format: json}
  token_response: {token: token}
proxy: {base_url: https://api.acme.example}
credentials:
  key: {title: Key, description: Of the account, secret: true}
",
        &[],
    ),
    (
        r"
auth_mode: BILL
token_url: https://acme.example/login
token_params: {user: '${username}', pass: '${password}', org: '${credentials.organization_id}', key: '${credentials.dev_key}'}
token_response: {token: session}
token_expires_in_ms: 1800000
proxy: {base_url: https://api.acme.example, headers: {session: '${credentials.session_id}'}}
",
        r"
auth:
  mode: BILL
  token_request:
    url: https://acme.example/login
    body: {user: '${username}', pass: '${password}', org: '${credentials.organization_id}', key: '${credentials.dev_key}'}
  token_response: {token: session, lifetime_s: 1800}
proxy: {base_url: https://api.acme.example, headers: {session: '${credentials.session_id}'}}
",
        &[],
    ),
    // Without a body, as the provider that the mode is named after has it.
    (
        "auth_mode: BILL\ntoken_url: https://acme.example/login\nproxy: {base_url: https://api.acme.example, headers: {session: '${credentials.session_id}'}}",
        r"
auth:
  mode: BILL
  token_request:
    url: https://acme.example/login
    body:
      username: ${username}
      password: ${password}
      organizationId: ${credentials.organization_id}
      devKey: ${credentials.dev_key}
    body_format: json
  token_response: {token: sessionId, lifetime_s: 1800}
  fields: {user_id: userId}
proxy: {base_url: https://api.acme.example, headers: {session: '${credentials.session_id}'}}
",
        &[],
    ),
    (
        "auth_mode: SIGNATURE\nsignature: {protocol: WSSE}\ntoken: {expires_in_ms: 240000}\nproxy: {base_url: https://api.acme.example, headers: {x-wsse: '${accessToken}'}}",
        "auth: {mode: SIGNATURE, lifetime_s: 240}\nproxy: {base_url: https://api.acme.example, headers: {x-wsse: '${credentials.token}'}}",
        &[],
    ),
    (
        "auth_mode: TBA\nproxy: {base_url: 'https://${connectionConfig.accountId}.acme.example'}\nconnection_config:\n  accountId: {type: string, title: Account, description: Its ID, pattern: '[A-Z0-9_]+'}",
        "auth: {mode: TBA}\nproxy: {base_url: 'https://${connectionConfig.accountId}.acme.example'}\nconnection_config:\n  accountId: {title: Account, description: Its ID, pattern: '[A-Z0-9_]+'}",
        &[],
    ),
    (
        "auth_mode: APP\nauthorization_url: https://acme.example/install\ntoken_url: https://api.acme.example/installations/${connectionConfig.installation_id}/tokens\nproxy: {base_url: https://api.acme.example}",
        r"
auth:
  mode: APP
  app:
    authorization_url: https://acme.example/install
    token_request: {url: 'https://api.acme.example/installations/${credentials.installation_id}/tokens'}
    token_response: {token: [token, access_token]}
    jwt_lifetime_s: 540
proxy: {base_url: https://api.acme.example}
",
        &[],
    ),
    (
        r"
auth_mode: MCP_OAUTH2
client_registration: cimd
authorization_url: https://mcp.acme.example/authorize
token_url: https://mcp.acme.example/token
registration_url: https://mcp.acme.example/register
default_scopes: [read]
proxy: {base_url: https://mcp.acme.example/mcp}
",
        "auth: {mode: MCP_OAUTH2, registration: client_metadata, default_scopes: [read], server_url: https://mcp.acme.example/mcp}\nproxy: {base_url: https://mcp.acme.example/mcp}",
        &[],
    ),
    (
        "auth_mode: MCP_OAUTH2_GENERIC\nproxy: {base_url: '${connectionConfig.mcp_server_url}'}\nconnection_config:\n  mcp_server_url: {type: string, title: Server, description: Its URL, format: uri}",
        "auth: {mode: MCP_OAUTH2_GENERIC, server_url: '${connectionConfig.mcp_server_url}'}\nproxy: {base_url: '${connectionConfig.mcp_server_url}'}\nconnection_config:\n  mcp_server_url: {title: Server, description: Its URL, format: uri}",
        &[],
    ),
    (
        "auth_mode: INSTALL_PLUGIN\nauthorization_url: https://acme.example/plugins/install\nproxy: {base_url: https://api.acme.example}",
        "auth: {mode: INSTALL_PLUGIN, install_url: https://acme.example/plugins/install}\nproxy: {base_url: https://api.acme.example}",
        &[],
    ),
    ("auth_mode: NONE", "auth: {mode: NONE}\nproxy: {no_base_url: the imported definition has none}", &[]),
    // What is asked only sometimes, and what a script would have filled in.
    (
        r"
auth_mode: NONE
post_connection_script: acmePostConnection
proxy: {base_url: 'https://${connectionConfig.region}.acme.example/${connectionConfig.tenant}'}
connection_config:
  region: {type: string, title: Region, description: Of the account, automated: true, hidden: true}
integration_config:
  plan: {type: string, title: Plan, description: As billed, enum: [free, paid], default_value: free}
  seats: {type: string, title: Seats, description: Paid for, visible_when: {field: plan, equals: paid}, warnings: {'1': Alone?}}
",
        r"
auth: {mode: NONE}
proxy: {base_url: 'https://${connectionConfig.region}.acme.example/${connectionConfig.tenant}'}
connection_config:
  region: {title: Region, description: Of the account}
  tenant: {title: tenant, description: '`tenant` of the provider''s addresses or headers'}
integration_config:
  plan: {title: Plan, description: As billed, enum: [free, paid], default_value: free}
  seats: {title: Seats, description: Paid for, visible_when: {field: plan, equals: paid}}
",
        &["connection_config", "post_connection_script", "connection_config.region", "integration_config.seats.warnings"],
    ),
];

#[test]
fn every_definition_becomes_the_entry_that_is_written_beside_it() {
    for (theirs, ours, noted) in PAIRS {
        let imported = acme(theirs);
        assert_eq!(body(&imported), yaml(ours), "{theirs}");
        let notes: Vec<&str> = imported.notes.iter().map(|note| note.field.strip_prefix("acme.").unwrap()).collect();
        assert_eq!(notes, *noted, "{theirs}\n{:?}", lines(&imported.notes));
        // Written as a file it is the same entry, and passes as one.
        let text = imported.to_yaml();
        assert_eq!(yaml(&text), imported.written, "{text}");
        crate::parse_entry(Path::new("acme.yaml"), &text).unwrap_or_else(|defect| panic!("{defect}\n{text}"));
    }
}

/// Of these, files say next to nothing: the flow is ours, and so are its facts.
#[test]
fn modes_whose_flow_is_code_are_as_shipped() {
    let aws = acme(
        "auth_mode: AWS_SIGV4\nproxy: {base_url: 'https://s3.${credentials.region || us-east-1}.amazonaws.com'}\nconnection_config:\n  external_id: {type: string, title: External ID, description: Of the role}",
    );
    let body = body(&aws);
    assert_eq!(body["auth"]["service"], "${integration.service}");
    assert_eq!(body["connection_config"]["external_id"]["title"], "External ID");
    assert!(body["integration_config"]["secret_access_key"]["secret"].as_bool().unwrap());
    // CUSTOM needs a request that no file of the format has.
    let shipped = read("github-app-oauth:\n  display_name: GitHub\n  categories: [dev-tools]\n  docs: https://docs.github.com\n  auth_mode: CUSTOM\n  token_url: {OAUTH2: https://github.com/login, APP: https://api.github.com/x}\n  proxy: {base_url: https://api.github.com}\n").remove(0);
    assert!(super::body(&shipped)["auth"]["ownership_request"]["url"].is_string());
    assert!(refused("auth_mode: CUSTOM\ntoken_url: {OAUTH2: https://a.example, APP: https://b.example}")[0].contains("ownership_request"));
}

#[test]
fn all_modes_are_in_the_table() {
    let in_table =
        |mode: &str| PAIRS.iter().any(|(_, ours, _)| yaml(ours)["auth"]["mode"] == mode) || ["AWS_SIGV4", "CUSTOM"].contains(&mode);
    for mode in crate::entry::auth::block::MODES {
        assert!(in_table(mode), "{mode}");
    }
}
