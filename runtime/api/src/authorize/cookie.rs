//! The cookie that binds a flow to the browser that began it: `oauth2-<state>=1`. Wire contract 1.14, step 4; RFC 9700, 4.7.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::state::App;

/// As long as a flow may take.
const MAX_AGE_SECONDS: u64 = 600;
/// Far above our own states.
const MAX_STATE_CHARS: usize = 256;

/// Sets it.
pub(super) fn set(app: &App, state: &str) -> HeaderValue {
    header(app, state, MAX_AGE_SECONDS)
}

/// Takes it back: the state is spent.
pub(super) fn clear(app: &App, state: &str) -> Option<HeaderValue> {
    is_ours(state).then(|| header(app, state, 0))
}

/// Whether the browser has it.
pub(super) fn is_present(headers: &HeaderMap, state: &str) -> bool {
    let wanted = format!("oauth2-{state}=1");
    let cookies = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    is_ours(state) && cookies.into_iter().any(|cookie| cookie.trim() == wanted)
}

fn header(app: &App, state: &str, max_age: u64) -> HeaderValue {
    // A provider that answers with a form (POST) comes from another site: `Lax` would keep the cookie back. `None` needs `Secure`.
    let site = if app.options.public_url.scheme() == "https" { "SameSite=None; Secure" } else { "SameSite=Lax" };
    HeaderValue::from_str(&format!("oauth2-{state}=1; Path=/; Max-Age={max_age}; HttpOnly; {site}"))
        .expect("a state is of URL-safe letters")
}

/// States are ours, so they are URL-safe base64; anything else could break out of the header.
fn is_ours(state: &str) -> bool {
    !state.is_empty() && state.len() <= MAX_STATE_CHARS && state.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_cookie_of_this_very_state_counts() {
        let has = |cookies: &[&'static str], state: &str| {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append(COOKIE, HeaderValue::from_static(cookie));
            }
            is_present(&headers, state)
        };
        assert!(has(&["a=b; oauth2-s1=1"], "s1"));
        assert!(has(&["a=b", "oauth2-s1=1; c=d"], "s1"), "HTTP/2 may split the header");
        for (cookies, state) in [
            (&["oauth2-s1=1"][..], "s2"),
            (&["oauth2-s1=0"], "s1"),
            (&["xoauth2-s1=1"], "s1"),
            (&["oauth2-s1=11"], "s1"),
            (&[], "s1"),
            (&["oauth2-=1"], ""),
            (&["oauth2-a b=1"], "a b"),
            (&["oauth2-a=1"], "a=1; oauth2-a"),
        ] {
            assert!(!has(cookies, state), "{cookies:?} {state}");
        }
    }
}
