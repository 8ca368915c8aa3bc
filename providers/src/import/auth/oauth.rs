//! A person's consent: OAuth 2.0, OAuth 1.0a and MCP's.

use crate::import::block::{Block, Found};
use crate::import::draft::Draft;

use super::token;

/// Set by us in every flow, and understood by those that write them down nevertheless.
const STANDARD: &[(&str, &str)] = &[("response_type", "code")];

pub(super) fn oauth2(draft: &mut Draft, block: &mut Block<'_>) {
    draft.put_template(&["auth", "authorization_url"], block.take("authorization_url"));
    authorization_params(draft, block, STANDARD);
    if let Some(found) = block.take("authorization_url_replacements")
        && let Some(map) = draft.map(&found)
    {
        let names = map.iter().filter_map(|(name, node)| Some((name.clone(), node.text()?.into()))).collect::<serde_json::Map<_, _>>();
        draft.put(&["auth", "parameter_names"], &found, names.into());
    }
    draft.put_template(&["auth", "token_url"], block.take("token_url"));
    draft.put_templates(&["auth", "token_params"], block.take("token_params"), &[("grant_type", "authorization_code")]);
    draft.put_templates(&["auth", "token_headers"], block.take("token_headers"), &[]);
    token::proof(draft, block);
    token::body_format(draft, block, &["auth", "body_format"]);
    if let Some(found) = block.take("token_request_method")
        && let Some(method) = draft.text(&found)
    {
        draft.put(&["auth", "token_method"], &found, method.to_uppercase().into());
    }
    draft.put_template(&["auth", "refresh_url"], block.take("refresh_url"));
    let refresh = if block.has("refresh_params") { "refresh_params" } else { "refresh_token_params" };
    draft.put_templates(&["auth", "refresh_params"], block.take(refresh), &[("grant_type", "refresh_token")]);
    scopes(draft, block);
    let disable_pkce = block.take("disable_pkce");
    match disable_pkce.as_ref().and_then(|found| draft.flag(found).map(|off| (found, off))) {
        Some((found, off)) => draft.put(&["auth", "pkce"], found, (!off).into()),
        None if draft.entry.pointer("/auth/pkce").is_none() => draft.set(&["auth", "pkce"], true.into()),
        None => {}
    }
    token::answer(draft, block, &["auth", "token_response"]);
    draft.put_texts(&["auth", "token_response_metadata"], block.take("token_response_metadata"));
    draft.put_text(&["auth", "code_param"], block.take("authorization_code_param_in_callback"));
    draft.put_texts(&["auth", "callback_metadata"], block.take("redirect_uri_metadata"));
}

pub(super) fn oauth1(draft: &mut Draft, block: &mut Block<'_>) {
    for name in ["request_url", "authorization_url", "token_url"] {
        draft.put_template(&["auth", name], block.take(name));
    }
    draft.put_templates(&["auth", "request_params"], block.take("request_params"), &[]);
    authorization_params(draft, block, &[]);
    if let Some(found) = block.take("signature_method")
        && let Some(method) = draft.text(&found)
    {
        match method.as_str() {
            "HMAC-SHA1" | "HMAC-SHA256" | "PLAINTEXT" => draft.put(&["auth", "signature_method"], &found, method.into()),
            _ => draft.refuse(&found, &format!("`{method}` is not supported; there are HMAC-SHA1, HMAC-SHA256 and PLAINTEXT")),
        }
    }
    draft.put_texts(&["auth", "token_response_metadata"], block.take("token_response_metadata"));
}

/// The server's own metadata tells its endpoints (RFC 9728, 8414), so those of the file are read and not needed.
pub(super) fn mcp(draft: &mut Draft, block: &mut Block<'_>) {
    for discovered in ["authorization_url", "token_url", "registration_url"] {
        block.take(discovered);
    }
    if let Some(found) = block.take("client_registration")
        && let Some(kind) = draft.text(&found)
    {
        match kind.as_str() {
            "dynamic" | "static" => draft.put(&["auth", "registration"], &found, kind.into()),
            "cimd" => draft.put(&["auth", "registration"], &found, "client_metadata".into()),
            _ => draft.refuse(&found, &format!("`{kind}` is not supported; there are dynamic, static and cimd")),
        }
    }
    draft.put_texts(&["auth", "default_scopes"], block.take("default_scopes"));
    let base_url = block.written("proxy").and_then(|node| node.map()?.iter().find(|(name, _)| name == "base_url"));
    if let Some((_, node)) = base_url {
        let found = Found { path: "proxy.base_url".to_owned(), node };
        draft.put_template(&["auth", "server_url"], Some(found));
    } else if draft.entry.pointer("/auth/server_url").is_none() {
        draft.miss("proxy.base_url", "is missing: it is the MCP server's address");
    }
}

fn authorization_params(draft: &mut Draft, block: &mut Block<'_>, standard: &[(&str, &str)]) {
    // Empty ones are never sent.
    block.take("authorization_url_skip_empty");
    let Some(found) = block.take("authorization_params") else { return };
    // That format's word for a parameter that is not to be sent.
    if let Some(map) = found.node.map() {
        for (name, node) in map.iter().filter(|(_, node)| node.text().as_deref() == Some("undefined")) {
            if ["response_type", "client_id", "redirect_uri", "scope", "state"].contains(&name.as_str()) {
                let found = Found { path: format!("{}.{name}", found.path), node };
                draft.note(&found, "is sent nevertheless: it is a standard parameter");
            }
        }
    }
    let removed =
        found.node.map().into_iter().flatten().filter(|(_, node)| node.text().is_some_and(|text| text == "undefined" || text.is_empty()));
    let removed: Vec<String> = removed.map(|(name, _)| name.clone()).collect();
    let skip: Vec<(&str, &str)> = standard.iter().copied().chain(removed.iter().map(|name| (name.as_str(), ""))).collect();
    draft.put_templates(&["auth", "authorization_params"], Some(found), &skip);
}

pub(super) fn scopes(draft: &mut Draft, block: &mut Block<'_>) {
    draft.put_text(&["auth", "scope_separator"], block.take("scope_separator"));
    draft.put_texts(&["auth", "default_scopes"], block.take("default_scopes"));
}
