//! Environments, keys, variables, encryption, and who did what.

mod api_keys;
mod audit;
mod encryption;
mod general;
mod variables;

pub use api_keys::{ApiKeysPage, NewKey, ScopeChoice, ScopeGroup};
pub use audit::AuditPage;
pub use encryption::EncryptionPage;
pub use general::GeneralPage;
pub use variables::VariablesPage;

use crate::pages::{Frame, Tab, Tabs};

/// The pages, side by side; `current` is the path of the page below the settings.
pub fn settings_tabs(frame: &Frame, current: &str) -> Tabs {
    let pages =
        [("General", ""), ("API keys", "/api-keys"), ("Variables", "/variables"), ("Encryption", "/encryption"), ("Audit log", "/audit")];
    let tab = |(title, path): (&str, &str)| Tab {
        title: title.to_owned(),
        href: format!("{}/settings{path}", frame.home()),
        is_current: path == current,
    };
    Tabs { label: "Settings".to_owned(), tabs: pages.map(tab).to_vec() }
}
