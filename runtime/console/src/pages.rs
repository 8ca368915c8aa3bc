//! The console's pages: one struct each, rendered by the template of the same name in `templates/console`.
//!
//! Handlers fill a struct with what the page shows, in words that are for a person already; the template only places and escapes it. Where a
//! part of a page is refreshed alone, that part has a struct of its own, and the page includes the same template.

mod connections;
mod deliveries;
mod field;
mod frame;
mod integration_form;
mod integrations;
mod moment;
mod problem;
mod providers;
pub mod reference;
mod removal;
mod sign_in;
mod webhooks;

#[cfg(test)]
mod tests;

pub use connections::{ConnectionItem, ConnectionList, ConnectionsPage, State, TestResult, Usable};
pub use deliveries::{AttemptItem, DeliveriesPage, DeliveryItem, DeliveryPage, EndpointItem};
pub use field::{Field, FieldKind};
use frame::assets;
pub use frame::{Frame, Notice, Section, Tone};
pub use integration_form::{Group, IntegrationForm};
pub use integrations::{IntegrationItem, IntegrationsPage};
pub use moment::Moment;
pub use problem::ProblemPage;
pub use providers::{ProviderChoice, ProviderItem, ProviderList, ProvidersPage};
pub use removal::Removal;
pub use sign_in::{SetupPage, SignInPage};
pub use webhooks::WebhooksPage;
