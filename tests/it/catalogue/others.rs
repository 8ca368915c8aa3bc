//! Providers of the other modes. What signs a request is checked as the provider does, in code that shares nothing with the server's.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::paging::Last::Absent;
use super::paging::Next::{Cursor, LastItem, LinkHeader, Offset, Page, PathBody};
use super::table::{Body, Row, Way, row};
use crate::authorization::{World, keys};

/// Fields of the provider's own, exchanged for a token: `TWO_STEP`, `BILL`, and `JWT` where the signature buys one.
#[derive(Clone, Copy)]
pub(super) struct Bought {
    /// Of this server.
    pub(super) endpoint: &'static str,
    /// What a person knows.
    pub(super) supplies: &'static [(&'static str, &'static str)],
    pub(super) method: &'static str,
    /// Headers that the request for the token must have.
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) body: Body,
    /// All that it must say.
    pub(super) asks: &'static [(&'static str, &'static str)],
    pub(super) answers: fn(&str) -> Value,
    /// The header in which the API wants the token, and how.
    pub(super) shows: (&'static str, fn(&str) -> String),
}

/// Requests are signed with what the person supplied, and nothing is asked before.
#[derive(Clone, Copy)]
pub(super) struct Signed {
    pub(super) endpoint: &'static str,
    pub(super) supplies: &'static [(&'static str, &'static str)],
    pub(super) admits: fn(&HeaderMap) -> Result<(), String>,
}

