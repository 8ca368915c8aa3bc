//! What the wire says about signing in. What only this server needs (where a token stands in an unusual answer, discovery) has no name there.

use serde_json::{Map, Value, json};

use super::templates;
use crate::entry::auth::{
    App, Auth, BodyFormat, ClientCredentials, ClientProof, ClientRegistration, Exchange, Jwt, OAuth1, OAuth1Signature, OAuth2, TokenAnswer,
    TokenAuth, TokenRequest,
};
use crate::{Template, Templates};

pub(super) fn write(auth: &Auth, wire: &mut Map<String, Value>) {
    match auth {
        Auth::OAuth2(oauth) => oauth2(oauth, wire),
        Auth::OAuth1(oauth) => oauth1(oauth, wire),
        Auth::ClientCredentials(client) => client_credentials(client, wire),
        Auth::Jwt(made) => jwt(made, wire),
        Auth::TwoStep(bought) | Auth::Bill(bought) => exchange(bought, wire),
        Auth::Signature(signature) => {
            set(wire, "signature", json!({ "protocol": "WSSE" }));
            set(wire, "token", json!({ "expires_in_ms": signature.lifetime_s * 1000 }));
        }
        Auth::App(app) => {
            set(wire, "authorization_url", app.authorization_url.source());
            set(wire, "token_url", app.token_request.url.source());
        }
        Auth::AppWithUser(both) => {
            let App { authorization_url, token_request, .. } = &both.app;
            oauth2(&both.user, wire);
            set(wire, "authorization_url", authorization_url.source());
            set(wire, "token_url", json!({ "OAUTH2": both.user.token_url.source(), "APP": token_request.url.source() }));
        }
        Auth::Mcp(mcp) => {
            let registration = match mcp.registration {
                ClientRegistration::Static => "static",
                ClientRegistration::ClientMetadata => "cimd",
                // Whichever it becomes, nobody has to bring a client.
                ClientRegistration::Dynamic | ClientRegistration::Automatic => "dynamic",
            };
            set(wire, "client_registration", registration);
            scopes(&mcp.default_scopes, wire);
        }
        Auth::InstallPlugin { install_url } => set(wire, "authorization_url", install_url.source()),
        Auth::ApiKey | Auth::Basic | Auth::Tba | Auth::AwsSigV4(_) | Auth::None => {}
    }
}

fn oauth2(oauth: &OAuth2, wire: &mut Map<String, Value>) {
    set(wire, "authorization_url", oauth.authorization_url.source());
    set(wire, "token_url", oauth.token_url.source());
    set(wire, "scope_separator", oauth.scope_separator.as_str());
    set_templates(wire, "authorization_params", &oauth.authorization_params);
    if !oauth.parameter_names.is_empty() {
        set(wire, "authorization_url_replacements", json!(oauth.parameter_names));
    }
    set_templates(wire, "token_params", &oauth.token_params);
    if !oauth.token_parameter_names.is_empty() {
        set(wire, "token_params_replacements", json!(oauth.token_parameter_names));
    }
    set_templates(wire, "token_headers", &oauth.token_headers);
    if oauth.token_method != "POST" {
        set(wire, "token_request_method", oauth.token_method.as_str());
    }
    set_template(wire, "refresh_url", oauth.refresh_url.as_ref());
    set_templates(wire, "refresh_params", &oauth.refresh_params);
    scopes(&oauth.default_scopes, wire);
    if !oauth.pkce {
        set(wire, "disable_pkce", true);
    }
    token_auth(oauth.token_auth, wire);
    body_format(oauth.body_format, wire);
    if let [path, ..] = &oauth.token_answer.token[..]
        && path != "access_token"
    {
        set(wire, "alternate_access_token_response_path", path.as_str());
    }
    expiry(&oauth.token_answer, wire);
    names(wire, "token_response_metadata", &oauth.token_response_metadata);
    names(wire, "redirect_uri_metadata", &oauth.callback_metadata);
    if oauth.code_param != "code" {
        set(wire, "authorization_code_param_in_callback", oauth.code_param.as_str());
    }
}

fn oauth1(oauth: &OAuth1, wire: &mut Map<String, Value>) {
    set(wire, "request_url", oauth.request_url.source());
    set_templates(wire, "request_params", &oauth.request_params);
    set(wire, "authorization_url", oauth.authorization_url.source());
    set_templates(wire, "authorization_params", &oauth.authorization_params);
    set(wire, "token_url", oauth.token_url.source());
    let method = match oauth.signature_method {
        OAuth1Signature::HmacSha1 => "HMAC-SHA1",
        OAuth1Signature::HmacSha256 => "HMAC-SHA256",
        OAuth1Signature::Plaintext => "PLAINTEXT",
    };
    set(wire, "signature_method", method);
    names(wire, "token_response_metadata", &oauth.token_response_metadata);
}

