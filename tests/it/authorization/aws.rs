//! AWS: `AssumeRole` of the Security Token Service, and storage that takes the keys it hands out.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method, Response, header};
use axum::routing::any;
use serde_json::json;
use syncline_domain::Timestamp;

use super::{World, answer, from_now, now, parameters, random};

mod sigv4;

use sigv4::Signed;

#[derive(Default)]
pub(super) struct Desk {
    /// Assumed keys: id to secret key, session token and end.
    sessions: BTreeMap<String, (String, String, Timestamp)>,
}

pub(super) fn routes() -> Router<World> {
    Router::new().route("/sts", any(sts)).route("/sts/", any(sts)).route("/s3/{*key}", any(s3))
}

impl World {
    /// How many roles were assumed.
    pub(crate) fn assumed_roles(&self) -> usize {
        self.state.aws.lock().unwrap().sessions.len()
    }
}

fn xml(status: u16, body: String) -> Response<Body> {
    Response::builder().status(status).header(header::CONTENT_TYPE, "text/xml").body(Body::from(body)).expect("a response")
}

async fn sts(State(world): State<World>, method: Method, OriginalUri(uri): OriginalUri, headers: HeaderMap, body: Bytes) -> Response<Body> {
    match assume(&world, &method, &uri.to_string(), &headers, &body) {
        Ok(text) => xml(200, text),
        Err(why) => xml(
            403,
            format!("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{why}</Message></Error></ErrorResponse>"),
        ),
    }
}

fn assume(world: &World, method: &Method, uri: &str, headers: &HeaderMap, body: &[u8]) -> Result<String, String> {
    let signed = Signed::read(method.as_str(), uri, headers, body)?;
    let accounts = world.accounts();
    if signed.key_id != accounts.aws.0 || signed.service != "sts" {
        return Err("unknown key, or signed for another service".to_owned());
    }
    signed.verify(&accounts.aws.1)?;
    let form = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let query = uri.split_once('?').map_or("", |(_, query)| query);
    let mut given = parameters(query)?;
    given.extend(parameters(form)?);
    let text = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    if (text("Action"), text("Version")) != ("AssumeRole", "2011-06-15") {
        return Err("unknown action".to_owned());
    }
    if text("RoleArn") != accounts.role || text("ExternalId") != accounts.external_id {
        return Err("the role's trust policy does not let you".to_owned());
    }
    let name = text("RoleSessionName");
    if !(2..=64).contains(&name.len()) {
        return Err("RoleSessionName must have 2 to 64 characters".to_owned());
    }
    let seconds: u64 = text("DurationSeconds").parse().unwrap_or(3_600);
    if !(900..=43_200).contains(&seconds) {
        return Err("DurationSeconds must be between 900 and 43200".to_owned());
    }
    let life = world.tokens().life_s.min(seconds);
    let (id, secret, token) =
        (format!("ASIA{}", &random()[..16].to_uppercase()), world.secret("aws-session-secret"), world.secret("aws-session-token"));
    let ends_at = from_now(life);
    world.state.aws.lock().unwrap().sessions.insert(id.clone(), (secret.clone(), token.clone(), ends_at));
    Ok(format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><Arn>{}</Arn><AssumedRoleId>AROA1:{name}</AssumedRoleId></AssumedRoleUser>\
         <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>{token}</SessionToken><Expiration>{}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        accounts.role,
        ends_at.to_millis_z()
    ))
}

async fn s3(State(world): State<World>, method: Method, OriginalUri(uri): OriginalUri, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let check = || {
        let signed = Signed::read(method.as_str(), &uri.to_string(), &headers, &body)?;
        let (secret, token, ends_at) = world.state.aws.lock().unwrap().sessions.get(&signed.key_id).cloned().ok_or("InvalidAccessKeyId")?;
        signed.verify(&secret)?;
        if signed.service != "s3" || signed.region != "eu-west-1" {
            return Err("signed for another service or region".to_owned());
        }
        if signed.header("x-amz-security-token") != Some(token.as_str()) {
            return Err("the session token is missing, wrong or not signed".to_owned());
        }
        if ends_at <= now() {
            return Err("ExpiredToken".to_owned());
        }
        Ok(body.len())
    };
    match check() {
        Ok(bytes) => answer(200, &json!({ "method": method.as_str(), "path": uri.path(), "bytes": bytes })),
        Err(why) => answer(403, &json!({ "message": why })),
    }
}
