//! Environments, keys, variables, encryption, operators, and who did what.

mod api_keys;
mod audit;
mod encryption;
mod general;
mod operators;
mod variables;

pub use api_keys::{ApiKeysPage, NewKey, ScopeChoice, ScopeGroup};
pub use audit::AuditPage;
pub use encryption::EncryptionPage;
pub use general::GeneralPage;
pub use operators::{NewLink, OperatorsPage};
pub use variables::VariablesPage;

use crate::pages::{Frame, Role, Tab, Tabs};

/// Title, path below the settings, and whom it is for.
const PAGES: [(&str, &str, Role); 7] = [
    ("General", "", Role::Support),
    ("API keys", "/api-keys", Role::Developer),
    ("Variables", "/variables", Role::Developer),
    ("Encryption", "/encryption", Role::Owner),
    ("Operators", "/operators", Role::Owner),
    ("Audit log", "/audit", Role::Owner),
    ("Your account", "/account", Role::Support),
];

/// The pages, side by side; `current` is the path of the page below the settings.
pub fn settings_tabs(frame: &Frame, current: &str) -> Tabs {
    let tab = |(title, path, _): (&str, &str, Role)| Tab {
        title: title.to_owned(),
        href: format!("{}/settings{path}", frame.home()),
        is_current: path == current,
    };
    let tabs = PAGES.into_iter().filter(|(_, _, least)| frame.role >= *least).map(tab).collect();
    Tabs { label: "Settings".to_owned(), tabs }
}
