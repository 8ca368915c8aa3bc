//! What pages are built of. Each part has its template, escapes what it is given, and is placed by its name: `{{ table }}`.

mod action;
mod badge;
mod cell;
mod chart;
mod empty;
mod facts;
mod filters;
mod json;
mod lines;
mod pager;
mod stats;
mod table;
mod tabs;

pub use action::{Action, Look, Way};
pub use badge::Badge;
pub use cell::{Cell, thousands};
pub use chart::{Bucket, Chart, Series};
pub use empty::Empty;
pub use facts::Facts;
pub use filters::{Filter, FilterKind, Filters};
pub use json::JsonBlock;
pub use lines::{LinePoint, Lines};
pub use pager::Pager;
pub use stats::{Stat, Stats};
pub use table::{Column, Table};
pub use tabs::{Tab, Tabs};

/// Makes parts that other templates place as they are: their own templates have escaped everything in them.
macro_rules! placed_as_html {
    ($($part:ty),+) => {$(impl askama::filters::HtmlSafe for $part {})+};
}

placed_as_html!(Action, Badge, Cell, Chart, Empty, Facts, Filters, JsonBlock, Lines, Pager, Stats, Table, Tabs, super::Moment);
