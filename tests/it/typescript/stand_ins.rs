//! Providers on loopback: three of the sample project's own, and four as the ready-made functions meet them.

pub(crate) mod billing;
pub(crate) mod google_calendar;
pub(crate) mod helpdesk;
pub(crate) mod hubspot;
pub(crate) mod linear;
pub(crate) mod notion;
pub(crate) mod shop;
