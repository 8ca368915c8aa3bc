//! What Syncline knows about each provider: how a caller signs in, where the API lives and how it pages, throttles and notifies.
//!
//! ```text
//! catalogue/*.yaml ──► Entry (typed, templates parsed, checked) ──► Catalogue ──► outbound: URLs and headers
//! a user's folder  ──►   │                                             ├──► connect: token requests, fields to ask for
//!                        └── EntryDefect: file, line, field            └──► api: GET /providers
//! ```
//!
//! Invariant: pure. No file, socket or clock is touched here, and an [`Entry`] that exists is one that works: whatever can be wrong with
//! a file is found when it is loaded, never when a request is built.

mod catalogue;
mod check;
mod count;
mod defect;
mod dry_run;
mod entry;
mod import;
mod language;
mod load;
mod logo;
#[cfg(test)]
mod readme;
mod reference;
mod schema;
mod template;
pub mod webhook;
mod wire;

pub use catalogue::{Catalogue, Search, Summary, find};
pub use count::{Counts, FieldCount, count};
pub use defect::EntryDefect;
pub use dry_run::{DryStep, dry_run};
pub use entry::asked::{AskedField, FieldPlace};
pub use entry::auth::{
    Algorithm, App, AppWithUser, Auth, AwsSigV4, BodyFormat, ClientCredentials, ClientProof, ClientRegistration, DigestEncoding, Exchange,
    Jwt, Mcp, OAuth1, OAuth1Signature, OAuth2, Signature, Templates, TokenAnswer, TokenAuth, TokenRequest,
};
pub use entry::field::{Field, FieldDefect, FieldFormat, Pattern, VisibleWhen};
pub use entry::paginate::{OffsetMethod, Paginate};
pub use entry::{Entry, Proxy, Retry, Verification};
pub use import::{Imported, import, is_providers_file};
pub use language::{Language, Text};
pub use load::{Bases, examine, parse_entry};
pub use logo::logo_svg;
pub use reference::{Fact, facts, index, page};
pub use schema::{format_page, schema};
pub use template::{Moment, Name, Template, TemplateDefect, Unresolved, Values};
pub use webhook::Webhook;
pub use wire::to_wire;
