//! The pages about webhooks, side by side.

use crate::pages::{Frame, Tab, Tabs};

/// The tabs; `current` is the path of the page below its environment.
pub fn webhook_tabs(frame: &Frame, current: &str) -> Tabs {
    let pages = [("Sent", "webhooks/deliveries"), ("Received", "webhooks/incoming"), ("Settings", "webhooks")];
    let tab = |(title, path): (&str, &str)| Tab {
        title: title.to_owned(),
        href: format!("{}/{path}", frame.home()),
        is_current: path == current,
    };
    Tabs { label: "Webhooks".to_owned(), tabs: pages.map(tab).to_vec() }
}
