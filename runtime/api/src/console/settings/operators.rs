//! `/console/{environment}/settings/operators`: who runs this installation, for owners.

pub(in crate::console) mod change;
pub(in crate::console) mod invite;
pub(in crate::console) mod list;
pub(in crate::console) mod remove;
pub(in crate::console) mod show;
