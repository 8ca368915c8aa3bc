//! Deployments: components and the functions in them.

pub(crate) mod create;
