//! Each mode: complete, its URLs safe, its templates filled with what is there.

use super::scope::Scope;
use super::{Checker, REQUEST_METHODS, TOKEN_METHODS};
use crate::entry::auth::{
    Algorithm, App, Auth, AwsSigV4, BodyFormat, ClientCredentials, ClientProof, Exchange, Jwt, OAuth1, OAuth2, TokenAnswer, TokenRequest,
};
use crate::{Name, Template};

pub(super) fn check(checker: &mut Checker<'_>) {
    match &checker.entry.auth {
        Auth::OAuth2(oauth) => checker.oauth2(oauth),
        Auth::OAuth1(oauth) => checker.oauth1(oauth),
        Auth::ClientCredentials(client) => checker.client_credentials(client),
        Auth::Jwt(jwt) => checker.jwt(jwt),
        Auth::TwoStep(exchange) | Auth::Bill(exchange) => {
            checker.exchange(exchange, &[]);
            checker.carries_a_secret(exchange);
        }
        Auth::Signature(signature) => checker.lifetime("auth.lifetime_s", signature.lifetime_s),
        Auth::AwsSigV4(aws) => checker.aws(aws),
        Auth::App(app) => checker.app(app),
        Auth::AppWithUser(both) => {
            checker.app(&both.app);
            checker.oauth2(&both.user);
            checker.request("auth.ownership_request", &both.ownership_request, &Scope::Exchange { steps: 0, also: &["installation_id"] });
            let reads = |name: &Name| matches!(name, Name::Credential(key) if key == "installation_id");
            let is_asked = both.ownership_request.url.names().into_iter().any(reads);
            checker.require(is_asked, "auth.ownership_request.url", "must hold ${credentials.installation_id}");
        }
        Auth::Mcp(mcp) => {
            checker.url("auth.server_url", &mcp.server_url, &Scope::Authorization);
            let is_named_by_user = mcp.server_url.names().into_iter().any(|name| matches!(name, Name::ConnectionConfig(_)));
            checker.require(
                !mcp.is_generic || is_named_by_user,
                "auth.server_url",
                "must be a field of `connection_config`: the user names the server; for one known server the mode is MCP_OAUTH2",
            );
        }
        Auth::InstallPlugin { install_url } => checker.url("auth.install_url", install_url, &Scope::Authorization),
        Auth::Tba => {
            let problem = "is missing: TBA signs with `connectionConfig.accountId` as the realm";
            let has_realm = checker.entry.connection_config.contains_key("accountId");
            checker.require(has_realm, "connection_config.accountId", problem);
        }
        Auth::ApiKey | Auth::Basic | Auth::None => {}
    }
}

