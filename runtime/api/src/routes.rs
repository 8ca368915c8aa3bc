//! Every route on one screen.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, any, delete, get, patch, post, put};
use http::{Method, StatusCode, Uri};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::authorize::supplied;
use crate::error::ApiError;
use crate::state::{App, Options, Services};
use crate::{
    actions, api_keys, auth, authorize, cli, connect, connect_ui, connections, console, custom_endpoints, dead_letters, deployments,
    environments, functions, health, idempotency, incoming, integrations, layers, limit, mcp, metrics, openapi, operations, operator,
    providers, proxy, record_policy, records, reference, runs, scripts, sockets, syncs, variables, webhook_deliveries, webhook_endpoints,
    webhook_settings,
};

/// Routes, and their paths: what the description of the API is held against.
#[derive(Default)]
struct Routes {
    router: Router<Arc<App>>,
    paths: Vec<&'static str>,
}

impl Routes {
    fn new() -> Self {
        Self::default()
    }

    fn route(mut self, path: &'static str, methods: MethodRouter<Arc<App>>) -> Self {
        self.paths.push(path);
        Self { router: self.router.route(path, methods), paths: self.paths }
    }

    /// Another spelling of a path, which the description need not have.
    fn also(self, path: &'static str, methods: MethodRouter<Arc<App>>) -> Self {
        Self { router: self.router.route(path, methods), paths: self.paths }
    }

    /// Both, with `layered` around the routes of this part.
    fn layered(self, layered: impl FnOnce(Router<Arc<App>>) -> Router<Arc<App>>) -> Self {
        Self { router: layered(self.router), paths: self.paths }
    }

    fn merge(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        Self { router: self.router.merge(other.router), paths: self.paths }
    }
}

/// What a node answers, and beside it what a monitor asks, for a listener of its own that wants no token. `with_api`: everything; else only
/// whether it lives and is ready.
pub fn routers(services: Services, options: Options, with_api: bool) -> (Router, Router) {
    let app = Arc::new(App::new(services, options));
    let probes = || {
        Router::new()
            .route("/health", get(health::alive::handle))
            .route("/ready", get(health::ready::handle))
            .fallback(unknown_route)
            .method_not_allowed_fallback(wrong_method)
    };
    let monitor = probes().route("/metrics", get(metrics::scrape::handle)).with_state(Arc::clone(&app));
    let answered = if with_api { around(app) } else { probes().with_state(app) };
    (answered, monitor)
}

/// The paths of everything that the API's description describes.
#[cfg(test)]
pub(crate) fn paths(app: &Arc<App>) -> Vec<&'static str> {
    api(app).paths
}

pub(crate) fn around(app: Arc<App>) -> Router {
    let routes = api(&app)
        .router
        // Of a page's, not the API's: the description leaves them out.
        .route("/", get(sockets::serve::handle))
        .route("/reference", get(reference::handle))
        .merge(connect_ui::routes())
        // Any path and any method: whatever functions declare.
        .merge(
            Router::new()
                .route("/v1/{*path}", any(custom_endpoints::handle))
                .route_layer(from_fn_with_state(Arc::clone(&app), idempotency::of_key))
                .route_layer(from_fn_with_state(Arc::clone(&app), auth::authenticate)),
        )
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(Arc::clone(&app), layers::observe))
                .layer(CatchPanicLayer::custom(layers::panicked))
                .layer(layers::cors())
                .layer(from_fn(layers::require_text)),
        )
        .with_state(Arc::clone(&app));
    // Beside the API's layers: no other site has business with the console.
    let routes = routes.merge(console::routes(app));

    // Outside of the router, because inside it the route is chosen already.
    Router::new().fallback_service(ServiceBuilder::new().map_request(layers::without_trailing_slash).service(routes))
}