/// Signed in at the providers' world, which has these modes' rules already.
#[derive(Clone, Copy)]
pub(super) struct AtWorld {
    /// What the integration is given.
    pub(super) integration: Told,
    /// Blocks of the entry that name hosts, moved, and whatever else stands in the way of a stand-in.
    pub(super) hosts: fn(&World) -> String,
    pub(super) params: fn(&World) -> Vec<(&'static str, String)>,
    /// Where a form goes, and what is in it; `None` for a browser.
    pub(super) form: Option<(&'static str, Told)>,
    pub(super) admits: fn(&World, &Call<'_>) -> Result<(), String>,
    /// Where its API is, if it is the world's own too.
    pub(super) api: fn(&World) -> Option<String>,
}

/// What an operator or a person knows of the world.
type Told = fn(&World) -> Value;

/// A request of the API.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) url: String,
    pub(super) headers: &'a HeaderMap,
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn bare(token: &str) -> String {
    token.to_owned()
}

const fn bought(key: &'static str, bought: Bought) -> Row {
    row(key, Way::Bought(bought))
}

const TWO_STEP: Bought = Bought {
    endpoint: "/auth/two-step",
    supplies: &[("username", "ada"), ("password", "pass:&ö")],
    method: "POST",
    headers: &[],
    body: Body::Json,
    asks: &[],
    answers: |token| json!({ "access_token": token }),
    shows: ("authorization", bearer),
};

const AT_WORLD: AtWorld = AtWorld {
    integration: |_| json!({}),
    hosts: |_| String::new(),
    params: |_| Vec::new(),
    form: None,
    admits: |_, _| Ok(()),
    api: |_| None,
};

const GOOGLE: &str = "sync@acme.iam.gserviceaccount.com";
const GHOST_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

pub(super) const OTHERS: &[Row] = &[
    // Says `token` where others say `Bearer`, and takes nothing else.
    bought(
        "looker",
        Bought {
            supplies: &[("client_id", "looker-client"), ("client_secret", "looker/secret+")],
            body: Body::Form,
            asks: &[("client_id", "looker-client"), ("client_secret", "looker/secret+")],
            answers: |token| json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }),
            shows: ("authorization", |token| format!("token {token}")),
            ..TWO_STEP
        },
    )
    .paged("/api/4.0/users", "", "limit", Offset("offset")),
    // A session in a cookie.
    bought(
        "sap-business-one",
        Bought {
            asks: &[("CompanyDB", "SBODEMOUS"), ("UserName", "ada"), ("Password", "pass:&ö")],
            answers: |token| json!({ "SessionId": token, "Version": "1000190", "SessionTimeout": 30 }),
            shows: ("cookie", |token| format!("B1SESSION={token}")),
            ..TWO_STEP
        },
    )
    .paged("/BusinessPartners", "value", "$top", Offset("$skip")),
    // Its session is asked for with a PUT that says all in the query, and is a password then, of the company's number.
    bought(
        "tripletex",
        Bought {
            supplies: &[("consumer_token", "consumer/1"), ("employee_token", "employee=1")],
            method: "PUT",
            body: Body::Either,
            asks: &[("consumerToken", "consumer/1"), ("employeeToken", "employee=1"), ("expirationDate", "2099-01-01")],
            answers: |token| json!({ "value": { "id": 1, "token": token, "expirationDate": "2099-01-01" } }),
            shows: ("authorization", |token| format!("Basic {}", STANDARD.encode(format!("123456:{token}")))),
            ..TWO_STEP
        },
    )
    .paged("/employee", "values", "count", Offset("from")),
    // The session stands in the header without a word before it, and the next page is named without its host.
    bought(
        "veeva-vault",
        Bought {
            body: Body::Form,
            asks: &[("username", "ada"), ("password", "pass:&ö")],
            answers: |token| json!({ "responseStatus": "SUCCESS", "sessionId": token, "userId": 61603, "vaultId": 1776 }),
            shows: ("authorization", bare),
            ..TWO_STEP
        },
    )
    .paged("/api/v24.1/query?q=SELECT+id+FROM+documents", "data", "", PathBody("responseDetails/next_page", Absent)),
    // Name and password buy the token in a header; the body is empty.
    bought(
        "jamf-basic",
        Bought {
            headers: &[("authorization", "Basic YWRhOnBhc3M6JsO2")],
            body: Body::Either,
            answers: |token| json!({ "token": token, "expires": "2099-01-01T00:00:00.000Z" }),
            ..TWO_STEP
        },
    )
    .paged("/api/v1/computers-inventory", "results", "page-size", Page("page", 0)),
    // Each request shows the session and, beside it, the developer's key.
    bought(
        "bill",
        Bought {
            endpoint: "/auth/bill",
            supplies: &[
                ("username", "ada@example.com"),
                ("password", "pass:&ö"),
                ("organization_id", "00801ABCDEF"),
                ("dev_key", "dev-key-1"),
            ],
            asks: &[
                ("username", "ada@example.com"),
                ("password", "pass:&ö"),
                ("organizationId", "00801ABCDEF"),
                ("devKey", "dev-key-1"),
            ],
            answers: |token| json!({ "sessionId": token, "organizationId": "00801ABCDEF", "userId": "006" }),
            shows: ("sessionid", bare),
            ..TWO_STEP
        },
    )
    .sending(&[("devkey", "dev-key-1")])
    .paged("/v3/vendors", "results", "max", Cursor("page", "nextPage", Absent)),
    // A signed assertion buys the token.
    bought(
        "google-service-account-jwt",
        Bought {
            endpoint: "/auth/jwt",
            supplies: &[("client_email", GOOGLE), ("private_key", keys::PRIVATE)],
            body: Body::Form,
            asks: &[("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")],
            answers: |token| json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" }),
            ..TWO_STEP
        },
    )
    .paged("/drive/v3/files", "files", "pageSize", Cursor("pageToken", "nextPageToken", Absent))
    .saying(&[("response_path", "files")]),
    // The key's second half is hexadecimal, its first half the token's `kid`, and a token lives for five minutes at most.
    row(
        "ghost-admin",
        Way::Signed(Signed {
            endpoint: "/auth/jwt",
            supplies: &[("id", "64a1b2c3d4e5f60718293a4b"), ("secret", GHOST_KEY)],
            admits: ghost,
        }),
    )
    .paged("/posts/", "posts", "limit", Page("page", 1))
    .saying(&[("response_path", "posts")]),
    // WSSE over the hexadecimal text of the digest.
    row("emarsys", Way::Signed(Signed { endpoint: "/auth/signature", supplies: &[("username", "acme001"), ("password", "s3cret")], admits: emarsys })),
    row(
        "trello",
        Way::AtWorld(AtWorld { integration: consumer, hosts: oauth1, admits: |world, call| world.takes_oauth1(call.method, &call.url, call.headers), ..AT_WORLD }),
    )
    .paged("/1/boards/1/actions", "", "limit", LastItem("before"))
    .saying(&[
        ("type", "cursor"),
        ("cursor_name_in_request", "before"),
        ("cursor_path_in_response", "-1.id"),
        ("limit_name_in_request", "limit"),
    ]),
    row(
        "twitter",
        Way::AtWorld(AtWorld { integration: consumer, hosts: oauth1, admits: |world, call| world.takes_oauth1(call.method, &call.url, call.headers), ..AT_WORLD }),
    )
    .paged("/2/users/1/tweets", "data", "max_results", Cursor("pagination_token", "meta/next_token", Absent)),
    row(
        "github-app",
        Way::AtWorld(AtWorld {
            integration: |world| app(world, "plain"),
            hosts: |world| format!("auth:\n{}", installation(world, "plain")),
            admits: |world, call| world.takes("github", call.headers),
            ..AT_WORLD
        }),
    )
    .sending(&[("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")])
    .paged("/installation/repositories", "repositories", "per_page", LinkHeader)
    .saying(&[("response_path", "repositories")]),
    row(
        "github-app-oauth",
        Way::AtWorld(AtWorld {
            integration: |world| {
                let (id, secret) = world.client("github-user");
                let mut both = app(world, "with-user");
                (both["credentials"]["type"], both["credentials"]["client_id"]) = (json!("CUSTOM"), json!(id));
                both["credentials"]["client_secret"] = json!(secret);
                both
            },
            hosts: |world| {
                let (installed, user) = (installation(world, "with-user"), world.url("/github-user"));
                let owned = world.url("/github/user/installations/${credentials.installation_id}/repositories");
                format!(
                    "auth:\n  authorization_url: {user}/authorize\n  token_url: {user}/token\n{installed}  ownership_request:\n    url: {owned}\n"
                )
            },
            admits: |world, call| world.takes("github", call.headers),
            ..AT_WORLD
        }),
    )
    .paged("/installation/repositories", "repositories", "per_page", LinkHeader)
    .saying(&[("response_path", "repositories")]),
    // A list of a server of the person's own, as the protocol pages it.
    row(
        "mcp-generic",
        Way::AtWorld(AtWorld {
            hosts: |_| "connection_config:\n  mcp_server_url:\n    pattern: null\n".to_owned(),
            params: |world| vec![("mcp_server_url", world.url("/mcp"))],
            admits: |world, call| world.takes("mcp", call.headers),
            ..AT_WORLD
        }),
    )
    .paged("/tools", "result/tools", "", Cursor("params/cursor", "result/nextCursor", Absent))
    .posting(r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}"#)
    .saying(TOOLS),
    row(
        "linear-mcp",
        Way::AtWorld(AtWorld {
            hosts: |world| format!("auth:\n  server_url: {}\n", world.url("/mcp")),
            admits: |world, call| world.takes("mcp", call.headers),
            ..AT_WORLD
        }),
    )
    .paged("/mcp", "result/tools", "", Cursor("params/cursor", "result/nextCursor", Absent))
    .posting(r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}"#)
    .saying(TOOLS),
    // Signed for the account as realm, with underscores where its host has hyphens.
    row(
        "netsuite-tba",
        Way::AtWorld(AtWorld {
            integration: |world| {
                let mut integration = consumer(world);
                integration["credentials"]["type"] = json!("TBA");
                integration
            },
            params: |world| vec![("accountId", world.accounts().tba_account.clone())],
            form: Some(("/auth/tba", |world| {
                let (id, secret) = &world.accounts().tba_token;
                json!({ "token_id": id, "token_secret": secret })
            })),
            admits: |world, call| world.takes_tba(call.method, &call.url, call.headers),
            ..AT_WORLD
        }),
    )
    .paged("/services/rest/record/v1/customer", "items", "limit", Offset("offset")),
    // The role is assumed with the integration's keys, each request is signed with those of the role. Its lists are XML.
    row(
        "aws-sigv4",
        Way::AtWorld(AtWorld {
            integration: |world| {
                let (id, secret) = &world.accounts().aws;
                json!({ "integration_config": { "service": "s3", "access_key_id": id, "secret_access_key": secret } })
            },
            hosts: |world| format!("auth:\n  sts_url: {}\n", world.url("/sts")),
            params: |world| vec![("external_id", world.accounts().external_id.clone())],
            form: Some(("/auth/aws-sigv4", |world| json!({ "role_arn": world.accounts().role, "region": "eu-west-1" }))),
            api: |world| Some(world.url("/s3")),
            ..AT_WORLD
        }),
    ),
    // Public, and suspicious of whoever brings a credential along.
    row(
        "unauthenticated",
        Way::AtWorld(AtWorld {
            form: Some(("/auth/unauthenticated", |_| json!({}))),
            admits: |_, call| if call.headers.contains_key(header::AUTHORIZATION) { Err("a credential".to_owned()) } else { Ok(()) },
            ..AT_WORLD
        }),
    ),
];

/// What MCP says of every list: <https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/pagination>.
const TOOLS: &[(&str, &str)] = &[
    ("type", "cursor"),
    ("cursor_name_in_request", "params.cursor"),
    ("cursor_path_in_response", "result.nextCursor"),
    ("response_path", "result.tools"),
];

fn consumer(world: &World) -> Value {
    let (id, secret) = &world.accounts().consumer;
    json!({ "credentials": { "type": "OAUTH1", "client_id": id, "client_secret": secret } })
}

fn oauth1(world: &World) -> String {
    let url = |path: &str| world.url(&format!("/oauth1/{path}"));
    format!(
        "auth:\n  request_url: {}\n  authorization_url: {}\n  token_url: {}\n",
        url("request-token"),
        url("authorize"),
        url("access-token")
    )
}

fn app(world: &World, slug: &str) -> Value {
    let link = format!("https://github.com/apps/{slug}");
    json!({
        "credentials": { "type": "APP", "app_id": world.accounts().app_id, "app_link": link, "private_key": world.private_key() },
    })
}

/// The installation page is on the host that the integration's `app_link` names, which must be https.
fn installation(world: &World, slug: &str) -> String {
    let page = world.url(&format!("/github/apps/{slug}/installations/new"));
    let token = world.url("/github/app/installations/${credentials.installation_id}/access_tokens");
    format!("  app:\n    authorization_url: {page}\n    token_request:\n      url: {token}\n")
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// <https://docs.ghost.org/admin-api#token-authentication>
fn ghost(headers: &HeaderMap) -> Result<(), String> {
    let token = text(headers, "authorization").strip_prefix("Ghost ").ok_or("not `Ghost` and a token")?;
    let key: Vec<u8> = (0..GHOST_KEY.len()).step_by(2).map(|at| u8::from_str_radix(&GHOST_KEY[at..at + 2], 16).unwrap()).collect();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&["/admin/"]);
    validation.set_required_spec_claims(&["exp", "aud"]);
    let claims = decode::<Value>(token, &DecodingKey::from_secret(&key), &validation).map_err(|error| error.to_string())?.claims;
    let key_id = decode_header(token).map_err(|error| error.to_string())?.kid;
    if key_id.as_deref() != Some("64a1b2c3d4e5f60718293a4b") {
        return Err(format!("signed by {key_id:?}"));
    }
    let life = claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat);
    if life.is_some_and(|life| life <= 300) { Ok(()) } else { Err(format!("a life of {life:?} seconds")) }
}

