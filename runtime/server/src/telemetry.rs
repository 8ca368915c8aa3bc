//! Spans for a collector: OpenTelemetry's protocol over HTTP.
//!
//! ```text
//! spans of the target `TRACES` ──▶ layer ──▶ queue (bounded) ──a thread of its own, in batches──▶ collector
//!                                              └ full: a span is dropped, nobody waits
//! ```
//!
//! Only where a collector is named is there a layer at all.

#[cfg(feature = "otlp")]
mod context;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "otlp")]
mod post;

#[cfg(feature = "otlp")]
pub(crate) use self::otlp::Telemetry;
#[cfg(not(feature = "otlp"))]
pub(crate) use self::without::Telemetry;

/// What is put under the log.
pub(crate) type Layer = Box<dyn tracing_subscriber::Layer<tracing_subscriber::Registry> + Send + Sync>;

/// A build that leaves it out.
#[cfg(not(feature = "otlp"))]
mod without {
    use syncline_domain::Traces;

    use super::Layer;
    use crate::config::Collector;

    pub(crate) struct Telemetry;

    impl Telemetry {
        pub(crate) fn start(collector: Option<&Collector>, _instance: &str) -> anyhow::Result<Self> {
            let remedy = "this program was built without the feature `otlp`; use one that has it, or unset the endpoint of traces";
            anyhow::ensure!(collector.is_none(), remedy);
            Ok(Self)
        }

        pub(crate) fn layer(&mut self) -> Option<Layer> {
            None
        }

        pub(crate) fn traces(&self) -> Traces {
            Traces::default()
        }

        #[expect(clippy::unused_async, reason = "as where there is something to stop")]
        pub(crate) async fn stop(self) {}
    }
}
