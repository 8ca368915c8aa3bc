//! The steps of modes that exchange something without a browser, and of apps.

use serde_json::{Map, Value};

use super::{Draft, DryStep};
use crate::entry::auth::{App, AwsSigV4, Exchange, Jwt, Templates, TokenRequest};

pub(super) fn requests(exchange: &Exchange) -> Vec<DryStep> {
    let before = exchange.steps.iter().map(|request| Draft::filled("A request before the token's", request).done());
    let token = Draft::filled("The supplied fields buy the token", &exchange.request).done();
    let refresh =
        exchange.refresh.as_ref().map(|request| Draft::filled("The refresh token, if there is one, buys the next", request).done());
    before.chain([token]).chain(refresh).collect()
}

/// The JWT itself is not a request; where it is the token, the last step shows it.
pub(super) fn jwt(jwt: &Jwt) -> Vec<DryStep> {
    jwt.exchange.as_deref().map_or_else(Vec::new, requests)
}

/// What a JWT of this entry says, as header and payload.
pub(super) fn token(jwt: &Jwt) -> String {
    let object = |fixed: &[(&str, &str)], more: &Templates| {
        let fixed = fixed.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        Value::Object(fixed.chain(more.iter().map(|(name, value)| (name.clone(), value.sketch().into()))).collect::<Map<_, _>>())
    };
    let header = object(&[("typ", "JWT"), ("alg", jwt.algorithm.name())], &jwt.header);
    let payload = object(&[("iat", "<now>"), ("exp", &format!("<now + {} s>", jwt.lifetime_s))], &jwt.payload);
    format!("jwt({header}, {payload}, {})", jwt.signing_key.sketch())
}

/// AWS STS, AssumeRole.
pub(super) fn assume_role(aws: &AwsSigV4) -> DryStep {
    Draft { format: crate::BodyFormat::Form, ..Draft::new("The server's own keys assume the role", "POST", aws.sts_url.sketch()) }
        .header("authorization", "AWS4-HMAC-SHA256 <signature for sts>")
        .field("Action", "AssumeRole")
        .field("Version", "2011-06-15")
        .field("RoleArn", "<role_arn>")
        .field("RoleSessionName", "<session name>")
        .field("DurationSeconds", aws.lifetime_s.to_string())
        .field("ExternalId", "<external_id>")
        .done()
}

pub(super) fn app(app: &App) -> Vec<DryStep> {
    let browser = Draft::new("The user installs the app", "GET", app.authorization_url.sketch()).field("state", "<state>");
    let jwt = format!("Bearer jwt({{\"iss\":\"<app_id>\",\"exp\":\"<now + {} s>\"}}, <private_key>)", app.jwt_lifetime_s);
    let mut token = Draft::filled("The app's key buys the installation's token", &app.token_request);
    if !token.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
        token = token.header("authorization", jwt);
    }
    vec![browser.done(), token.done()]
}

/// As the user.
pub(super) fn ownership(request: &TokenRequest) -> DryStep {
    Draft::filled("The user's token shows that the installation is the user's", request)
        .header("authorization", "Bearer <access_token>")
        .done()
}
