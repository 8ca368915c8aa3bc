//! Where an event's webhook goes.

use syncline_store::WebhookSettings;

/// The connection's own address in place of the environment's: wire contract 6.2.
pub(crate) fn of(settings: &WebhookSettings, own: Option<&str>) -> Vec<String> {
    let urls = match own {
        Some(url) => vec![url],
        None => settings.primary_url.iter().chain(&settings.secondary_url).map(String::as_str).collect(),
    };
    urls.into_iter().filter(|url| !url.is_empty()).map(str::to_owned).collect()
}
