//! What somebody supplied, bought a token with: the requests of an [`Exchange`], in order.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use syncline_domain::{AuthMode, Credentials, Exchanged, Obtained, Secret};
use syncline_providers::{Exchange, TokenRequest};

use crate::setting::{Fields, Setting};
use crate::supplied::{Known, Supplied};
use crate::token::Answer;
use crate::{Grant, ModeError, token_request};

/// The mode that buys, and what it calls the token.
#[derive(Clone, Copy)]
pub(super) struct Naming {
    pub(super) mode: AuthMode,
    pub(super) token: &'static str,
}

/// All requests of the exchange. `more`: what belongs to this moment, as an assertion does.
pub(super) async fn buy(
    setting: &Setting<'_>,
    exchange: &Exchange,
    naming: Naming,
    supplied: &Supplied,
    more: &[(&str, &str)],
) -> Result<Grant, ModeError> {
    let known = Known { supplied, more };
    let mut steps = Vec::with_capacity(exchange.steps.len());
    for step in &exchange.steps {
        let answer = ask(setting, step, &known, &steps).await?;
        steps.push(Value::Object(answer.fields));
    }
    let answer = ask(setting, &exchange.request, &known, &steps).await?;
    let held = Exchanged { mode: naming.mode, supplied: supplied.clone(), obtained: None };
    grant(setting, exchange, naming, &held, &answer)
}

/// The refresh token if there is one, and the whole exchange where that is refused: what was supplied stays good.
pub(super) async fn renew(
    setting: &Setting<'_>,
    exchange: &Exchange,
    naming: Naming,
    held: &Exchanged,
    more: &[(&str, &str)],
) -> Result<Grant, ModeError> {
    if let (Some(request), Some(refresh_token)) = (&exchange.refresh, held.field("refresh_token")) {
        let known = Known { supplied: &held.supplied, more: &[("refresh_token", refresh_token)] };
        match ask(setting, request, &known, &[]).await {
            Err(ModeError::Refused { .. }) => {}
            answer => return grant(setting, exchange, naming, held, &answer?),
        }
    }
    buy(setting, exchange, naming, &held.supplied, more).await
}

async fn ask(setting: &Setting<'_>, request: &TokenRequest, known: &dyn Fields, steps: &[Value]) -> Result<Answer, ModeError> {
    let values = setting.values(known, steps);
    token_request::call(setting, request, &values)?.send(setting.http, setting.now()).await
}

/// `held`: what stays of before, where the answer does not repeat it.
fn grant(setting: &Setting<'_>, exchange: &Exchange, naming: Naming, held: &Exchanged, answer: &Answer) -> Result<Grant, ModeError> {
    let token = answer.token(&exchange.answer, setting.now())?;
    let mut fields = BTreeMap::from([(naming.token.to_owned(), token.token)]);
    if let Some(refresh_token) = token.refresh_token.or_else(|| held.field("refresh_token").map(Secret::new)) {
        fields.insert("refresh_token".to_owned(), refresh_token);
    }
    for (name, path) in &exchange.fields {
        let told = answer.at(path).and_then(as_text).or_else(|| held.field(name).map(str::to_owned));
        let value = told.ok_or_else(|| ModeError::Unavailable {
            code: "invalid_token_answer".to_owned(),
            message: format!("the provider's token answer has nothing at `{path}`"),
            retry_after: None,
        })?;
        fields.insert(name.clone(), Secret::new(value));
    }
    let mut supplied = held.supplied.clone();
    // The store cannot tell them from what was supplied, so they come back among it.
    supplied.retain(|name, _| !fields.contains_key(name));
    let obtained = Obtained { fields, expires_at: token.expires_at, raw: Some(token.raw) };
    let credentials = Credentials::Exchanged(Exchanged { mode: naming.mode, supplied, obtained: Some(obtained) });
    Ok(Grant { connection_config: told(answer, &exchange.token_response_metadata), ..Grant::new(credentials) })
}

/// Fields of an answer that become connection config, which is made of texts.
pub(super) fn told(answer: &Answer, paths: &[String]) -> Map<String, Value> {
    answer.picked(paths).into_iter().map(|(name, value)| (name, as_text(&value).map_or(value, Into::into))).collect()
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
