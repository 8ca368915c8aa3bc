//! The steps of OAuth, old and new.

use indexmap::IndexMap;

use super::{Draft, DryStep};
use crate::entry::auth::{ClientCredentials, ClientProof, ClientRegistration, Mcp, OAuth1, OAuth1Signature, OAuth2, TokenAuth};

/// RFC 6749, 4.1 and 6.
pub(super) fn code(oauth: &OAuth2) -> Vec<DryStep> {
    let mut browser = Draft::new("The user's browser goes to the provider", "GET", oauth.authorization_url.sketch())
        .field("response_type", "code")
        .field("client_id", "<client_id>")
        .field("redirect_uri", "<callback>")
        .field("scope", scope(&oauth.default_scopes, &oauth.scope_separator))
        .fields(&oauth.authorization_params)
        .field("state", "<state>");
    if oauth.pkce {
        browser = browser.field("code_challenge", "<challenge>").field("code_challenge_method", "S256");
    }
    renamed(&mut browser, &oauth.parameter_names);
    let token = Draft::token("The code buys the token", &oauth.token_method, &oauth.token_url, oauth.body_format)
        .field("grant_type", "authorization_code")
        .field("code", "<code>")
        .field("redirect_uri", "<callback>");
    let token = if oauth.pkce { token.field("code_verifier", "<verifier>") } else { token };
    let refresh_url = oauth.refresh_url.as_ref().unwrap_or(&oauth.token_url);
    let refresh = Draft::token("The refresh token, if there is one, buys the next", &oauth.token_method, refresh_url, oauth.body_format)
        .field("grant_type", "refresh_token")
        .field("refresh_token", "<refresh_token>");
    let (mut token, mut refresh) = (client(token, oauth.token_auth), client(refresh, oauth.token_auth));
    renamed(&mut token, &oauth.token_parameter_names);
    renamed(&mut refresh, &oauth.token_parameter_names);
    vec![
        browser.done(),
        token.fields(&oauth.token_params).headers(&oauth.token_headers).done(),
        refresh.fields(&oauth.refresh_params).headers(&oauth.token_headers).done(),
    ]
}

/// In the provider's own words.
fn renamed(draft: &mut Draft, names: &IndexMap<String, String>) {
    for (name, _) in &mut draft.fields {
        if let Some(other) = names.get(name) {
            name.clone_from(other);
        }
    }
}

/// RFC 5849, 2.
pub(super) fn three_legs(oauth: &OAuth1) -> Vec<DryStep> {
    let method = match oauth.signature_method {
        OAuth1Signature::HmacSha1 => "HMAC-SHA1",
        OAuth1Signature::HmacSha256 => "HMAC-SHA256",
        OAuth1Signature::Plaintext => "PLAINTEXT",
    };
    let signed = |what, url: String, more: &str| {
        let header = format!(
            "OAuth oauth_consumer_key=\"<client_id>\", {more}, oauth_signature_method=\"{method}\", oauth_timestamp=\"<now>\", \
             oauth_nonce=\"<nonce>\", oauth_version=\"1.0\", oauth_signature=\"<signature>\""
        );
        Draft::new(what, "POST", url).header("authorization", header)
    };
    let temporary = signed("Temporary credentials for one authorization", oauth.request_url.sketch(), "oauth_callback=\"<callback>\"");
    let browser = Draft::new("The user's browser goes to the provider", "GET", oauth.authorization_url.sketch())
        .field("oauth_token", "<temporary token>")
        .fields(&oauth.authorization_params);
    let token = "oauth_token=\"<temporary token>\", oauth_verifier=\"<verifier>\"";
    let token = signed("The verifier buys the token", oauth.token_url.sketch(), token);
    vec![temporary.fields(&oauth.request_params).done(), browser.done(), token.done()]
}

/// RFC 6749, 4.4.
pub(super) fn client_credentials(oauth: &ClientCredentials) -> DryStep {
    let (what, token_auth) = match oauth.proof {
        ClientProof::Secret(how) => ("The client buys the token", Some(how)),
        ClientProof::PrivateKeyJwt(_) => ("The client buys the token with an assertion signed by its key", None),
        ClientProof::Certificate => ("The client buys the token, with its certificate in the TLS handshake", None),
    };
    let token = Draft::token(what, "POST", &oauth.token_url, oauth.body_format).field("grant_type", "client_credentials");
    let token = match (token_auth, oauth.proof) {
        (Some(how), _) => client(token, how),
        (None, ClientProof::PrivateKeyJwt(_)) => token
            .field("client_id", "<client_id>")
            .field("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .field("client_assertion", "<assertion>"),
        (None, _) => token.field("client_id", "<client_id>"),
    };
    let scopes = (!oauth.default_scopes.is_empty()).then(|| scope(&oauth.default_scopes, &oauth.scope_separator));
    let token = match scopes {
        Some(scopes) => token.field("scope", scopes),
        None => token,
    };
    token.fields(&oauth.token_params).headers(&oauth.token_headers).done()
}

/// RFC 9728 and 8414, as MCP has them.
pub(super) fn discovery(mcp: &Mcp) -> Vec<DryStep> {
    let server = mcp.server_url.sketch();
    let mut steps = vec![
        Draft::new("The MCP server refuses, and tells where its metadata are", "GET", server.clone()).done(),
        Draft::new("They name its authorization server", "GET", "<protected resource metadata>".to_owned()).done(),
        Draft::new("Whose metadata name its endpoints", "GET", "<authorization server metadata>".to_owned()).done(),
    ];
    let register = |what| {
        let draft = Draft::new(what, "POST", "<registration_endpoint>".to_owned());
        Draft { format: crate::BodyFormat::Json, ..draft }
            .field("client_name", "<client name>")
            .field("redirect_uris", "[<callback>]")
            .field("token_endpoint_auth_method", "<as offered>")
            .done()
    };
    match mcp.registration {
        ClientRegistration::Automatic => {
            steps.push(register("The client is registered, unless the server reads client metadata documents"));
        }
        ClientRegistration::Dynamic => steps.push(register("The client is registered")),
        ClientRegistration::ClientMetadata | ClientRegistration::Static => {}
    }
    let browser = Draft::new("The user's browser goes to the authorization server", "GET", "<authorization_endpoint>".to_owned())
        .field("response_type", "code")
        .field("client_id", "<client_id>")
        .field("redirect_uri", "<callback>")
        .field("scope", scope(&mcp.default_scopes, " "))
        .field("resource", server.as_str())
        .field("state", "<state>")
        .field("code_challenge", "<challenge>")
        .field("code_challenge_method", "S256");
    let token = Draft { format: crate::BodyFormat::Form, ..Draft::new("The code buys the token", "POST", "<token_endpoint>".to_owned()) }
        .field("grant_type", "authorization_code")
        .field("code", "<code>")
        .field("redirect_uri", "<callback>")
        .field("code_verifier", "<verifier>")
        .field("resource", server.as_str())
        .field("client_id", "<client_id>");
    steps.extend([browser.done(), token.done()]);
    steps
}

/// RFC 6749, 2.3.1.
fn client(draft: Draft, how: TokenAuth) -> Draft {
    match how {
        TokenAuth::Body => draft.field("client_id", "<client_id>").field("client_secret", "<client_secret>"),
        TokenAuth::Basic => draft.header("authorization", "Basic base64(<client_id>:<client_secret>)"),
    }
}

fn scope(defaults: &[String], separator: &str) -> String {
    if defaults.is_empty() { "<scopes>".to_owned() } else { defaults.join(separator) }
}
