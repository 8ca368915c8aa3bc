//! Who is signed in: a random cookie, of which the store knows the hash.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use syncline_domain::{OperatorId, OperatorName, Role, Secret, Timestamp};
use syncline_store::{NewConsoleSession, OperatorRow};

use crate::console::form::Form;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// A working day; whoever does nothing for longer signs in again.
pub(super) const IDLE: Duration = Duration::from_hours(12);
/// A write for every page would cost more than a minute of idle time is worth.
const TOUCHED_EVERY: Duration = Duration::from_mins(1);

const COOKIE_NAME: &str = "syncline_console";
const CSRF_HEADER: &str = "x-csrf-token";
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// The operator's session, for handlers behind [`require`].
#[derive(Clone)]
pub(super) struct Session {
    pub(super) operator: OperatorId,
    pub(super) name: OperatorName,
    /// At this moment: what an owner changes holds from the next request on.
    pub(super) role: Role,
    pub(super) csrf: String,
    hash: [u8; 32],
}

impl Session {
    /// By which sessions are told apart; nothing of the cookie can be found with it.
    pub(super) fn mark(&self) -> String {
        let [a, b, c, d, ..] = self.hash;
        format!("{a:02x}{b:02x}{c:02x}{d:02x}")
    }

    /// By which the store knows it.
    pub(super) fn token_hash(&self) -> &[u8; 32] {
        &self.hash
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(parts.extensions.get::<Self>().expect("every route with a session is behind `require`").clone())
    }
}

/// Lets an operator through. Everybody else is led to the sign-in, and a change without the session's own token is refused.
pub(super) async fn require(State(console): State<Arc<Console>>, mut request: Request, next: Next) -> Response {
    let wanted = Wanted::of(request.headers());
    let session = match find(&console, request.headers()).await {
        Ok(Some(session)) => session,
        Ok(None) => return to_sign_in(&console, wanted),
        Err(refusal) => return refusal.into_response(),
    };
    if request.method() == Method::POST && !has_token(&request, &session.csrf) {
        return Refusal::forged().into_response();
    }
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// The live session of a request, if it has one.
pub(super) async fn find(console: &Console, headers: &HeaderMap) -> Result<Option<Session>, Refusal> {
    let Some(hash) = cookie(headers).map(hash) else { return Ok(None) };
    let (sessions, now) = (console.app.store.console_sessions(), console.now());
    let Some(row) = sessions.lookup(&hash, now).await? else { return Ok(None) };
    let expires_at = now.plus(IDLE);
    if expires_at.since(row.expires_at) >= TOUCHED_EVERY {
        sessions.touch(&hash, expires_at).await?;
    }
    Ok(Some(Session { operator: row.operator, name: row.name, role: row.role, csrf: row.csrf, hash }))
}

/// Of an answer that signs a browser in: its cookie, and for the audit log the session.
pub(super) type SignedIn = (Extension<Session>, [(HeaderName, HeaderValue); 1]);

/// Signs a browser in, by the password of which this is the hash; `None` when it is not theirs any more.
pub(super) async fn begin(
    console: &Console,
    operator: &OperatorRow,
    password_hash: String,
    now: Timestamp,
) -> Result<Option<SignedIn>, Refusal> {
    let token = console.token();
    let (csrf, hash) = (console.token().expose().to_owned(), hash(token.expose()));
    let new =
        NewConsoleSession { token_hash: hash, operator: operator.id, password_hash, csrf: csrf.clone(), expires_at: now.plus(IDLE), now };
    if !console.app.store.console_sessions().insert(new).await? {
        return Ok(None);
    }
    let session = Session { operator: operator.id, name: operator.name.clone(), role: operator.role, csrf, hash };
    Ok(Some((Extension(session), [set_cookie(console, &token, "")])))
}

/// Signs a browser out: the cookie that removes the one it has.
pub(super) async fn end(console: &Console, session: &Session) -> Result<(HeaderName, HeaderValue), Refusal> {
    console.app.store.console_sessions().delete(&session.hash).await?;
    Ok(set_cookie(console, &Secret::new(""), "; Max-Age=0"))
}

fn set_cookie(console: &Console, token: &Secret, more: &str) -> (HeaderName, HeaderValue) {
    let secure = if console.app.options.public_url.scheme() == "https" { "; Secure" } else { "" };
    let text = format!("{COOKIE_NAME}={}; Path={}; HttpOnly; SameSite=Strict{secure}{more}", token.expose(), console.root());
    let mut value = HeaderValue::from_str(&text).expect("base64 and a URL's path are ASCII");
    value.set_sensitive(true);
    (SET_COOKIE, value)
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}

/// 256 random bits need no slow hash.
pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

fn has_token(request: &Request, csrf: &str) -> bool {
    let in_form = request.extensions().get::<Form>().map(|form| form.get("csrf")).filter(|token| !token.is_empty());
    let in_header = || request.headers().get(CSRF_HEADER).and_then(|token| token.to_str().ok());
    in_form.or_else(in_header).is_some_and(|token| token.as_bytes().ct_eq(csrf.as_bytes()).into())
}

fn to_sign_in(console: &Console, wanted: Wanted) -> Response {
    let place = format!("{}/sign-in", console.root());
    match wanted {
        Wanted::Page => Redirect::to(&place).into_response(),
        Wanted::Part => (StatusCode::UNAUTHORIZED, [(HX_REDIRECT, place)]).into_response(),
        Wanted::Json => Refusal::signed_out().into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=b; syncline_console_x=no"));
        headers.append(COOKIE, HeaderValue::from_static("c=d;syncline_console=tok; e=f"));
        assert_eq!(cookie(&headers), Some("tok"));
        assert_eq!(cookie(&HeaderMap::new()), None);
    }
}
