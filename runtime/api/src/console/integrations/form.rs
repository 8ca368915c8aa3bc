//! A draft as a page.

use syncline_console::pages::{Group, IntegrationForm, Section, WebhookSetup};
use syncline_domain::IntegrationKey;
use syncline_providers::{Auth, Entry};

use crate::console::environment::Here;
use crate::console::integrations::draft::Draft;
use crate::console::integrations::steps;
use crate::console::state::Console;

/// `key` of one that exists.
pub(super) fn page(console: &Console, here: &Here, entry: &Entry, draft: Draft, key: Option<&str>) -> IntegrationForm {
    let provider = &entry.display_name;
    let title = if key.is_some() { draft.display_name() } else { format!("Add {provider}") };
    let about = if draft.client.is_empty() && draft.config.is_empty() {
        format!("{provider} needs no app of yours: whoever connects brings everything.")
    } else {
        String::new()
    };
    let client = match entry.auth {
        Auth::App(_) => ("Your app", format!("The app that your users install at {provider}.")),
        Auth::AppWithUser(_) => ("Your app", format!("The app that your users install at {provider}, and its OAuth client.")),
        _ => (
            "Your OAuth app",
            "Register an app in the provider’s developer settings, with the callback URL above; it gets an id and a secret there."
                .to_owned(),
        ),
    };
    let config = ("Settings of the provider", format!("What {provider} needs to know of you, for all connections."));
    let webhooks = ("Webhooks", format!("With it {provider} proves that a webhook comes from there; without it none is accepted."));
    let groups =
        [(("About this integration", about), draft.about), (client, draft.client), (config, draft.config), (webhooks, draft.webhook)];
    let groups = groups.into_iter().filter(|(_, fields)| !fields.is_empty());
    IntegrationForm {
        frame: here.frame(Section::Integrations),
        key: key.map(str::to_owned),
        provider: entry.key.clone(),
        provider_name: provider.clone(),
        logo: console.logo(&entry.key),
        docs: steps::web_address(&entry.docs),
        title,
        steps: steps::of(entry),
        unsure: entry.unsure.clone(),
        callback_url: callback_url(console, &entry.auth),
        webhook: key.and_then(|key| webhook(console, here, entry, key)),
        uses: Vec::new(),
        groups: groups.map(|((title, lead), fields)| Group { title: title.to_owned(), lead, fields }).collect(),
        problem: None,
    }
}

/// For modes that send the user's browser back to us.
fn callback_url(console: &Console, auth: &Auth) -> Option<String> {
    let returns = matches!(auth, Auth::OAuth2(_) | Auth::OAuth1(_) | Auth::App(_) | Auth::AppWithUser(_) | Auth::Mcp(_));
    returns.then(|| console.app.connect.callback_url().to_string())
}

/// Where the provider's webhooks of this integration go, if it has any that its entry describes.
fn webhook(console: &Console, here: &Here, entry: &Entry, key: &str) -> Option<WebhookSetup> {
    let described = entry.webhook.as_ref()?;
    let key = IntegrationKey::new(key).ok()?;
    Some(WebhookSetup {
        url: console.app.connect.webhook_url(here.row.uuid, &key).to_string(),
        docs: steps::web_address(&described.docs),
        received: format!(
            "{}/webhooks/incoming?integration={}",
            here.home(),
            url::form_urlencoded::byte_serialize(key.as_str().as_bytes()).collect::<String>()
        ),
    })
}