/// Everything that the API's description describes.
fn api(app: &Arc<App>) -> Routes {
    let open = Routes::new()
        .route("/openapi.json", get(openapi::handle))
        .route("/health", get(health::alive::handle))
        .route("/ready", get(health::ready::handle))
        .route("/providers/{provider}/logo.svg", get(providers::logo::handle))
        // With whatever content type the provider sends.
        .route("/webhook/{environment}/{key}", get(incoming::receive::check).post(incoming::receive::handle));

    let public = Routes::new()
        .route("/providers.json", get(providers::dump::handle))
        .route("/cli/telemetry", post(cli::telemetry))
        .layered(|routes| routes.route_layer(from_fn_with_state(Arc::clone(app), limit::per_address)));

    let returning = Routes::new()
        // Where browsers come back to, with whatever content type the provider sends them.
        .route("/oauth/callback", get(authorize::callback::query).post(authorize::callback::form))
        .route("/app-auth/connect", get(authorize::callback::installed))
        .route("/oauth/client-metadata/{environment}/{key}", get(authorize::client_metadata::handle))
        .layered(|routes| routes.route_layer(from_fn_with_state(Arc::clone(app), limit::per_address_silently)));

    // With a connect session's token; the first three also with an API key.
    let browser = Routes::new()
        .route("/providers", get(providers::list::handle))
        .route("/providers/{provider}", get(providers::show::handle))
        .route("/integrations", get(integrations::list::handle))
        .route("/connect/session", get(connect::show::handle).delete(connect::delete::handle))
        .route("/connect/telemetry", post(connect::telemetry::handle))
        .route("/oauth/connect/{key}", get(authorize::begin::handle))
        .route("/api-auth/api-key/{key}", supplied::endpoint(&supplied::API_KEY))
        .route("/api-auth/basic/{key}", supplied::endpoint(&supplied::BASIC))
        .route("/oauth2/auth/{key}", supplied::endpoint(&supplied::CLIENT_CREDENTIALS))
        .route("/auth/tba/{key}", supplied::endpoint(&supplied::TBA))
        .route("/auth/two-step/{key}", supplied::endpoint(&supplied::TWO_STEP))
        .route("/auth/jwt/{key}", supplied::endpoint(&supplied::JWT))
        .route("/auth/bill/{key}", supplied::endpoint(&supplied::BILL))
        .route("/auth/aws-sigv4/{key}", supplied::endpoint(&supplied::AWS_SIGV4))
        .route("/auth/signature/{key}", supplied::endpoint(&supplied::SIGNATURE))
        .route("/auth/unauthenticated/{key}", supplied::endpoint(&supplied::NONE))
        .route("/auth/oauth-outbound/{key}", post(supplied::outbound))
        .layered(|routes| {
            routes
                .route_layer(from_fn_with_state(Arc::clone(app), idempotency::of_session))
                .route_layer(from_fn_with_state(Arc::clone(app), limit::metered))
                .route_layer(from_fn(layers::require_json))
        });

    let json = Routes::new()
        .route("/connect/sessions", post(connect::create::handle))
        .route("/connect/sessions/reconnect", post(connect::reconnect::handle))
        .route("/providers/{provider}/templates", get(providers::templates::handle))
        .route("/integrations", post(integrations::create::handle))
        .route("/integrations/quickstart", post(integrations::quickstart::handle))
        .route(
            "/integrations/{key}",
            get(integrations::show::handle).patch(integrations::update::handle).delete(integrations::delete::handle),
        )
        .route("/integrations/{key}/functions", get(integrations::functions::list::handle))
        .route(
            "/integrations/{key}/functions/{name}",
            get(integrations::functions::show::handle).delete(integrations::functions::delete::handle),
        )
        .route("/integrations/{key}/functions/{name}/code", get(integrations::functions::code::handle))
        .route("/scripts/config", get(scripts::handle))
        .route("/connections", get(connections::list::handle).post(connections::import::handle))
        .route("/connections/metadata", post(connections::metadata::set).patch(connections::metadata::merge))
        .route(
            "/connections/{connection}",
            get(connections::show::handle).patch(connections::update::handle).delete(connections::delete::handle),
        )
        .route("/connections/{connection}/test", post(connections::test::handle))
        .route("/environment/webhooks", get(webhook_settings::show::handle).patch(webhook_settings::update::handle))
        .route("/environment/webhook-signing-key/rotate", post(webhook_settings::rotate::handle))
        .route("/dead-letters", get(dead_letters::list::handle))
        .route("/dead-letters/{id}", get(dead_letters::show::handle).delete(dead_letters::discard::handle))
        .route("/dead-letters/{id}/replay", post(dead_letters::replay::handle))
        .route("/webhooks/deliveries", get(webhook_deliveries::list::handle))
        .route("/webhooks/deliveries/replay", post(webhook_deliveries::replay_since::handle))
        .route("/webhooks/deliveries/{id}", get(webhook_deliveries::show::handle))
        .route("/webhooks/deliveries/{id}/replay", post(webhook_deliveries::replay::handle))
        .route("/webhooks/endpoints", get(webhook_endpoints::list::handle))
        .route("/webhooks/endpoints/{id}/enable", post(webhook_endpoints::enable::handle))
        .route("/webhooks/incoming", get(incoming::list::handle))
        .route("/webhooks/incoming/{id}", get(incoming::show::handle))
        .route("/webhooks/incoming/{id}/replay", post(incoming::replay::handle))
        .route("/environment/retention", get(record_policy::show::handle).patch(record_policy::update::handle))
        .route("/records", get(records::list::handle))
        .route("/records/prune", patch(records::prune::handle))
        .route("/sync/trigger", post(syncs::trigger::handle))
        .route("/sync/pause", post(syncs::pause::handle))
        .route("/sync/start", post(syncs::start::handle))
        .route("/sync/status", get(syncs::status::handle))
        .route("/sync/update-connection-frequency", put(syncs::frequency::handle))
        .route("/sync/{name}/variant/{variant}", post(syncs::variant::create).delete(syncs::variant::delete))
        .route("/action/trigger", post(actions::trigger::handle))
        .route("/action/{id}", get(actions::result::handle))
        .route("/mcp", post(mcp::serve::handle))
        .route("/environment-variables", get(variables::handle))
        .route("/deployments", get(deployments::list::handle).post(deployments::create::handle))
        .route("/deployments/plan", post(deployments::plan::handle))
        .route("/deployments/{id}", get(deployments::show::handle))
        .route("/deployments/{id}/rollback", post(deployments::rollback::handle))
        .route("/functions", get(functions::handle))
        .route("/functions/compile", post(functions::compile::handle))
        .route("/functions/dryruns", post(functions::dryruns::create))
        .route("/functions/dryruns/{id}", get(functions::dryruns::show))
        .route("/functions/deployments", post(functions::deployments::create))
        .route("/functions/deployments/{id}", get(functions::deployments::show))
        .route("/functions/deployments/bundle", post(functions::bundle::deploy))
        .route("/functions/deployments/bundle/preview", post(functions::bundle::preview))
        .route("/functions/invocations", post(functions::invocations::handle))
        .route("/sync/deploy", post(functions::legacy_deploy::deploy))
        .route("/sync/deploy/confirmation", post(functions::legacy_deploy::confirm))
        .route("/runs", get(runs::list::handle))
        .route("/runs/{run}", get(runs::show::handle))
        .route("/runs/{run}/logs", get(runs::logs::handle))
        .route("/runs/{run}/dry-run", post(runs::dry_run::handle))
        .route("/operations", get(operations::list::handle))
        .route("/operations/{operation}", get(operations::show::handle))
        .route("/operations/{operation}/messages", get(operations::messages::handle))
        // Names that old clients still use.
        .route("/connection", get(connections::list::handle).post(connections::legacy::handle))
        .route("/connection/{connection}/metadata", post(connections::legacy_metadata::set).patch(connections::legacy_metadata::merge))
        .route("/connection/metadata", post(connections::metadata::set).patch(connections::metadata::merge))
        .route("/connection/{connection}", get(connections::show::handle).delete(connections::delete::handle))
        .route("/config/{key}", get(integrations::legacy::handle))
        .layered(|routes| {
            routes
                .route_layer(from_fn_with_state(Arc::clone(app), idempotency::of_key))
                .route_layer(from_fn_with_state(Arc::clone(app), auth::authenticate))
                .route_layer(from_fn(layers::require_json))
        });

    let account = Routes::new()
        .route("/environments", get(environments::list::handle).post(environments::create::handle))
        .route("/environments/{environmentId}", delete(environments::delete::handle))
        .route("/environment/api-keys", get(api_keys::list::handle).post(api_keys::create::handle).delete(api_keys::delete::handle))
        .layered(|routes| {
            routes
                .route_layer(from_fn_with_state(Arc::clone(app), idempotency::of_account))
                .route_layer(from_fn_with_state(Arc::clone(app), auth::authenticate_account))
                .route_layer(from_fn(layers::require_json))
        });

    let operator = Routes::new()
        .route("/metrics", get(metrics::scrape::handle))
        .route("/operator/keys", get(operator::keys::list))
        .route("/operator/keys/rotate", post(operator::keys::rotate))
        .route("/operator/keys/change", post(operator::keys::change))
        .route("/operator/keys/retire", post(operator::keys::retire))
        .layered(|routes| {
            routes
                .route_layer(from_fn_with_state(Arc::clone(app), idempotency::of_operator))
                .route_layer(from_fn_with_state(Arc::clone(app), operator::authenticate))
                .route_layer(from_fn(layers::require_json))
        });

    let proxy = Routes::new()
        .route("/proxy", any(proxy::forward::handle))
        .also("/proxy/", any(proxy::forward::handle))
        .route("/proxy/{*path}", any(proxy::forward::handle))
        .layered(|routes| {
            routes
                .route_layer(from_fn_with_state(Arc::clone(app), idempotency::of_key))
                .route_layer(from_fn_with_state(Arc::clone(app), auth::authenticate))
        });

    open.merge(public).merge(returning).merge(browser).merge(json).merge(account).merge(operator).merge(proxy)
}

async fn unknown_route(method: Method, uri: Uri) -> ApiError {
    ApiError::not_found(format!("there is no endpoint {method} {}", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", format!("{} does not answer to {method}", uri.path()))
}
