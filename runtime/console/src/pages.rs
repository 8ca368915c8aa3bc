//! The console's pages: one struct each, rendered by the template of the same name in `templates/console`.
//!
//! Handlers fill a struct with what the page shows, in words that are for a person already; the template only places and escapes it. Where a
//! part of a page is refreshed alone, that part has a struct of its own, and the page includes the same template.
//!
//! How a page is furnished:
//! - its template extends `console/frame.html`: blocks `title` (also of the browser's tab), `width` (` page-narrow` for forms) and `content`.
//!   `content` begins with `<div class="head">` and the page's one `<h1>`; each `<section>` has an `<h2>`;
//! - a new area puts its [`Section`] into `Section::ALL`, and the navigation has it;
//! - what repeats is a part ([`parts`]): [`Table`] of [`Cell`]s, [`Facts`], [`Badge`], [`Empty`], [`Filters`], [`Pager`], [`JsonBlock`], [`Chart`],
//!   [`Lines`], [`Stats`], [`Tabs`], [`Action`]. Templates place them by name: `{{ table }}`;
//! - a page that is one list is a [`Listing`], one about a single thing is a [`Detail`]: no template of its own is needed;
//! - what somebody may not do is not offered to them: templates ask `frame.role`, handlers leave the [`Action`] out;
//! - what removes or cannot be undone is an [`Action::ask`] that leads to a [`Removal`]; every form carries `frame.csrf`;
//! - filters and cursors are in the address; nothing needs a script, and nothing is styled or scripted inline (the policy forbids both);
//! - every struct stands in `tests::pages` with script in each text that comes from elsewhere.

mod connections;
mod deliveries;
mod detail;
mod dry_run;
mod field;
mod frame;
mod incoming;
mod integration_form;
mod integrations;
mod listing;
mod logs;
mod moment;
mod overview;
pub mod parts;
mod problem;
mod providers;
mod records;
pub mod reference;
mod removal;
mod role;
mod run;
mod settings;
mod sign_in;
mod webhook_tabs;
mod webhooks;

#[cfg(test)]
mod tests;

pub use connections::{ConnectionItem, ConnectionList, ConnectionsPage, State, TestResult, Usable};
pub use deliveries::{AttemptItem, DeliveriesPage, DeliveryItem, DeliveryPage, EndpointItem};
pub use detail::{Block, Detail, Form, Part};
pub use dry_run::{DryRunModel, DryRunPage, DryRunResult, DryRunStep};
pub use field::{Field, FieldKind};
use frame::assets;
pub use frame::{Frame, Notice, Section, Tone};
pub use incoming::{IncomingPage, IncomingWebhookPage};
pub use integration_form::{Group, IntegrationForm, SetupStep, WebhookSetup};
pub use integrations::{IntegrationItem, IntegrationsPage};
pub use listing::{Listing, Live};
pub use logs::{LogsPage, MessageItem, OperationPage};
pub use moment::Moment;
pub use overview::{OverviewPage, Panel, Verdict};
pub use parts::*;
pub use problem::ProblemPage;
pub use providers::{ProviderChoice, ProviderItem, ProviderList, ProvidersPage};
pub use records::{RecordPage, RecordsPage};
pub use removal::Removal;
pub use role::Role;
pub use run::{Problem, RunPage, Step};
pub use settings::{
    ApiKeysPage, AuditPage, EncryptionPage, GeneralPage, NewKey, NewLink, OperatorsPage, ScopeChoice, ScopeGroup, VariablesPage,
    settings_tabs,
};
pub use sign_in::{InvitationPage, SetupPage, SignInPage};
pub use webhook_tabs::webhook_tabs;
pub use webhooks::WebhooksPage;
