//! `GET /metrics`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use syncline_domain::{FunctionKind, JobKind, JobOutcome, JobState, ProxyOutcome, RecordChange, RunState};

use super::process;
use super::text::Text;
use crate::state::App;

const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
const KINDS: [FunctionKind; 3] = [FunctionKind::Sync, FunctionKind::Action, FunctionKind::Event];
const ENDS: [RunState; 5] = [RunState::Succeeded, RunState::Failed, RunState::Interrupted, RunState::Cancelled, RunState::Lost];

/// Read the server's figures
///
/// For Prometheus. Those of this process, and the depth of the queue, which all nodes share. With `--metrics-listen`, the same is answered at an
/// address of its own without a token.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "getMetrics",
    tag = "operator",
    security(("operator" = [])),
    responses((status = 200, description = "The figures", body = String, content_type = "text/plain"))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>) -> Response {
    let mut text = Text::default();
    text.family("syncline_build_info", "gauge", "Version of the server");
    text.sample("syncline_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    requests(&app, &mut text);
    proxied(&app, &mut text);
    jobs(&app, &mut text).await;
    runs(&app, &mut text);
    components(&app, &mut text);
    webhooks_and_credentials(&app, &mut text);
    database(&app, &mut text);
    process::write(&mut text);
    ([(CONTENT_TYPE, FORMAT)], text.into_string()).into_response()
}

fn requests(app: &App, text: &mut Text) {
    let routes = app.requests.read();
    let name = "syncline_http_requests_total";
    text.family(name, "counter", "Requests answered");
    for (route, of) in &routes {
        for (method, class, count) in of.answered() {
            text.sample(name, &[("route", route), ("method", method), ("status", class)], count);
        }
    }
    let name = "syncline_http_request_duration_seconds";
    text.family(name, "histogram", "Until the answer's head was made");
    for (route, of) in &routes {
        text.histogram(name, &[("route", route)], &of.duration);
    }
}

fn proxied(app: &App, text: &mut Text) {
    let metrics = app.store.metrics();
    let name = "syncline_proxy_requests_total";
    text.family(name, "counter", "Requests to providers, of callers and of functions, by how they ended");
    for outcome in ProxyOutcome::ALL {
        text.sample(name, &[("outcome", outcome.as_str())], metrics.proxied(*outcome).value());
    }
    text.counter("syncline_proxy_attempts_total", "The same with every try", metrics.proxy_attempts.value());
    let name = "syncline_proxy_duration_seconds";
    text.family(name, "histogram", "Until the provider's answer began, with all tries");
    text.histogram(name, &[], &metrics.proxy_duration);
}

async fn jobs(app: &App, text: &mut Text) {
    let metrics = app.store.metrics();
    if let Some(depth) = app.depth.ask(app).await {
        let name = "syncline_jobs";
        text.family(name, "gauge", "Jobs in the queue, of all nodes; those discarded are dead letters");
        for kind in JobKind::ALL {
            for state in [JobState::Available, JobState::Running, JobState::Discarded] {
                let found = depth.iter().find(|one| (one.kind, one.state) == (kind, state));
                text.sample(name, &[("kind", kind.as_str()), ("state", state.as_str())], found.map_or(0, |one| one.count));
            }
        }
        let name = "syncline_job_oldest_due_seconds";
        text.family(name, "gauge", "For how long the job that waits longest could have been claimed");
        let now = app.clock.now();
        for kind in JobKind::ALL {
            let oldest = depth.iter().filter(|one| one.kind == kind).filter_map(|one| one.oldest_due).min();
            text.sample(name, &[("kind", kind.as_str())], oldest.map_or(0.0, |due| now.since(due).as_secs_f64()));
        }
    }
    let name = "syncline_jobs_ended_total";
    text.family(name, "counter", "Tries of jobs, by how they ended");
    for kind in JobKind::ALL {
        for outcome in JobOutcome::ALL {
            text.sample(name, &[("kind", kind.as_str()), ("outcome", outcome.as_str())], metrics.job(kind, *outcome).value());
        }
    }
    let name = "syncline_job_lateness_seconds";
    text.family(name, "histogram", "From when a job was due until a worker had it");
    text.histogram(name, &[], &metrics.job_lateness);
    text.counter("syncline_jobs_rescued_total", "Jobs whose worker disappeared", metrics.jobs_rescued.value());
}

fn runs(app: &App, text: &mut Text) {
    let metrics = app.store.metrics();
    let name = "syncline_runs_total";
    text.family(name, "counter", "Runs, by how they ended");
    for kind in KINDS {
        for state in ENDS {
            text.sample(name, &[("type", kind.as_str()), ("state", state.as_str())], metrics.runs(kind).ended(state).value());
        }
    }
    let name = "syncline_runs_under_way";
    text.family(name, "gauge", "Instances in the sandbox");
    for kind in KINDS {
        text.sample(name, &[("type", kind.as_str())], metrics.runs(kind).under_way.value());
    }
    let name = "syncline_run_duration_seconds";
    text.family(name, "histogram", "From a run's begin to its end");
    for kind in KINDS {
        text.histogram(name, &[("type", kind.as_str())], &metrics.runs(kind).duration);
    }
    let name = "syncline_run_cpu_seconds_total";
    text.family(name, "counter", "What functions computed");
    for kind in KINDS {
        text.sample(name, &[("type", kind.as_str())], metrics.runs(kind).cpu_us.value() as f64 / 1e6);
    }
    let name = "syncline_records_changed_total";
    text.family(name, "counter", "Records that runs changed");
    for change in RecordChange::ALL {
        text.sample(name, &[("change", change.as_str())], metrics.records(*change).value());
    }
}

fn components(app: &App, text: &mut Text) {
    let metrics = app.store.metrics();
    let name = "syncline_component_loads_total";
    text.family(name, "counter", "Runs by whether their component was compiled already, in memory or in a file");
    for (outcome, count) in [("cached", &metrics.components_cached), ("compiled", &metrics.components_compiled)] {
        text.sample(name, &[("outcome", outcome)], count.value());
    }
    let name = "syncline_component_compile_seconds";
    text.family(name, "histogram", "How long runs waited for a component that was not");
    text.histogram(name, &[], &metrics.component_compile);
}

fn webhooks_and_credentials(app: &App, text: &mut Text) {
    let metrics = app.store.metrics();
    for (name, help, ends) in [
        (
            "syncline_webhook_attempts_total",
            "Tries to tell the product's servers of something",
            [("delivered", &metrics.webhooks_delivered), ("failed", &metrics.webhooks_failed)],
        ),
        (
            "syncline_webhooks_received_total",
            "Requests of providers that sent webhooks",
            [("taken", &metrics.webhooks_taken), ("refused", &metrics.webhooks_refused)],
        ),
        (
            "syncline_token_refreshes_total",
            "Credentials that providers were asked to renew",
            [("succeeded", &metrics.refreshes), ("failed", &metrics.refreshes_failed)],
        ),
    ] {
        text.family(name, "counter", help);
        for (outcome, count) in ends {
            text.sample(name, &[("outcome", outcome)], count.value());
        }
    }
    for (name, help, count) in [
        (
            "syncline_webhook_breakers_opened_total",
            "Times at which a failing address was left alone for a while",
            &metrics.webhook_breakers_opened,
        ),
        ("syncline_webhook_addresses_disabled_total", "Addresses that were given up", &metrics.webhook_addresses_disabled),
    ] {
        text.counter(name, help, count.value());
    }
    text.counter("syncline_operations_dropped_total", "Operations that could not be kept", app.store.operations().dropped());
}

fn database(app: &App, text: &mut Text) {
    let metrics = app.store.metrics();
    let name = "syncline_database_write_duration_seconds";
    text.family(name, "histogram", "From handing a transaction in until it is on disk");
    text.histogram(name, &[], &metrics.database_write);
    let (waiting, failed) = (metrics.database_writes_waiting.value(), metrics.database_writes_failed.value());
    text.gauge("syncline_database_writes_waiting", "Transactions handed in and not on disk yet", waiting);
    text.counter("syncline_database_writes_failed_total", "Transactions that were refused or failed", failed);
    let (open, idle) = app.store.connections_open();
    let name = "syncline_database_connections";
    text.family(name, "gauge", "Connections to the database");
    text.sample(name, &[("state", "busy")], open.saturating_sub(idle));
    text.sample(name, &[("state", "idle")], idle);
    let pulse = &app.options.pulse;
    text.gauge("syncline_stopping", "1 from the moment the server was asked to stop", u8::from(pulse.is_stopping()));
    if let Some(age) = pulse.last_claim() {
        text.gauge("syncline_last_claim_seconds", "Since jobs could be claimed, or 0 while every slot is taken", age.as_secs_f64());
    }
}
