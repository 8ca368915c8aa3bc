//! The whole product, from outside: the real binary on both databases, a stand-in provider, real components.

mod access;
mod app;
mod architecture;
mod async_actions;
mod authorization;
mod bad_input;
mod both;
mod browser;
mod clients;
mod connecting;
mod crash;
mod demo;
mod end_to_end;
mod guests;
mod javascript;
mod keys;
mod limits;
mod node;
mod outgoing;
mod provider;
mod real_browser;
mod sandbox;
mod scale;
mod schedules;
mod sink;
mod webhooks;
