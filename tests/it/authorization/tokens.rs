//! Bearer tokens that the stand-in has issued, whatever bought them.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, Response, header};
use syncline_domain::Timestamp;

use super::{World, from_now, now, refuse};

pub(super) struct Tokens {
    issued: BTreeMap<String, Live>,
    /// Of tokens that are bought without a browser.
    pub(super) life_s: u64,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { issued: BTreeMap::new(), life_s: 3_600 }
    }
}

/// What a token is good for.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// The mode or realm whose API takes it.
    pub(super) audience: String,
    /// The chain of refreshes that it belongs to.
    pub(super) family: Option<u64>,
    expires_at: Timestamp,
    is_revoked: bool,
}

impl World {
    /// A new token for an API.
    pub(super) fn issue(&self, audience: &str, family: Option<u64>, life_s: u64) -> String {
        let token = self.secret("access-token");
        let live = Live { audience: audience.to_owned(), family, expires_at: from_now(life_s), is_revoked: false };
        self.tokens().issued.insert(token.clone(), live);
        token
    }

    /// Every access token is at its end, as if its life were over. Refresh tokens live on.
    pub(crate) fn expire_tokens(&self) {
        for live in self.tokens().issued.values_mut() {
            live.expires_at = now();
        }
    }

    /// Whether any access token still opens anything.
    pub(crate) fn has_live_tokens(&self) -> bool {
        self.tokens().issued.values().any(|live| !live.is_revoked && live.expires_at > now())
    }

    /// The live token of a request to the API of `audience`, or what is wrong with the one that it has.
    pub(super) fn admit(&self, audience: &str, headers: &HeaderMap) -> Result<Live, &'static str> {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or("no token")?;
        self.admit_token(audience, given.strip_prefix("Bearer ").ok_or("not a bearer token")?)
    }

    /// The same for an API of another stand-in.
    pub(crate) fn takes(&self, audience: &str, headers: &HeaderMap) -> Result<(), String> {
        self.admit(audience, headers).map(drop).map_err(str::to_owned)
    }

    /// The same for a token that came some other way.
    pub(super) fn admit_token(&self, audience: &str, token: &str) -> Result<Live, &'static str> {
        let tokens = self.tokens();
        let live = tokens.issued.get(token).ok_or("unknown token")?;
        match live {
            live if live.audience != audience => Err("a token for another API"),
            live if live.is_revoked => Err("revoked"),
            live if live.expires_at <= now() => Err("expired"),
            live => Ok(live.clone()),
        }
    }

    /// Ends every access token of a family.
    pub(super) fn revoke_family_tokens(&self, family: u64) {
        for live in self.tokens().issued.values_mut().filter(|live| live.family == Some(family)) {
            live.is_revoked = true;
        }
    }
}

/// 401 (RFC 6750, 3).
pub(super) fn unauthorized(why: &str) -> Response<Body> {
    let mut response = refuse(401, "invalid_token", why);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"".parse().expect("a header"));
    response
}
