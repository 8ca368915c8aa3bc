//! The person at the provider: a page with two links, or a decision that the test has taken already.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::Response;

use super::{Code, Consent, redirect_target};
use crate::authorization::{World, found, page, random};

/// What waits for a decision.
pub(in crate::authorization) struct Decision {
    /// The redirect URI.
    pub(in crate::authorization) back: String,
    pub(in crate::authorization) state: Option<String>,
    /// Sent along when it is approved.
    pub(in crate::authorization) extra: Vec<(&'static str, String)>,
    /// What is issued then.
    pub(in crate::authorization) code: Option<Code>,
}

/// Asks, or goes on as if somebody had decided.
pub(in crate::authorization) fn decided(world: &World, realm: &str, decision: Decision) -> Response<Body> {
    let consent = world.oauth2().rules(realm).consent;
    match consent {
        Consent::Approves => found(&approve(world, realm, decision)),
        Consent::Denies => found(&deny(world, realm, decision)),
        Consent::Asked => {
            let ticket = format!("{realm}.{}", random());
            world.oauth2().pending.insert(ticket.clone(), decision);
            page(
                200,
                format!(
                    "<!doctype html><title>Stand-in</title><h1>{realm} asks</h1>\
                     <a id=approve href=/decisions/{ticket}/approve>Approve</a> <a id=deny href=/decisions/{ticket}/deny>Deny</a>"
                ),
            )
        }
    }
}

pub(super) async fn decision(State(world): State<World>, Path((ticket, word)): Path<(String, String)>) -> Response<Body> {
    let Some(decision) = world.oauth2().pending.remove(&ticket) else { return page(410, "<h1>decided already</h1>".to_owned()) };
    let realm = ticket.split('.').next().expect("a split has a first part");
    found(&if word == "approve" { approve(&world, realm, decision) } else { deny(&world, realm, decision) })
}

fn approve(world: &World, realm: &str, decision: Decision) -> String {
    let mut parameters = decision.extra;
    if let Some(code) = decision.code {
        let text = world.secret("code");
        world.oauth2().codes.insert(text.clone(), code);
        parameters.push(("code", text));
    }
    parameters.extend(decision.state.map(|state| ("state", state)));
    redirect_target(world, realm, &decision.back, parameters)
}

fn deny(world: &World, realm: &str, decision: Decision) -> String {
    let mut parameters = vec![("error", "access_denied".to_owned()), ("error_description", "the person said no".to_owned())];
    parameters.extend(decision.state.map(|state| ("state", state)));
    redirect_target(world, realm, &decision.back, parameters)
}
