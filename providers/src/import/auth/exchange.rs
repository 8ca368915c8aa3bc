//! Fields that buy a token without a browser, and tokens that are signed here.

use serde_json::Value;

use crate::catalogue::shipped;
use crate::import::block::{Block, Found};
use crate::import::draft::Draft;

use super::token;

const JWT_LIFETIME_S: u64 = 300;

pub(super) fn two_step(draft: &mut Draft, block: &mut Block<'_>) {
    buys(draft, block);
}

/// What the body of the request is stands in no file of that format: as for the provider that the mode is named after.
pub(super) fn bill(draft: &mut Draft, block: &mut Block<'_>) {
    if !block.has("token_params") && !draft.has_base {
        let known: Value = shipped::json("bill").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        for name in ["token_request", "token_response", "fields"] {
            if let Some(value) = known.pointer(&format!("/auth/{name}")) {
                draft.set(&["auth", name], value.clone());
            }
        }
    }
    buys(draft, block);
}

pub(super) fn jwt(draft: &mut Draft, block: &mut Block<'_>) {
    let protocol = signed(draft, block, &[("RSA", "RS256"), ("HMAC", "HS256"), ("EC", "ES256")]);
    if let Some(algorithm) = protocol {
        draft.set(&["auth", "jwt", "algorithm"], algorithm.into());
    }
    let Some(found) = block.take("token") else {
        if !draft.has_base {
            draft.miss("token", "is missing: JWT needs what is signed, and with which key");
        }
        return;
    };
    let Some(map) = draft.map(&found) else { return };
    let mut inner = Block::new(&found.path, map);
    algorithm(draft, &inner);
    draft.put_template(&["auth", "jwt", "signing_key"], inner.take("signing_key"));
    // Set by us with each token.
    parts(draft, inner.take("header"), "header", &["alg", "typ"]);
    parts(draft, inner.take("payload"), "payload", &["iat", "exp"]);
    match inner.take("expires_in_ms") {
        Some(found) => {
            if let Some(seconds) = draft.seconds_of_ms(&found) {
                draft.put(&["auth", "jwt", "lifetime_s"], &found, seconds.into());
            }
        }
        None if draft.entry.pointer("/auth/jwt/lifetime_s").is_none() => draft.set(&["auth", "jwt", "lifetime_s"], JWT_LIFETIME_S.into()),
        None => {}
    }
    for (_, found) in inner.rest() {
        draft.note(&found, "is no field that is known of this block");
    }
    if block.has("token_url") {
        buys(draft, block);
    }
}

pub(super) fn signature(draft: &mut Draft, block: &mut Block<'_>) {
    signed(draft, block, &[("WSSE", "")]);
    let Some(found) = block.take("token") else { return };
    let Some(map) = draft.map(&found) else { return };
    let mut inner = Block::new(&found.path, map);
    if let Some(found) = inner.take("expires_in_ms")
        && let Some(seconds) = draft.seconds_of_ms(&found)
    {
        draft.put(&["auth", "lifetime_s"], &found, seconds.into());
    }
    for (_, found) in inner.rest() {
        draft.note(&found, "is not read in auth mode SIGNATURE");
    }
}

/// The algorithm that the header names is more exact than the protocol.
fn algorithm(draft: &mut Draft, token: &Block<'_>) {
    let said = token.written("header").and_then(|node| node.map()?.iter().find(|(name, _)| name == "alg"));
    let Some((_, node)) = said else { return };
    let found = Found { path: "token.header.alg".to_owned(), node };
    match node.text().as_deref() {
        Some(known @ ("HS256" | "RS256" | "ES256")) => draft.put(&["auth", "jwt", "algorithm"], &found, known.into()),
        _ => draft.refuse(&found, "is not supported; there are HS256, RS256 and ES256"),
    }
}

fn parts(draft: &mut Draft, found: Option<Found<'_>>, name: &'static str, ours: &[&str]) {
    let Some(found) = found else { return };
    let Some(map) = draft.map(&found) else { return };
    let kept: Vec<_> = map.iter().filter(|(name, _)| !ours.contains(&name.as_str())).cloned().collect();
    for (part, node) in kept.iter().filter(|(_, node)| node.is_number_or_flag()) {
        draft.note(&Found { path: format!("{}.{part}", found.path), node }, "is signed as a text, not as a number or a flag");
    }
    if kept.is_empty() {
        return;
    }
    let kept = found.node.with_map(kept);
    draft.put_templates(&["auth", "jwt", name], Some(Found { path: found.path, node: &kept }), &[]);
}

