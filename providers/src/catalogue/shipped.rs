//! The entries that are built in, each with what lists and searches need of it.

/// One of them.
pub(super) struct Shipped {
    pub(super) key: &'static str,
    pub(super) display_name: &'static str,
    pub(super) categories: &'static [&'static str],
    pub(super) auth_mode: &'static str,
    pub(super) docs: &'static str,
    /// See [`super::Summary::route_fields`].
    pub(super) route_fields: &'static [&'static str],
    /// Whole: no `base` is left.
    pub(super) json: &'static str,
}

/// By key. The build script writes it.
pub(super) static SHIPPED: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// A shipped entry as JSON.
pub(crate) fn json(key: &str) -> Option<&'static str> {
    SHIPPED.binary_search_by_key(&key, |shipped| shipped.key).ok().map(|at| SHIPPED[at].json)
}
