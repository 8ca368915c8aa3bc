//! What to do at a provider before its accounts can be connected, as its entry says.

use syncline_console::pages::SetupStep;
use syncline_providers::{Auth, Entry, Language};

/// In order.
pub(super) fn of(entry: &Entry) -> Vec<SetupStep> {
    let provider = &entry.display_name;
    let plain = |text: String| SetupStep { text, link: None };
    let docs = entry.docs_connect.as_deref().or(Some(&entry.docs)).and_then(web_address);
    let linked = |text: String| SetupStep { text, link: docs.clone().map(|docs| (docs, format!("{provider}’s documentation"))) };
    let mut steps = match &entry.auth {
        Auth::OAuth2(oauth) => vec![
            linked(format!("Register an app in the developer settings of {provider}.")),
            plain("Enter the callback URL below as its redirect URI, exactly as it stands.".to_owned()),
            plain(scopes(&oauth.default_scopes)),
            plain("Copy its client ID and its client secret into the form.".to_owned()),
        ],
        Auth::OAuth1(_) => vec![
            linked(format!("Register an app in the developer settings of {provider}.")),
            plain("Enter the callback URL below, exactly as it stands.".to_owned()),
            plain("Copy its consumer key and its consumer secret into the form.".to_owned()),
        ],
        Auth::App(_) | Auth::AppWithUser(_) => vec![
            linked(format!("Make an app at {provider} that your users can install.")),
            plain("Enter the callback URL below as the address to which it leads after an installation.".to_owned()),
            plain("Let it make a private key, and copy its id, its public page and the key into the form.".to_owned()),
        ],
        Auth::Mcp(_) => vec![
            linked(format!("Look up whether {provider} wants an app of yours; most servers register this one by themselves.")),
            plain("Where it does, enter the callback URL below as its redirect URI.".to_owned()),
        ],
        _ => vec![linked(format!("Nothing to register: whoever connects brings what {provider} asks for."))],
    };
    let asked = asked(entry);
    if !asked.is_empty() {
        steps.push(plain(format!("Whoever connects an account is asked for: {}.", asked.join(", "))));
    }
    if let Some(webhook) = &entry.webhook {
        let text = "Once the integration is added, enter its webhook URL there, if you want to hear of changes at once.".to_owned();
        steps.push(SetupStep { text, link: web_address(&webhook.docs).map(|docs| (docs, "How webhooks are set up".to_owned())) });
    }
    steps
}

/// For a link. Entries can be a user's own: nothing else of theirs becomes one.
pub(super) fn web_address(text: &str) -> Option<String> {
    text.starts_with("https://").then(|| text.to_owned())
}

fn scopes(usual: &[String]) -> String {
    if usual.is_empty() {
        return "Give it the scopes that your functions need.".to_owned();
    }
    format!("Give it the scopes that your functions need; the usual ones are {}.", usual.join(", "))
}

/// The titles of the fields that a person fills in.
fn asked(entry: &Entry) -> Vec<String> {
    let all = entry.connection_config.values().chain(entry.credentials.values());
    all.filter(|field| !field.automated && !field.hidden && !field.may_be_absent())
        .map(|field| field.title.get(Language::En).to_owned())
        .collect()
}