/// Reads `signature`; the value that belongs to its protocol.
fn signed(draft: &mut Draft, block: &mut Block<'_>, known: &[(&str, &'static str)]) -> Option<&'static str> {
    let found = block.take("signature")?;
    let mut inner = Block::new(&found.path, draft.map(&found)?);
    let mut value = None;
    if let Some(found) = inner.take("protocol")
        && let Some(protocol) = draft.text(&found)
    {
        value = known.iter().find(|(name, _)| *name == protocol).map(|(_, value)| *value);
        if value.is_none() {
            let known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            draft.refuse(&found, &format!("`{protocol}` is not supported here; there is {}", known.join(", ")));
        }
    }
    if let Some(found) = inner.take("hmac_secret_encoding")
        && let Some(encoding) = draft.text(&found)
    {
        match encoding.as_str() {
            // Of a key pair it says nothing.
            _ if value != Some("HS256") => {}
            "hex" | "utf8" => draft.put(&["auth", "jwt", "key_encoding"], &found, encoding.into()),
            _ => draft.refuse(&found, &format!("`{encoding}` is not supported; there are hex and utf8")),
        }
    }
    for (_, found) in inner.rest() {
        draft.note(&found, "is no field that is known of this block");
    }
    value
}

/// The request that yields the token. With further steps the first ones answer what later ones read, and the last yields it.
fn buys(draft: &mut Draft, block: &mut Block<'_>) {
    if !block.has("token_url") && draft.entry.pointer("/auth/token_request/url").is_none() {
        draft.miss("token_url", "is missing: the fields are exchanged there for a token");
        return;
    }
    match block.take("additional_steps") {
        None => token::request(draft, block, &["auth", "token_request"]),
        Some(found) => steps(draft, block, &found),
    }
    refresh(draft, block);
    token::answer(draft, block, &["auth", "token_response"]);
    draft.put_texts(&["auth", "token_response_metadata"], block.take("token_response_metadata"));
}

fn steps(draft: &mut Draft, block: &mut Block<'_>, found: &Found<'_>) {
    let Some(list) = found.node.list().filter(|list| !list.is_empty()) else {
        draft.refuse(found, "must be a list of requests");
        return;
    };
    let mut steps = vec![token::step(draft, block, "auth.steps")];
    for (at, node) in list.iter().enumerate() {
        let found = Found { path: format!("{}.{at}", found.path), node };
        let Some(map) = draft.map(&found) else { return };
        let mut inner = Block::new(&found.path, map);
        let path = if at + 1 == list.len() { "auth.token_request" } else { "auth.steps" };
        let step = token::step(draft, &mut inner, path);
        if step.get("url").is_none() {
            draft.refuse(
                &found,
                "has no `token_url`; a step is written with token_url, token_params, token_headers, token_request_method and body_format",
            );
            return;
        }
        for (_, found) in inner.rest() {
            draft
                .refuse(&found, "is not known of a step: token_url, token_params, token_headers, token_request_method and body_format are");
        }
        steps.push(step);
    }
    let last = steps.pop().expect("there are at least two");
    draft.set(&["auth", "steps"], steps.into());
    draft.set(&["auth", "token_request"], last);
}

/// Instead of everything again, while there is a refresh token.
fn refresh(draft: &mut Draft, block: &mut Block<'_>) {
    const PATH: [&str; 2] = ["auth", "refresh_request"];
    let names = ["refresh_url", "refresh_token_params", "refresh_params", "refresh_token_headers"];
    if !names.iter().any(|name| block.has(name)) {
        return;
    }
    let url = block.take("refresh_url");
    let url = url.or_else(|| block.take("token_url"));
    draft.put_template(&[PATH[0], PATH[1], "url"], url);
    let params = if block.has("refresh_token_params") { "refresh_token_params" } else { "refresh_params" };
    draft.put_templates(&[PATH[0], PATH[1], "body"], block.take(params), &[]);
    draft.put_templates(&[PATH[0], PATH[1], "headers"], block.take("refresh_token_headers"), &[]);
    if let Some(format) = draft.entry.pointer("/auth/token_request/body_format").cloned() {
        draft.set(&[PATH[0], PATH[1], "body_format"], format);
    }
}
