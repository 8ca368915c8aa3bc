//! The world of a dry run on a server: its own store, and the provider itself.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use syncline_host_api::host::{ConnectionRef, Failure, FetchRequest, FetchResponse, failure};
use syncline_outbound::{BufferedResponse, ProxyCall};
use syncline_worker::contract::{self, Exchange, Reading, Unreadable};

use crate::ending::Ending;
use crate::journal::Journal;
use crate::rehearsal::provider::shown;
use crate::stage::{self, Stage};
use crate::world::{ForeignAction, World};

/// Most that a dry run holds of records, in bytes: a page shows far less, and the server has other things to do.
const ROOM: usize = 64_000_000;

/// What one run may read, and what it may ask.
pub(crate) struct Live {
    pub(crate) reading: Arc<Reading>,
    pub(crate) stage: Arc<Stage>,
    /// How many actions called one another to get here.
    pub(crate) depth: u8,
}

/// Lets through what only reads.
pub(crate) struct Gate {
    pub(crate) sends_changes: bool,
    pub(crate) ending: Ending,
    pub(crate) journal: Arc<Journal>,
}

impl Gate {
    /// Returns where the request may be sent.
    async fn pass(&self, call: &ProxyCall) {
        let reads = matches!(call.method, http::Method::GET | http::Method::HEAD | http::Method::OPTIONS);
        if reads || self.sends_changes {
            return;
        }
        let (method, path) = shown(call);
        self.journal.effect("notSent", json!({ "method": method, "path": path }));
        let message = format!(
            "a dry run does not send {method} {path}: it may change something at the provider. Let it send changes, too, where that is meant"
        );
        self.ending.end(failure("write_refused", message)).await;
    }
}

struct Gated {
    exchange: Arc<dyn Exchange>,
    stage: Arc<Stage>,
}

#[async_trait]
impl Exchange for Gated {
    async fn exchange(&self, call: ProxyCall) -> Result<BufferedResponse, Failure> {
        self.stage.gate.pass(&call).await;
        self.exchange.exchange(call).await
    }
}

#[async_trait]
impl World for Live {
    async fn exchange(&self, of: Option<&ConnectionRef>, _is_list: bool) -> Result<Arc<dyn Exchange>, Failure> {
        Ok(Arc::new(Gated { exchange: self.reading.exchange(of).await?, stage: Arc::clone(&self.stage) }))
    }

    async fn records_by_ids(&self, model: &str, ids: &[String]) -> Result<Vec<(String, String)>, Failure> {
        self.reading.records_by_ids(model, ids).await
    }

    async fn records_page(&self, model: &str, cursor: Option<String>) -> Result<(Vec<String>, Option<String>), Failure> {
        self.reading.records_page(model, cursor).await
    }

    /// `refresh` is not done: what is asked for is valid, and another token would be a change at the provider.
    async fn connection(&self, of: Option<ConnectionRef>, _credentials: bool, _refresh: bool) -> Result<Value, Failure> {
        self.reading.connection(of).await
    }

    async fn integration(&self, _credentials: bool) -> Result<Value, Failure> {
        self.reading.integration().await
    }

    async fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        self.reading.variables().await
    }

    async fn fetch(&self, request: FetchRequest, _hosts: Arc<[String]>) -> Result<FetchResponse, Failure> {
        let method = contract::http_method(request.method);
        self.stage.gate.pass(&ProxyCall { method, endpoint: request.url.clone(), ..ProxyCall::default() }).await;
        self.reading.fetch(request).await
    }

    /// Runs here, too, and keeps as little.
    async fn action(&self, action: ForeignAction) -> Result<String, Failure> {
        let ForeignAction { of, action, input } = action;
        let reading = self.reading.action(of, action, input).await.map_err(|error| match error {
            Unreadable::Run(error) => of_run(error),
            Unreadable::Runner(error) => failure("internal_error", error.to_string()),
        })?;
        let checkpoint = stage::checkpoint(&reading).await.map_err(of_run)?;
        let outcome = Box::pin(self.stage.run(Arc::new(reading), checkpoint, self.depth + 1)).await.map_err(of_run)?;
        outcome.result.map_err(of_run)
    }

    fn waits(&self) -> bool {
        true
    }

    fn room(&self) -> usize {
        ROOM
    }

    fn advice_on_deletes(&self) -> &'static str {
        "The sync's own run knows"
    }
}

fn of_run(error: syncline_domain::RunError) -> Failure {
    Failure {
        code: error.code,
        message: error.message,
        status: error.status,
        details: error.details.map(|details| details.get().to_owned()),
    }
}
