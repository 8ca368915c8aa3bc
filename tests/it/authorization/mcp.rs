//! An MCP server and its authorization server: discovery (RFC 9728, 8414), registration (RFC 7591) and clients that are known by the URL of
//! their metadata document.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, header};
use axum::routing::{any, get, post};
use serde_json::{Value, json};

use super::api::thing_of;
use super::oauth2::Client;
use super::tokens::unauthorized;
use super::{World, answer, random, refuse};

/// What a test may change.
pub(crate) struct Desk {
    /// What the authorization server says is its issuer, if not its own.
    pub(crate) issuer: Option<String>,
    pub(crate) says_pkce: bool,
    pub(crate) registers: bool,
    pub(crate) reads_documents: bool,
    /// Whether the server says where its authorization server is.
    pub(crate) says_resource: bool,
    /// Redirect URIs of clients that registered.
    pub(crate) registered: Vec<String>,
    /// Metadata documents that were read.
    pub(crate) documents: Vec<String>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            issuer: None,
            says_pkce: true,
            registers: true,
            reads_documents: false,
            says_resource: true,
            registered: Vec::new(),
            documents: Vec::new(),
        }
    }
}

pub(super) fn routes() -> Router<World> {
    Router::new()
        .route("/mcp", any(server))
        .route("/.well-known/oauth-protected-resource/mcp", get(resource))
        .route("/.well-known/oauth-authorization-server/mcp-as", get(metadata))
        .route("/mcp-as/register", post(register))
}

impl World {
    pub(crate) fn mcp<T>(&self, change: impl FnOnce(&mut Desk) -> T) -> T {
        change(&mut self.state.mcp.lock().unwrap())
    }
}

async fn server(State(world): State<World>, headers: HeaderMap) -> Response<Body> {
    match world.admit("mcp", &headers) {
        Ok(_) => thing_of("mcp", "me"),
        Err(why) => {
            let mut refusal = unauthorized(why);
            let place = world.url("/.well-known/oauth-protected-resource/mcp");
            let challenge = format!("Bearer resource_metadata=\"{place}\"");
            refusal.headers_mut().insert(header::WWW_AUTHENTICATE, challenge.parse().expect("a header"));
            refusal
        }
    }
}

async fn resource(State(world): State<World>) -> Response<Body> {
    if !world.mcp(|desk| desk.says_resource) {
        return answer(404, &json!({}));
    }
    let (resource, issuer) = (world.url("/mcp"), world.issuer("mcp-as"));
    answer(200, &json!({ "resource": resource, "authorization_servers": [issuer], "scopes_supported": ["tools"] }))
}

async fn metadata(State(world): State<World>) -> Response<Body> {
    let own = world.issuer("mcp-as");
    world.mcp(|desk| {
        let mut body = json!({
            "issuer": desk.issuer.as_deref().unwrap_or(&own),
            "authorization_endpoint": format!("{own}/authorize"),
            "token_endpoint": format!("{own}/token"),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": ["tools"],
            "authorization_response_iss_parameter_supported": true,
            "client_id_metadata_document_supported": desk.reads_documents,
        });
        if desk.says_pkce {
            body["code_challenge_methods_supported"] = json!(["S256"]);
        }
        if desk.registers {
            body["registration_endpoint"] = json!(format!("{own}/register"));
        }
        answer(200, &body)
    })
}

async fn register(State(world): State<World>, body: Bytes) -> Response<Body> {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    if !world.mcp(|desk| desk.registers) {
        return refuse(403, "access_denied", "registration is closed");
    }
    let redirect_uris: Vec<String> = serde_json::from_value(asked["redirect_uris"].clone()).unwrap_or_default();
    if redirect_uris.is_empty() || asked["token_endpoint_auth_method"] != "none" || asked["client_name"].as_str().is_none() {
        return refuse(400, "invalid_client_metadata", "a public client with a name and redirect URIs");
    }
    let id = format!("registered-{}", random());
    world.mcp(|desk| desk.registered.extend(redirect_uris.iter().cloned()));
    let mut answered = asked;
    answered["client_id"] = json!(id);
    world.oauth2().clients.insert(id, Client { realm: "mcp-as".to_owned(), secret: None, redirect_uris });
    answer(201, &answered)
}

/// Reads the document of a client whose id is a URL, and takes the client in if it is what it says.
pub(super) async fn admit_client_document(world: &World, realm: &str, client_id: Option<&String>) {
    let Some(id) = client_id.filter(|id| realm == "mcp-as" && id.starts_with("http")) else { return };
    if !world.mcp(|desk| desk.reads_documents) {
        return;
    }
    let Ok(response) = crate::node::client().get(id).send().await else { return };
    let Ok(document) = response.json::<Value>().await else { return };
    let redirect_uris: Vec<String> = serde_json::from_value(document["redirect_uris"].clone()).unwrap_or_default();
    if document["client_id"] == json!(id) && document["token_endpoint_auth_method"] == "none" {
        world.mcp(|desk| desk.documents.push(id.clone()));
        world.oauth2().clients.insert(id.clone(), Client { realm: "mcp-as".to_owned(), secret: None, redirect_uris });
    }
}
