//! From the block to the auth of its mode.

use super::nested::{AppBlock, JwtBlock, ProofName, TokenAnswerBlock, TokenRequestBlock};
use super::{AuthBlock, Problems};
use crate::entry::auth::{
    Algorithm, AppWithUser, Auth, AwsSigV4, ClientCredentials, ClientProof, Exchange, Jwt, Mcp, OAuth1, OAuth2, Signature, TokenAnswer,
};

/// Of a computed or assumed credential, where the file says nothing: WSSE nonces live five minutes, STS keys an hour.
const SIGNATURE_LIFETIME_S: u64 = 300;
const AWS_LIFETIME_S: u64 = 3600;

/// What a JWT has only where it buys another token.
pub(super) const OF_AN_EXCHANGE: &[&str] = &["steps", "refresh_request", "fields", "token_response", "token_response_metadata"];

/// `None` where a field is missing, which `problems` then tells.
pub(super) fn auth(block: AuthBlock, mode: &str, problems: &mut Problems) -> Option<Auth> {
    let mut need = Needs { mode, problems };
    Some(match mode {
        "OAUTH2" => Auth::OAuth2(Box::new(oauth2(block, &mut need)?)),
        "OAUTH1" => Auth::OAuth1(Box::new(oauth1(block, &mut need)?)),
        "OAUTH2_CC" => Auth::ClientCredentials(Box::new(client_credentials(block, &mut need)?)),
        "API_KEY" => Auth::ApiKey,
        "BASIC" => Auth::Basic,
        "JWT" => Auth::Jwt(Box::new(jwt(block, &mut need)?)),
        "TWO_STEP" => Auth::TwoStep(Box::new(exchange(block, &mut need)?)),
        "BILL" => Auth::Bill(Box::new(exchange(block, &mut need)?)),
        "SIGNATURE" => Auth::Signature(Box::new(Signature {
            lifetime_s: block.lifetime_s.unwrap_or(SIGNATURE_LIFETIME_S),
            digest: block.digest.unwrap_or_default(),
        })),
        "TBA" => Auth::Tba,
        "AWS_SIGV4" => Auth::AwsSigV4(Box::new(aws(block, &mut need)?)),
        "APP" => Auth::App(Box::new(need.some("app", block.app).map(AppBlock::into_app)?)),
        "CUSTOM" => Auth::AppWithUser(Box::new(app_with_user(block, &mut need)?)),
        "MCP_OAUTH2" | "MCP_OAUTH2_GENERIC" => Auth::Mcp(Box::new(Mcp {
            is_generic: mode == "MCP_OAUTH2_GENERIC",
            server_url: need.some("server_url", block.server_url)?,
            registration: block.registration.unwrap_or_default(),
            default_scopes: block.default_scopes.unwrap_or_default(),
        })),
        "INSTALL_PLUGIN" => Auth::InstallPlugin { install_url: need.some("install_url", block.install_url)? },
        _ => Auth::None,
    })
}

/// Notes what is missing.
struct Needs<'a> {
    mode: &'a str,
    problems: &'a mut Problems,
}

impl Needs<'_> {
    fn some<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.problem(field, format!("is missing, {} needs it", self.mode));
        }
        value
    }

    fn problem(&mut self, field: &str, problem: String) {
        self.problems.push((format!("auth.{field}"), problem));
    }
}

fn oauth2(block: AuthBlock, need: &mut Needs<'_>) -> Option<OAuth2> {
    let authorization_url = need.some("authorization_url", block.authorization_url);
    let token_url = need.some("token_url", block.token_url);
    let pkce = need.some("pkce", block.pkce);
    Some(OAuth2 {
        authorization_url: authorization_url?,
        authorization_params: block.authorization_params.unwrap_or_default(),
        parameter_names: block.parameter_names.unwrap_or_default(),
        issuer: block.issuer,
        token_url: token_url?,
        token_params: block.token_params.unwrap_or_default(),
        token_parameter_names: block.token_parameter_names.unwrap_or_default(),
        token_headers: block.token_headers.unwrap_or_default(),
        token_method: block.token_method.unwrap_or_else(|| "POST".to_owned()),
        refresh_url: block.refresh_url,
        refresh_params: block.refresh_params.unwrap_or_default(),
        token_auth: block.token_auth.unwrap_or_default(),
        body_format: block.body_format.unwrap_or_default(),
        scope_separator: block.scope_separator.unwrap_or_else(|| " ".to_owned()),
        default_scopes: block.default_scopes.unwrap_or_default(),
        pkce: pkce?,
        token_answer: answer(block.token_response),
        token_response_metadata: block.token_response_metadata.unwrap_or_default(),
        code_param: block.code_param.unwrap_or_else(|| "code".to_owned()),
        callback_metadata: block.callback_metadata.unwrap_or_default(),
    })
}

