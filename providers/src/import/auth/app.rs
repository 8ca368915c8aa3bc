//! Modes of which a file says little: their flows live in code there, and in our shipped entries here.

use serde_json::{Value, json};

use crate::catalogue::shipped;
use crate::import::block::Block;
use crate::import::draft::Draft;

use super::token;

/// Providers end such tokens after ten minutes at most, and clocks differ.
const APP_JWT_LIFETIME_S: u64 = 540;

pub(super) fn app(draft: &mut Draft, block: &mut Block<'_>) {
    // The installation's facts are no config of ours: they prove who may buy the token.
    match block.take("authorization_url") {
        Some(found) => draft.put_template(&["auth", "app", "authorization_url"], Some(found)),
        None if draft.has_base => {}
        None => draft.set(&["auth", "app", "authorization_url"], "${integration.app_link}".into()),
    }
    match block.take("token_url") {
        Some(found) => {
            if let Some(url) = draft.template(&found) {
                let url = url
                    .replace("connectionConfig.installation_id", "credentials.installation_id")
                    .replace("connectionConfig.app_id", "credentials.app_id");
                draft.put(&["auth", "app", "token_request", "url"], &found, url.into());
            }
        }
        None if draft.has_base => {}
        None => draft.miss("token_url", "is missing: an installation's token is bought there"),
    }
    draft.put_templates(&["auth", "app", "token_request", "headers"], block.take("token_headers"), &[]);
    token::answer(draft, block, &["auth", "app", "token_response"]);
    if draft.entry.pointer("/auth/app/token_response").is_none() {
        draft.set(&["auth", "app", "token_response"], json!({ "token": ["token", "access_token"] }));
    }
    if draft.entry.pointer("/auth/app/jwt_lifetime_s").is_none() {
        draft.set(&["auth", "app", "jwt_lifetime_s"], APP_JWT_LIFETIME_S.into());
    }
}

/// Whether a user may use an installation must be asked of the provider, and no file of that format says how.
pub(super) fn custom(draft: &mut Draft, block: &mut Block<'_>) {
    for name in
        ["authorization_url", "authorization_params", "token_url", "token_params", "token_headers", "disable_pkce", "refresh_params"]
    {
        block.take(name);
    }
    let known = draft.shipped().filter(|shipped| shipped.pointer("/auth/mode") == Some(&"CUSTOM".into()));
    if let Some(auth) = known.and_then(|shipped| shipped.get("auth").cloned()) {
        draft.set(&["auth"], auth);
    } else if !draft.has_base {
        let problem = "CUSTOM is not supported of a provider that is not shipped: the request that shows whether a user may use an \
                       installation is missing. Write the entry in a file of its own, with `ownership_request`";
        draft.miss("auth_mode", problem);
    }
}

/// The roles' service and where they are assumed are as in the shipped entry; the file says only what is asked.
pub(super) fn aws(draft: &mut Draft) {
    if draft.has_base {
        return;
    }
    let known: Value = shipped::json("aws-sigv4").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    for name in ["auth", "integration_config", "connection_config"] {
        if let Some(value) = known.get(name) {
            draft.set(&[name], value.clone());
        }
    }
}

pub(super) fn install_plugin(draft: &mut Draft, block: &mut Block<'_>) {
    if let Some(found) = block.take("authorization_url") {
        draft.put_template(&["auth", "install_url"], Some(found));
    } else if !draft.has_base {
        draft.set(&["auth", "install_url"], "${integration.install_url}".into());
        let field = json!({
            "title": "Install link",
            "description": "Where a user installs the plugin, in its settings at the provider",
            "format": "uri",
            "pattern": "https://.+",
        });
        draft.set(&["integration_config", "install_url"], field);
    }
}
