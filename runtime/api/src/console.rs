//! The console: pages for operators, each with a password of their own and a role.
//!
//! ```text
//! request ──▶ headers ──▶ same origin, form read once ──▶ session, form's token ──▶ noted ──▶ role ──▶ handler: store · connect ──▶ page ──▶ HTML
//! ```
//!
//! Everything works by links and posted forms. htmx asks for parts of pages and says so in a header; a refusal is a page, a line of a page or
//! JSON, as whoever asks can use it.

mod assets;
mod audit;
mod connections;
mod deliveries;
mod environment;
mod form;
mod functions;
mod gate;
mod headers;
mod home;
mod incoming;
mod integrations;
mod invitation;
mod link;
mod logs;
mod notice;
mod overview;
mod password;
mod records;
mod refusal;
mod request;
mod role;
mod runs;
mod session;
mod settings;
mod setup;
mod sign_in;
mod sign_out;
mod state;
mod times;
mod webhooks;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use syncline_domain::Role;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

pub use password::{MIN_PASSWORD_CHARS, PasswordError, seed_password};

use crate::layers;
use crate::state::App;
use refusal::Refusal;
use settings::operators;
use state::Console;

/// Every page.
pub(crate) fn routes(app: Arc<App>) -> Router {
    let console = Arc::new(Console::new(Arc::clone(&app)));

    let open = Router::new()
        .route("/assets/{*file}", get(assets::handle))
        .route("/setup", get(setup::show).post(setup::claim))
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/invitation/{token}", get(invitation::show).post(invitation::accept))
        .route_layer(from_fn_with_state(Arc::clone(&console), audit::note_entry));

    // Whoever is refused is noted, too.
    let groups = [(Role::Support, for_support()), (Role::Developer, for_developers()), (Role::Owner, for_owners())];
    let with_role =
        |(least, group): (Role, Router<Arc<Console>>)| group.route_layer(from_fn_with_state((Arc::clone(&console), least), role::require));
    let signed_in = groups
        .map(with_role)
        .into_iter()
        .fold(Router::new(), Router::merge)
        .route_layer(from_fn_with_state(Arc::clone(&console), audit::note))
        .route_layer(from_fn_with_state(Arc::clone(&console), session::require));

    let pages = open
        .merge(signed_in)
        .fallback(unknown_page)
        .layer(from_fn_with_state(Arc::clone(&console), form::read))
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(app, layers::observe))
                .layer(from_fn_with_state(Arc::clone(&console), headers::dress))
                .layer(CatchPanicLayer::custom(layers::panicked)),
        )
        .with_state(console);
    Router::new().nest("/console", pages)
}

/// Looking at what is no secret, and helping whoever asks why something does not work.
fn for_support() -> Router<Arc<Console>> {
    Router::new()
        .route("/", get(home::first))
        .route("/sign-out", post(sign_out::handle))
        .route("/{environment}", get(home::of_environment))
        .route("/{environment}/overview", get(overview::page::handle))
        .route("/{environment}/connections", get(connections::list::handle))
        .route("/{environment}/connections/{row}", get(connections::show::handle))
        .route("/{environment}/connections/{row}/refresh", post(connections::refresh::handle))
        .route("/{environment}/connections/{row}/syncs/{sync}", get(connections::syncs::show))
        .route("/{environment}/connections/{row}/syncs/{sync}/run", post(connections::syncs::run))
        .route("/{environment}/connections/{row}/test", post(connections::test::handle))
        .route("/{environment}/connections/{row}/reconnect", post(connections::connect::again))
        .route("/{environment}/integrations", get(integrations::list::handle))
        .route("/{environment}/integrations/{key}", get(integrations::update::show))
        .route("/{environment}/functions", get(functions::list::handle))
        .route("/{environment}/functions/{function}", get(functions::show::handle))
        .route("/{environment}/runs", get(runs::list::handle))
        .route("/{environment}/runs/{run}", get(runs::show::handle))
        .route("/{environment}/runs/{run}/again", get(runs::again::ask).post(runs::again::handle))
        .route("/{environment}/runs/{run}/dry-run", get(runs::dry_run::ask).post(runs::dry_run::handle))
        .route("/{environment}/runs/waiting/{job}/cancel", post(runs::waiting::cancel))
        .route("/{environment}/runs/{run}/cancel", get(runs::cancel::ask).post(runs::cancel::handle))
        .route("/{environment}/records", get(records::connections::handle))
        .route("/{environment}/records/{row}", get(records::collections::handle))
        .route("/{environment}/records/{row}/{model}/{variant}", get(records::list::handle))
        .route("/{environment}/records/{row}/{model}/{variant}/record", get(records::show::handle))
        .route("/{environment}/records/{row}/{model}/{variant}/export", get(records::export::handle))
        .route("/{environment}/logs", get(logs::list::handle))
        .route("/{environment}/logs/{operation}", get(logs::show::handle))
        .route("/{environment}/webhooks", get(webhooks::show))
        .route("/{environment}/webhooks/deliveries", get(deliveries::list))
        .route("/{environment}/webhooks/deliveries/{id}", get(deliveries::show))
        .route("/{environment}/webhooks/deliveries/{id}/replay", post(deliveries::replay))
        .route("/{environment}/webhooks/incoming", get(incoming::list::handle))
        .route("/{environment}/webhooks/incoming/replay", get(incoming::replay::ask).post(incoming::replay::several))
        .route("/{environment}/webhooks/incoming/{id}", get(incoming::show::handle))
        .route("/{environment}/webhooks/incoming/{id}/replay", post(incoming::replay::one))
        .route("/{environment}/settings", get(settings::general::show))
        .route("/{environment}/settings/account", get(settings::account::show).post(settings::account::change))
        .route("/{environment}/settings/account/sessions", post(settings::account::end_others))
}

