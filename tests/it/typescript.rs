//! Functions in TypeScript, end to end: built, deployed and run as their authors do, against stand-ins for their providers.

mod billing;
mod helpdesk;
mod mistakes;
mod project;
mod ready_made;
mod recordings;
mod shop;
mod stand_in;
mod stand_ins;
mod workshop;
