//! The exporter: from spans to a collector, behind everybody's back.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use syncline_domain::{TRACES, Traces};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;

use super::Layer;
use super::context::Context;
use super::post::Post;
use crate::config::Collector;

/// What a collector has to take the last spans in, when the server stops. It is not what a service manager waits for.
const FAREWELL: Duration = Duration::from_secs(3);
/// Where the operator gives no name.
const SERVICE: &str = "syncline";

/// What exports spans; nothing where no collector is named.
pub(crate) struct Telemetry {
    provider: Option<SdkTracerProvider>,
    layer: Option<Layer>,
}

impl Telemetry {
    /// Inside the runtime, which carries the requests to the collector. `instance` tells the processes of one service apart.
    pub(crate) fn start(collector: Option<&Collector>, instance: &str) -> anyhow::Result<Self> {
        let Some(collector) = collector else { return Ok(Self { provider: None, layer: None }) };
        let post = Post::new(collector.timeout).context("the client for the collector of traces cannot be made")?;
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(post)
            .with_endpoint(collector.url.as_str())
            .build()
            .context("traces cannot be exported; look at the variables OTEL_EXPORTER_OTLP_*")?;
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource(instance)).build();
        let tracer = provider.tracer(SERVICE);
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            // Where in our code a span was made, and on which thread, helps nobody who runs the server.
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            // Nobody here asks the SDK for the present span.
            .with_context_activation(false)
            .with_filter(Targets::new().with_target(TRACES, LevelFilter::TRACE));
        Ok(Self { provider: Some(provider), layer: Some(Box::new(layer)) })
    }

    /// To be put under the log; once.
    pub(crate) fn layer(&mut self) -> Option<Layer> {
        self.layer.take()
    }

    /// Where spans meet those of others.
    pub(crate) fn traces(&self) -> Traces {
        self.provider.as_ref().map(|_| Traces::new(Arc::new(Context::new()))).unwrap_or_default()
    }

    /// Sends what is left, if the collector takes it soon.
    pub(crate) async fn stop(self) {
        let Some(provider) = self.provider else { return };
        // The exporter's thread is waited for, and its requests need this runtime.
        let stopping = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FAREWELL));
        if !matches!(tokio::time::timeout(FAREWELL, stopping).await, Ok(Ok(Ok(())))) {
            tracing::warn!("the collector did not take the last traces");
        }
    }
}

/// The operator's words (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`) over ours.
fn resource(instance: &str) -> Resource {
    let given = Resource::builder().build();
    let has = |name: &'static str| {
        let value = given.get(&Key::from_static_str(name)).map(|value| value.to_string());
        // What the SDK says of a service without a name.
        value.is_some_and(|value| !value.starts_with("unknown_service"))
    };
    let own = [("service.name", SERVICE), ("service.version", env!("CARGO_PKG_VERSION")), ("service.instance.id", instance)];
    let missing = own.into_iter().filter(|(name, _)| !has(name));
    Resource::builder().with_attributes(missing.map(|(name, value)| KeyValue::new(name, value.to_owned()))).build()
}
