//! The endpoints, by what they are about. A section names its endpoints; everything else is with them.

use utoipa::OpenApi;

use crate::{
    actions, api_keys, authorize, connect, connections, dead_letters, deployments, environments, functions, health, integrations, mcp,
    metrics, openapi, operations, operator, providers, proxy, record_policy, records, runs, syncs, variables, webhook_deliveries,
    webhook_endpoints, webhook_settings,
};

/// Every section, in the order in which a reader meets them.
pub(super) fn all() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        Catalogue::openapi(),
        Integrations::openapi(),
        Functions::openapi(),
        Connect::openapi(),
        Authorize::openapi(),
        Connections::openapi(),
        Proxy::openapi(),
        Actions::openapi(),
        Records::openapi(),
        Syncs::openapi(),
        Runs::openapi(),
        Operations::openapi(),
        Environments::openapi(),
        DeadLetters::openapi(),
        Webhooks::openapi(),
        Operator::openapi(),
        Server::openapi(),
    ]
}

#[derive(OpenApi)]
#[openapi(
    tags((name = "catalogue", description = "The providers that integrations can be made for")),
    paths(
        providers::list::handle,
        providers::show::handle,
        providers::logo::handle,
        crate::providers::templates::handle,
        crate::providers::dump::handle,
    )
)]
struct Catalogue;

#[derive(OpenApi)]
#[openapi(
    tags((name = "integrations", description = "A provider as this environment uses it")),
    paths(
        integrations::list::handle,
        integrations::create::handle,
        crate::integrations::quickstart::handle,
        crate::integrations::legacy::handle,
        integrations::show::handle,
        integrations::update::handle,
        integrations::delete::handle,
    )
)]
struct Integrations;

#[derive(OpenApi)]
#[openapi(
    tags((name = "functions", description = "Syncs, actions and event functions: what is deployed, and deploying")),
    paths(
        deployments::create::handle,
        deployments::plan::handle,
        deployments::list::handle,
        deployments::show::handle,
        deployments::rollback::handle,
        functions::handle,
        integrations::functions::list::handle,
        integrations::functions::show::handle,
        integrations::functions::delete::handle,
        integrations::functions::code::handle,
        crate::scripts::handle,
        crate::functions::compile::handle,
        crate::functions::dryruns::create,
        crate::functions::dryruns::show,
        crate::functions::deployments::create,
        crate::functions::deployments::show,
        crate::functions::bundle::deploy,
        crate::functions::bundle::preview,
        crate::functions::invocations::handle,
        crate::functions::legacy_deploy::deploy,
        crate::functions::legacy_deploy::confirm,
    )
)]
struct Functions;

#[derive(OpenApi)]
#[openapi(
    tags((name = "connect", description = "Sessions in which users connect their accounts")),
    paths(
        connect::create::handle,
        connect::reconnect::handle,
        connect::show::handle,
        connect::delete::handle,
        connect::telemetry::handle,
    )
)]
struct Connect;

#[derive(OpenApi)]
#[openapi(
    tags((name = "authorize", description = "What browsers call while somebody connects an account")),
    paths(
        authorize::begin::handle,
        authorize::callback::query,
        authorize::callback::form,
        authorize::callback::installed,
        authorize::client_metadata::handle,
        authorize::supplied::outbound,
    )
)]
struct Authorize;

#[derive(OpenApi)]
#[openapi(
    tags((name = "connections", description = "A user's authorization of an integration")),
    paths(
        connections::list::handle,
        crate::connections::legacy::handle,
        crate::connections::legacy_metadata::set,
        crate::connections::legacy_metadata::merge,
        connections::import::handle,
        connections::show::handle,
        connections::update::handle,
        connections::delete::handle,
        connections::test::handle,
        connections::metadata::set,
        connections::metadata::merge,
    )
)]
struct Connections;

#[derive(OpenApi)]
#[openapi(
    tags((name = "proxy", description = "Requests to providers with a connection's credentials")),
    paths(
        proxy::forward::handle,
    )
)]
struct Proxy;

#[derive(OpenApi)]
#[openapi(
    tags((name = "actions", description = "Functions that run when called")),
    paths(
        actions::trigger::handle,
        actions::result::handle,
        mcp::serve::handle,
    )
)]
struct Actions;

#[derive(OpenApi)]
#[openapi(
    tags((name = "records", description = "What syncs saved, as a stream of changes")),
    paths(
        records::list::handle,
        records::prune::handle,
    )
)]
struct Records;

#[derive(OpenApi)]
#[openapi(
    tags((name = "syncs", description = "Functions that run by schedule and save records")),
    paths(
        syncs::trigger::handle,
        syncs::pause::handle,
        syncs::start::handle,
        syncs::status::handle,
        syncs::frequency::handle,
        syncs::variant::create,
        syncs::variant::delete,
    )
)]
struct Syncs;

#[derive(OpenApi)]
#[openapi(
    tags((name = "runs", description = "Executions of functions, and their logs")),
    paths(
        runs::list::handle,
        runs::show::handle,
        runs::logs::handle,
        runs::dry_run::handle,
    )
)]
struct Runs;

#[derive(OpenApi)]
#[openapi(
    tags((name = "operations", description = "What the server did: runs, proxied requests, authorizations, webhooks, deployments")),
    paths(
        operations::list::handle,
        operations::show::handle,
        operations::messages::handle,
    )
)]
struct Operations;

#[derive(OpenApi)]
#[openapi(
    tags((name = "environments", description = "Environments, their API keys, variables and webhooks")),
    paths(
        environments::list::handle,
        environments::create::handle,
        environments::delete::handle,
        api_keys::list::handle,
        api_keys::create::handle,
        api_keys::delete::handle,
        variables::handle,
        record_policy::show::handle,
        record_policy::update::handle,
        webhook_settings::show::handle,
        webhook_settings::update::handle,
        webhook_settings::rotate::handle,
    )
)]
struct Environments;

#[derive(OpenApi)]
#[openapi(
    tags((name = "dead letters", description = "Jobs that were given up: why, and trying them again")),
    paths(dead_letters::list::handle, dead_letters::show::handle, dead_letters::replay::handle, dead_letters::discard::handle)
)]
struct DeadLetters;

#[derive(OpenApi)]
#[openapi(
    tags((name = "webhooks", description = "What providers told, and what your backend was told, and whether it heard")),
    paths(
        crate::incoming::receive::handle,
        crate::incoming::receive::check,
        crate::incoming::list::handle,
        crate::incoming::show::handle,
        crate::incoming::replay::handle,
        webhook_deliveries::list::handle,
        webhook_deliveries::replay_since::handle,
        webhook_deliveries::show::handle,
        webhook_deliveries::replay::handle,
        webhook_endpoints::list::handle,
        webhook_endpoints::enable::handle,
    )
)]
struct Webhooks;

#[derive(OpenApi)]
#[openapi(
    tags((name = "operator", description = "What only the operator may do")),
    paths(
        operator::keys::list,
        operator::keys::rotate,
        operator::keys::change,
        operator::keys::retire,
        metrics::scrape::handle,
    )
)]
struct Operator;

#[derive(OpenApi)]
#[openapi(
    tags((name = "server", description = "The server itself")),
    paths(
        openapi::handle,
        crate::cli::telemetry,
        health::alive::handle,
        health::ready::handle,
    )
)]
struct Server;
