//! A provider without a server: its entry in the catalogue, and addresses for its answers.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};
use syncline_domain::Credentials;
use syncline_outbound::{ProviderTarget, ProxyCall};
use syncline_providers::{Catalogue, Entry, parse_entry};
use url::Url;

/// A provider that no entry describes: lists are paged as the call says.
const UNLISTED: &str = "key: unlisted\ndisplay_name: Unlisted\ncategories: [other]\ndocs: https://example.com\nsources: [https://example.com]\n\
                        auth:\n  mode: NONE\nproxy:\n  no_base_url: not in the catalogue\n";

/// The entry of that key, or one that says nothing.
pub fn entry(catalogue: &Catalogue, key: &str) -> Arc<Entry> {
    catalogue.get(key).cloned().unwrap_or_else(|| Arc::new(unlisted(key)))
}

/// An entry that says nothing but its key.
pub fn unlisted(key: &str) -> Entry {
    let entry = parse_entry(Path::new("unlisted.yaml"), UNLISTED).expect("the text above is an entry");
    Entry { key: key.to_owned(), ..entry }
}

/// A provider as one connection sees it, without credentials.
pub fn target(entry: Arc<Entry>, connection_config: &Value) -> ProviderTarget {
    let config: Map<String, Value> = connection_config.as_object().cloned().unwrap_or_default();
    ProviderTarget { entry, connection_config: Arc::new(config), credentials: Arc::new(Credentials::None), client: None }
}

/// Where a call of a replay would have gone: by the entry where that tells, else somewhere that is nowhere. Links in the answer are read
/// relative to it.
pub(crate) fn address(target: &ProviderTarget, call: &ProxyCall) -> Url {
    target.url(call).unwrap_or_else(|_| {
        let nowhere = || Url::parse("https://recorded.invalid/").expect("a URL");
        let base = call.base_url_override.as_deref().and_then(|base| Url::parse(base).ok()).unwrap_or_else(nowhere);
        let mut url = base.join(call.endpoint.trim_start_matches('/')).unwrap_or_else(|_| nowhere());
        if let Some(query) = &call.query {
            let both = url.query().filter(|query| !query.is_empty()).map_or_else(|| query.clone(), |own| format!("{own}&{query}"));
            url.set_query(Some(&both));
        }
        url
    })
}