fn client_credentials(client: &ClientCredentials, wire: &mut Map<String, Value>) {
    set(wire, "token_url", client.token_url.source());
    set_templates(wire, "token_params", &client.token_params);
    set_templates(wire, "token_headers", &client.token_headers);
    set(wire, "scope_separator", client.scope_separator.as_str());
    scopes(&client.default_scopes, wire);
    match client.proof {
        ClientProof::Secret(auth) => token_auth(auth, wire),
        ClientProof::PrivateKeyJwt(_) => set(wire, "token_request_auth_method", "private_key_jwt"),
        ClientProof::Certificate => set(wire, "require_client_certificate", true),
    }
    body_format(client.body_format, wire);
    expiry(&client.token_answer, wire);
    names(wire, "token_response_metadata", &client.token_response_metadata);
}

fn jwt(jwt: &Jwt, wire: &mut Map<String, Value>) {
    let protocol = match jwt.algorithm {
        crate::Algorithm::Hs256 => "HMAC",
        crate::Algorithm::Rs256 => "RSA",
        crate::Algorithm::Es256 => "EC",
    };
    let mut signature = json!({ "protocol": protocol });
    if protocol == "HMAC" {
        signature["hmac_secret_encoding"] = if jwt.is_hex_key { "hex" } else { "utf8" }.into();
    }
    set(wire, "signature", signature);
    let mut token = json!({ "signing_key": jwt.signing_key.source(), "expires_in_ms": jwt.lifetime_s * 1000 });
    for (name, part) in [("header", &jwt.header), ("payload", &jwt.payload)] {
        if !part.is_empty() {
            token[name] = templates(part).into();
        }
    }
    set(wire, "token", token);
    if let Some(bought) = &jwt.exchange {
        exchange(bought, wire);
    }
}

fn exchange(exchange: &Exchange, wire: &mut Map<String, Value>) {
    request(&exchange.request, wire);
    if !exchange.steps.is_empty() {
        let steps = exchange.steps.iter().map(|step| {
            let mut object = Map::new();
            request(step, &mut object);
            Value::Object(object)
        });
        set(wire, "additional_steps", steps.collect::<Vec<_>>());
    }
    let TokenAnswer { token, refresh_token, expires_in, expires_at, lifetime_s, .. } = &exchange.answer;
    let standard = TokenAnswer::standard();
    let mut response = json!({ "token": token.first() });
    // The file says one of the two at most; both stand at their usual places until then.
    let expiration = match (expires_in.first(), expires_at.first()) {
        (_, Some(path)) if *expires_at != standard.expires_at => Some((path, "expireAt")),
        (Some(path), _) if *expires_in != standard.expires_in || lifetime_s.is_none() => Some((path, "expireIn")),
        _ => None,
    };
    if let Some((path, strategy)) = expiration {
        response["token_expiration"] = path.as_str().into();
        response["token_expiration_strategy"] = strategy.into();
    }
    if exchange.refresh.is_some() {
        response["refresh_token"] = json!(refresh_token.first());
    }
    set(wire, "token_response", response);
    if let Some(refresh) = &exchange.refresh {
        set(wire, "refresh_url", refresh.url.source());
        set_templates(wire, "refresh_token_params", &refresh.body);
        set_templates(wire, "refresh_token_headers", &refresh.headers);
    }
    expiry(&exchange.answer, wire);
    names(wire, "token_response_metadata", &exchange.token_response_metadata);
}

fn request(request: &TokenRequest, wire: &mut Map<String, Value>) {
    set(wire, "token_url", request.url.source());
    if request.method != "POST" {
        set(wire, "token_request_method", request.method.as_str());
    }
    let params = request.query.iter().chain(&request.body).map(|(name, value)| (name.clone(), value.clone())).collect();
    set_templates(wire, "token_params", &params);
    set_templates(wire, "token_headers", &request.headers);
    body_format(request.body_format, wire);
}

fn expiry(answer: &TokenAnswer, wire: &mut Map<String, Value>) {
    if answer.expires_in_unit_ms == 1 {
        set(wire, "expires_in_unit", "milliseconds");
    }
    if let Some(seconds) = answer.lifetime_s {
        set(wire, "token_expires_in_ms", seconds * 1000);
    }
}

fn token_auth(auth: TokenAuth, wire: &mut Map<String, Value>) {
    if auth == TokenAuth::Basic {
        set(wire, "token_request_auth_method", "basic");
    }
}

fn body_format(format: BodyFormat, wire: &mut Map<String, Value>) {
    match format {
        BodyFormat::Form => {}
        BodyFormat::Json => set(wire, "body_format", "json"),
        BodyFormat::Query => set(wire, "body_format", "query"),
    }
}

fn scopes(scopes: &[String], wire: &mut Map<String, Value>) {
    names(wire, "default_scopes", scopes);
}

fn names(wire: &mut Map<String, Value>, key: &str, names: &[String]) {
    if !names.is_empty() {
        set(wire, key, names.to_vec());
    }
}

fn set_template(wire: &mut Map<String, Value>, key: &str, template: Option<&Template>) {
    if let Some(template) = template {
        set(wire, key, template.source());
    }
}

fn set_templates(wire: &mut Map<String, Value>, key: &str, map: &Templates) {
    if !map.is_empty() {
        set(wire, key, templates(map));
    }
}

fn set(wire: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    wire.insert(key.to_owned(), value.into());
}
