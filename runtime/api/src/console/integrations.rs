//! Integrations and the catalogue that they are picked from.

pub(super) mod catalogue;
pub(super) mod create;
pub(super) mod delete;
mod draft;
mod fields;
mod form;
pub(super) mod list;
mod lookup;
mod steps;
pub(super) mod update;
mod uses;
pub(super) mod words;

pub(super) use fields::lacks;
pub(super) use words::name;
