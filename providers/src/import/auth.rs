//! The auth modes: top-level fields there, a block of the mode here.

use serde_json::{Value, json};

use super::block::Block;
use super::draft::Draft;
use super::expression::Words;
use crate::entry::auth::block::MODES;

mod app;
mod client;
mod exchange;
mod oauth;
mod token;

/// The mode, which everything else depends on.
pub(super) fn mode(draft: &mut Draft, block: &mut Block<'_>) -> Option<&'static str> {
    let inherited = draft.entry.pointer("/auth/mode").and_then(Value::as_str).map(str::to_owned);
    let (said, found) = if let Some(found) = block.take("auth_mode") {
        (draft.text(&found)?, Some(found))
    } else if let Some(inherited) = inherited.clone() {
        (inherited, None)
    } else {
        draft.miss("auth_mode", &format!("is missing; it is one of {}", MODES.join(", ")));
        return None;
    };
    let Some(mode) = MODES.iter().find(|mode| **mode == said) else {
        if let Some(found) = found {
            draft.refuse(&found, &format!("`{said}` is not one of {}", MODES.join(", ")));
        }
        return None;
    };
    // The block of another mode means something else: it is not inherited.
    if inherited.as_deref() != Some(*mode) {
        draft.set(&["auth"], json!({ "mode": mode }));
    }
    if let Some(found) = found {
        draft.put(&["auth", "mode"], &found, (*mode).into());
    }
    Some(mode)
}

pub(super) fn read(draft: &mut Draft, block: &mut Block<'_>, mode: &str) {
    draft.words = words(mode);
    match mode {
        "OAUTH2" => oauth::oauth2(draft, block),
        "OAUTH1" => oauth::oauth1(draft, block),
        "MCP_OAUTH2" | "MCP_OAUTH2_GENERIC" => oauth::mcp(draft, block),
        "OAUTH2_CC" => client::client_credentials(draft, block),
        "TWO_STEP" => exchange::two_step(draft, block),
        "BILL" => exchange::bill(draft, block),
        "JWT" => exchange::jwt(draft, block),
        "SIGNATURE" => exchange::signature(draft, block),
        "APP" => app::app(draft, block),
        "CUSTOM" => app::custom(draft, block),
        "AWS_SIGV4" => app::aws(draft),
        "INSTALL_PLUGIN" => app::install_plugin(draft, block),
        // API_KEY, BASIC, TBA and NONE have nothing to say beside the mode.
        _ => {}
    }
    if let Some(found) = block.take("assertion") {
        draft.refuse(&found, "is not supported: nothing here builds the assertion that buys the token");
    }
}

fn words(mode: &str) -> Words {
    let words = Words::default();
    let own_client = Words { client_id: "credentials.client_id", client_secret: "credentials.client_secret", ..words };
    match mode {
        "OAUTH2_CC" => Words { access_token: "credentials.token", ..own_client },
        "TWO_STEP" | "SIGNATURE" => Words { access_token: "credentials.token", ..words },
        "JWT" => Words { access_token: "credentials.token", token: "credentials.assertion", ..words },
        "BILL" => Words { access_token: "credentials.session_id", ..words },
        "APP" => Words { access_token: "credentials.access_token", ..words },
        _ => words,
    }
}