fn oauth1(block: AuthBlock, need: &mut Needs<'_>) -> Option<OAuth1> {
    let request_url = need.some("request_url", block.request_url);
    let authorization_url = need.some("authorization_url", block.authorization_url);
    let token_url = need.some("token_url", block.token_url);
    Some(OAuth1 {
        request_url: request_url?,
        request_params: block.request_params.unwrap_or_default(),
        authorization_url: authorization_url?,
        authorization_params: block.authorization_params.unwrap_or_default(),
        token_url: token_url?,
        signature_method: block.signature_method.unwrap_or_default(),
        token_response_metadata: block.token_response_metadata.unwrap_or_default(),
    })
}

fn client_credentials(block: AuthBlock, need: &mut Needs<'_>) -> Option<ClientCredentials> {
    let token_url = need.some("token_url", block.token_url);
    let proof = block.client_proof.unwrap_or(ProofName::Secret);
    if block.token_auth.is_some() && proof != ProofName::Secret {
        need.problem("token_auth", "only for a client that proves itself with a secret; `client_proof` says otherwise".to_owned());
    }
    if block.assertion_algorithm.is_some() && proof != ProofName::PrivateKeyJwt {
        need.problem("assertion_algorithm", "only for `client_proof: private_key_jwt`".to_owned());
    }
    Some(ClientCredentials {
        token_url: token_url?,
        token_params: block.token_params.unwrap_or_default(),
        token_headers: block.token_headers.unwrap_or_default(),
        proof: match proof {
            ProofName::Secret => ClientProof::Secret(block.token_auth.unwrap_or_default()),
            ProofName::PrivateKeyJwt => ClientProof::PrivateKeyJwt(block.assertion_algorithm.unwrap_or(Algorithm::Rs256)),
            ProofName::Certificate => ClientProof::Certificate,
        },
        body_format: block.body_format.unwrap_or_default(),
        scope_separator: block.scope_separator.unwrap_or_else(|| " ".to_owned()),
        default_scopes: block.default_scopes.unwrap_or_default(),
        token_answer: answer(block.token_response),
        token_response_metadata: block.token_response_metadata.unwrap_or_default(),
    })
}

fn exchange(block: AuthBlock, need: &mut Needs<'_>) -> Option<Exchange> {
    Some(Exchange {
        request: need.some("token_request", block.token_request)?.into_request(),
        steps: block.steps.unwrap_or_default().into_iter().map(TokenRequestBlock::into_request).collect(),
        answer: answer(block.token_response),
        fields: block.fields.unwrap_or_default(),
        refresh: block.refresh_request.map(TokenRequestBlock::into_request),
        token_response_metadata: block.token_response_metadata.unwrap_or_default(),
    })
}

fn jwt(mut block: AuthBlock, need: &mut Needs<'_>) -> Option<Jwt> {
    let jwt = need.some("jwt", block.jwt.take()).map(JwtBlock::into_jwt);
    if block.token_request.is_none() {
        for (field, _) in block.written().filter(|(field, _)| OF_AN_EXCHANGE.contains(field)) {
            need.problem(field, "only beside a `token_request` that buys the token with the JWT".to_owned());
        }
        return jwt;
    }
    let exchange = exchange(block, need)?;
    Some(Jwt { exchange: Some(Box::new(exchange)), ..jwt? })
}

fn aws(block: AuthBlock, need: &mut Needs<'_>) -> Option<AwsSigV4> {
    let service = need.some("service", block.service);
    let sts_url = need.some("sts_url", block.sts_url);
    Some(AwsSigV4 { service: service?, sts_url: sts_url?, lifetime_s: block.lifetime_s.unwrap_or(AWS_LIFETIME_S) })
}

fn app_with_user(mut block: AuthBlock, need: &mut Needs<'_>) -> Option<AppWithUser> {
    let app = need.some("app", block.app.take()).map(AppBlock::into_app);
    let ownership = need.some("ownership_request", block.ownership_request.take()).map(TokenRequestBlock::into_request);
    let user = oauth2(block, need);
    Some(AppWithUser { app: app?, user: user?, ownership_request: ownership? })
}

fn answer(block: Option<TokenAnswerBlock>) -> TokenAnswer {
    block.map_or_else(TokenAnswer::standard, TokenAnswerBlock::into_answer)
}