/// <https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests>
pub(super) fn google(assertion: &str) -> Result<(), String> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["https://oauth2.googleapis.com/token"]);
    validation.set_issuer(&[GOOGLE]);
    let key = DecodingKey::from_rsa_pem(keys::PUBLIC.as_bytes()).unwrap();
    let claims = decode::<Value>(assertion, &key, &validation).map_err(|error| error.to_string())?.claims;
    let life = claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat);
    let is_right = claims["scope"] == "https://www.googleapis.com/auth/drive.readonly" && claims["sub"] == "jane@example.com";
    if is_right && life.is_some_and(|life| life <= 3600) { Ok(()) } else { Err(claims.to_string()) }
}

/// <https://dev.emarsys.com/docs/core-api-reference/>
fn emarsys(headers: &HeaderMap) -> Result<(), String> {
    let token = text(headers, "x-wsse").strip_prefix("UsernameToken ").ok_or("not a UsernameToken")?;
    let field = |name: &str| token.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value);
    let (nonce, created) = (field("Nonce").ok_or("no nonce")?, field("Created").ok_or("no time")?);
    let digest = crate::authorization::hex(&Sha1::new().chain_update(nonce).chain_update(created).chain_update("s3cret").finalize());
    if field("Username") == Some("acme001") && field("PasswordDigest") == Some(&STANDARD.encode(digest)) {
        Ok(())
    } else {
        Err(format!("{token} is not signed right"))
    }
}