/// Building; and whatever shows a secret, asks for one, or takes something away.
fn for_developers() -> Router<Arc<Console>> {
    Router::new()
        .route("/{environment}/connections/{row}/metadata", post(connections::metadata::handle))
        .route("/{environment}/connections/{row}/credentials", post(connections::credentials::reveal))
        .route("/{environment}/connections/{row}/syncs/{sync}/resync", get(connections::syncs::ask_resync).post(connections::syncs::resync))
        .route("/{environment}/connections/{row}/syncs/{sync}/start", post(connections::syncs::start))
        .route("/{environment}/connections/{row}/syncs/{sync}/pause", post(connections::syncs::pause))
        .route("/{environment}/connections/{row}/syncs/{sync}/variants", post(connections::variants::create))
        .route("/{environment}/connections/{row}/syncs/{sync}/delete", get(connections::variants::ask).post(connections::variants::delete))
        .route("/{environment}/connections/{row}/syncs/{sync}/frequency", post(connections::syncs::frequency))
        .route("/{environment}/connections/{row}/disconnect", get(connections::disconnect::ask).post(connections::disconnect::handle))
        .route("/{environment}/catalogue", get(integrations::catalogue::handle))
        .route("/{environment}/catalogue/{provider}", get(integrations::create::show).post(integrations::create::handle))
        .route("/{environment}/integrations/{key}", post(integrations::update::handle))
        .route("/{environment}/integrations/{key}/delete", get(integrations::delete::ask).post(integrations::delete::handle))
        .route("/{environment}/integrations/{key}/connect", post(connections::connect::new))
        .route("/{environment}/functions/{function}/rollback/{deployment}", get(functions::rollback::ask).post(functions::rollback::handle))
        .route("/{environment}/webhooks", post(webhooks::save))
        .route("/{environment}/webhooks/rotate", post(webhooks::rotate))
        .route("/{environment}/webhooks/endpoints/{id}/enable", post(deliveries::enable))
        .route("/{environment}/settings/api-keys", get(settings::api_keys::list).post(settings::api_keys::create))
        .route("/{environment}/settings/api-keys/{id}/delete", get(settings::api_keys::ask).post(settings::api_keys::delete))
        .route("/{environment}/settings/variables", get(settings::variables::list).post(settings::variables::set))
        .route("/{environment}/settings/variables/{name}/delete", get(settings::variables::ask).post(settings::variables::delete))
}

/// Who may do what, and what is kept: of the whole server, or such that a mistake cannot be mended.
fn for_owners() -> Router<Arc<Console>> {
    Router::new()
        .route("/{environment}/settings/retention", post(settings::general::keep))
        .route("/{environment}/settings/environments", post(settings::environments::create))
        .route("/{environment}/settings/delete", get(settings::environments::ask).post(settings::environments::delete))
        .route("/{environment}/settings/encryption", get(settings::encryption::show))
        .route("/{environment}/settings/encryption/rotate", post(settings::encryption::rotate))
        .route("/{environment}/settings/audit", get(settings::audit::list))
        .route("/{environment}/settings/operators", get(operators::list::handle).post(operators::invite::handle))
        .route("/{environment}/settings/operators/{operator}", get(operators::show::handle))
        .route("/{environment}/settings/operators/{operator}/role", post(operators::change::handle))
        .route("/{environment}/settings/operators/{operator}/link", post(operators::invite::again))
        .route("/{environment}/settings/operators/{operator}/delete", get(operators::remove::ask).post(operators::remove::handle))
}

async fn unknown_page() -> Refusal {
    Refusal::not_found("There is no such page")
}