impl Checker<'_> {
    fn oauth2(&mut self, oauth: &OAuth2) {
        self.url("auth.authorization_url", &oauth.authorization_url, &Scope::Authorization);
        self.templates("auth.authorization_params", &oauth.authorization_params, &Scope::Authorization);
        for name in oauth.authorization_params.keys() {
            // Where callbacks are registered under names, the name stands for our address.
            let ours = matches!(name.as_str(), "state" | "code_challenge" | "code_challenge_method");
            self.require(!ours, &format!("auth.authorization_params.{name}"), "is set by the server with each authorization");
        }
        if let Some(issuer) = &oauth.issuer {
            self.url("auth.issuer", issuer, &Scope::Authorization);
        }
        self.url("auth.token_url", &oauth.token_url, &Scope::Authorization);
        self.templates("auth.token_params", &oauth.token_params, &Scope::Authorization);
        self.headers("auth.token_headers", &oauth.token_headers, &Scope::RENEWAL);
        self.require(TOKEN_METHODS.contains(&oauth.token_method.as_str()), "auth.token_method", "must be POST or GET");
        if let Some(refresh) = &oauth.refresh_url {
            self.url("auth.refresh_url", refresh, &Scope::Authorization);
        }
        self.templates("auth.refresh_params", &oauth.refresh_params, &Scope::RENEWAL);
        self.require(!oauth.scope_separator.is_empty(), "auth.scope_separator", "must not be empty");
        self.require(!oauth.code_param.is_empty(), "auth.code_param", "must not be empty");
        self.answer("auth.token_response", &oauth.token_answer);
    }

    fn oauth1(&mut self, oauth: &OAuth1) {
        self.url("auth.request_url", &oauth.request_url, &Scope::Authorization);
        self.templates("auth.request_params", &oauth.request_params, &Scope::Authorization);
        self.url("auth.authorization_url", &oauth.authorization_url, &Scope::Authorization);
        self.templates("auth.authorization_params", &oauth.authorization_params, &Scope::Authorization);
        self.url("auth.token_url", &oauth.token_url, &Scope::Authorization);
        for (place, params) in [("request_params", &oauth.request_params), ("authorization_params", &oauth.authorization_params)] {
            for name in params.keys() {
                let field = format!("auth.{place}.{name}");
                self.require(!name.starts_with("oauth_"), &field, "is set by the server with each authorization");
            }
        }
    }

    fn client_credentials(&mut self, client: &ClientCredentials) {
        self.url("auth.token_url", &client.token_url, &Scope::FIRST);
        self.templates("auth.token_params", &client.token_params, &Scope::FIRST);
        self.headers("auth.token_headers", &client.token_headers, &Scope::FIRST);
        self.require(!client.scope_separator.is_empty(), "auth.scope_separator", "must not be empty");
        let has_key_pair = client.proof != ClientProof::PrivateKeyJwt(Algorithm::Hs256);
        self.require(has_key_pair, "auth.assertion_algorithm", "must be RS256 or ES256: the client has a private key, not a shared secret");
        self.answer("auth.token_response", &client.token_answer);
    }

    fn jwt(&mut self, jwt: &Jwt) {
        self.names("auth.jwt.signing_key", &jwt.signing_key, &Scope::FIRST);
        self.require(jwt.signing_key.is_secret(), "auth.jwt.signing_key", "must be a field of `credentials`");
        self.require(!jwt.is_hex_key || jwt.algorithm == Algorithm::Hs256, "auth.jwt.key_encoding", "only for HS256: other keys are PEM");
        self.templates("auth.jwt.header", &jwt.header, &Scope::FIRST);
        self.templates("auth.jwt.payload", &jwt.payload, &Scope::FIRST);
        for (place, name) in [("header", "alg"), ("payload", "iat"), ("payload", "exp")] {
            let written = if place == "header" { &jwt.header } else { &jwt.payload };
            self.require(!written.contains_key(name), &format!("auth.jwt.{place}.{name}"), "is set by the server with each token");
        }
        self.lifetime("auth.jwt.lifetime_s", jwt.lifetime_s);
        if let Some(exchange) = &jwt.exchange {
            self.exchange(exchange, &["assertion"]);
        }
    }

    fn exchange(&mut self, exchange: &Exchange, also: &'static [&'static str]) {
        for (steps, request) in exchange.steps.iter().enumerate() {
            self.request("auth.steps", request, &Scope::Exchange { steps, also });
        }
        self.request("auth.token_request", &exchange.request, &Scope::Exchange { steps: exchange.steps.len(), also });
        if let Some(refresh) = &exchange.refresh {
            self.request("auth.refresh_request", refresh, &Scope::REFRESH);
        }
        for (name, path) in &exchange.fields {
            self.require(is_path(path), &format!("auth.fields.{name}"), "is not a dotted path");
        }
        self.answer("auth.token_response", &exchange.answer);
    }

    /// An exchange that sends nothing secret is a mistake.
    fn carries_a_secret(&mut self, exchange: &Exchange) {
        let requests = exchange.steps.iter().chain([&exchange.request]);
        let sent = requests.flat_map(|request| request.headers.values().chain(request.query.values()).chain(request.body.values()));
        let some = sent.flat_map(Template::names).any(|name| matches!(name, Name::Credential(_)));
        self.require(some, "auth.token_request", "sends none of the fields under `credentials`");
    }

    fn aws(&mut self, aws: &AwsSigV4) {
        self.names("auth.service", &aws.service, &Scope::FIRST);
        self.url("auth.sts_url", &aws.sts_url, &Scope::FIRST);
        // AWS itself takes 900 s to 12 h (AssumeRole, DurationSeconds).
        let lifetime = (900..=43_200).contains(&aws.lifetime_s);
        self.require(lifetime, "auth.lifetime_s", "must be between 900 and 43200 seconds");
    }

    fn app(&mut self, app: &App) {
        const ALSO: &[&str] = &["installation_id", "app_id"];
        self.url("auth.app.authorization_url", &app.authorization_url, &Scope::Authorization);
        self.request("auth.app.token_request", &app.token_request, &Scope::Exchange { steps: 0, also: ALSO });
        self.answer("auth.app.token_response", &app.token_answer);
        self.lifetime("auth.app.jwt_lifetime_s", app.jwt_lifetime_s);
    }

    fn request(&mut self, field: &str, request: &TokenRequest, scope: &Scope) {
        let known_method = REQUEST_METHODS.contains(&request.method.as_str());
        self.require(known_method, &format!("{field}.method"), "must be GET, POST or PUT");
        self.url(&format!("{field}.url"), &request.url, scope);
        self.headers(&format!("{field}.headers"), &request.headers, scope);
        self.templates(&format!("{field}.query"), &request.query, scope);
        self.templates(&format!("{field}.body"), &request.body, scope);
        let body_is_sent = request.method != "GET" || request.body.is_empty() || request.body_format == BodyFormat::Query;
        self.require(body_is_sent, &format!("{field}.body"), "a GET request has none; write it under `query`");
    }

    fn answer(&mut self, field: &str, answer: &TokenAnswer) {
        let TokenAnswer { token, refresh_token, expires_in, expires_in_unit_ms: _, expires_at, lifetime_s } = answer;
        self.require(!token.is_empty(), &format!("{field}.token"), "must not be empty");
        for (name, paths) in [("token", token), ("refresh_token", refresh_token), ("expires_in", expires_in), ("expires_at", expires_at)] {
            self.require(paths.iter().all(|path| is_path(path)), &format!("{field}.{name}"), "is not a dotted path");
        }
        if let Some(lifetime) = lifetime_s {
            self.lifetime(&format!("{field}.lifetime_s"), *lifetime);
        }
    }

    fn lifetime(&mut self, field: &str, seconds: u64) {
        self.require(seconds > 0, field, "must be more than 0 seconds");
    }
}

fn is_path(text: &str) -> bool {
    text.split('.').all(|segment| !segment.is_empty() && !segment.contains(char::is_whitespace))
}
