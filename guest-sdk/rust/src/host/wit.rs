//! The host inside a component: the imports of `syncline.wit`.

use std::time::SystemTime;

use super::{
    Body, ConnectionRef, Failure, Host, HostPages, Level, LocalFuture, Merging, Method, RawFetch, RawPage, RawResponse, Request, RunInfo,
    Saved, SyncOptions,
};

use self::bindings::syncline::host as wit;

/// Generated from the contract. Public because `component!` exports through it from the author's crate.
#[expect(missing_docs, clippy::pedantic, reason = "generated")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../host-api/wit",
        world: "function",
        runtime_path: "::syncline_functions::__private::wit_bindgen::rt",
        pub_export_macro: true,
        default_bindings_module: "::syncline_functions::__private::bindings",
    });
}

/// The one host of a component.
#[derive(Clone)]
pub(crate) struct WitHost;

impl Host for WitHost {
    type Pages = wit::provider::Pages;

    fn start(&self, method: Method, request: Request) -> LocalFuture<Result<RawResponse, Failure>> {
        let started = wit::provider::start(method.into(), &request.into());
        Box::pin(async move { Ok(started.await?.into()) })
    }

    fn paginate(&self, method: Method, request: Request, options: &str) -> Result<Self::Pages, Failure> {
        Ok(wit::provider::paginate(method.into(), &request.into(), options)?)
    }

    fn batch_save(&self, model: &str, records: &str) -> Result<Saved, Failure> {
        Ok(wit::records::batch_save(model, records)?.into())
    }

    fn batch_update(&self, model: &str, records: &str) -> Result<Saved, Failure> {
        Ok(wit::records::batch_update(model, records)?.into())
    }

    fn batch_delete(&self, model: &str, records: &str) -> Result<u32, Failure> {
        Ok(wit::records::batch_delete(model, records)?)
    }

    fn get_by_ids(&self, model: &str, ids: &[String]) -> Result<String, Failure> {
        Ok(wit::records::get_by_ids(model, ids)?)
    }

    fn list_page(&self, model: &str, cursor: Option<&str>) -> Result<(String, Option<String>), Failure> {
        Ok(wit::records::list_page(model, cursor)?)
    }

    fn track_deletes_start(&self, model: &str) -> Result<(), Failure> {
        Ok(wit::records::track_deletes_start(model)?)
    }

    fn track_deletes_end(&self, model: &str) -> Result<Vec<String>, Failure> {
        Ok(wit::records::track_deletes_end(model)?)
    }

    fn set_merging_strategy(&self, model: &str, strategy: Merging) -> Result<(), Failure> {
        let strategy = match strategy {
            Merging::Override => wit::records::Merging::Override,
            Merging::IgnoreIfModifiedAfter => wit::records::Merging::IgnoreIfModifiedAfter,
        };
        Ok(wit::records::set_merging_strategy(model, strategy)?)
    }

    #[expect(clippy::disallowed_methods, reason = "in a component this is the host's clock, and the injected one is made of it")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn info(&self) -> RunInfo {
        let info = wit::run::get_info();
        RunInfo {
            id: info.id,
            function: info.function,
            kind: info.kind,
            variant: info.variant,
            environment: info.environment,
            provider: info.provider,
            provider_config_key: info.provider_config_key,
            connection_id: info.connection_id,
            attempt: info.attempt,
            last_success_at: info.last_success_at,
        }
    }

    fn details(&self) -> String {
        wit::run::get_details()
    }

    fn input(&self) -> String {
        wit::run::input()
    }

    fn log(&self, level: Level, message: &str, fields: Option<&str>) {
        let level = match level {
            Level::Debug => wit::run::Level::Debug,
            Level::Info => wit::run::Level::Info,
            Level::Warn => wit::run::Level::Warn,
            Level::Error => wit::run::Level::Error,
        };
        wit::run::log(level, message, fields);
    }

    fn get_checkpoint(&self) -> Result<Option<String>, Failure> {
        Ok(wit::run::get_checkpoint()?)
    }

    fn save_checkpoint(&self, checkpoint: &str) -> Result<(), Failure> {
        Ok(wit::run::save_checkpoint(checkpoint)?)
    }

    fn clear_checkpoint(&self) -> Result<(), Failure> {
        Ok(wit::run::clear_checkpoint()?)
    }

    fn get_connection(&self, of: Option<&ConnectionRef>) -> Result<String, Failure> {
        Ok(wit::connection::get(reference(of).as_ref())?)
    }

    fn get_metadata(&self) -> Result<String, Failure> {
        Ok(wit::connection::get_metadata()?)
    }

    fn set_metadata(&self, metadata: &str) -> Result<(), Failure> {
        Ok(wit::connection::set_metadata(metadata)?)
    }

    fn update_metadata(&self, metadata: &str) -> Result<(), Failure> {
        Ok(wit::connection::update_metadata(metadata)?)
    }

    fn get_integration(&self) -> Result<String, Failure> {
        Ok(wit::connection::get_integration()?)
    }

    fn try_acquire(&self, key: &str, ttl_ms: u64) -> Result<bool, Failure> {
        Ok(wit::locks::try_acquire(key, ttl_ms)?)
    }

    fn release(&self, key: &str) -> Result<bool, Failure> {
        Ok(wit::locks::release(key)?)
    }

    fn release_all(&self) -> Result<(), Failure> {
        Ok(wit::locks::release_all()?)
    }

    fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        Ok(wit::environment::variables()?)
    }

    fn trigger_action(&self, of: Option<&ConnectionRef>, action: &str, input: &str) -> Result<String, Failure> {
        Ok(wit::functions::trigger_action(reference(of).as_ref(), action, input)?)
    }

    fn trigger_sync(&self, of: Option<&ConnectionRef>, sync: &str, options: SyncOptions) -> Result<(), Failure> {
        let options = wit::functions::SyncOptions { reset: options.reset, empty_cache: options.empty_cache };
        Ok(wit::functions::trigger_sync(reference(of).as_ref(), sync, options)?)
    }

    fn start_sync(&self, of: Option<&ConnectionRef>, sync: &str) -> Result<(), Failure> {
        Ok(wit::functions::start_sync(reference(of).as_ref(), sync)?)
    }

    fn fetch(&self, request: RawFetch) -> Result<RawResponse, Failure> {
        let response = wit::fetch::fetch(&wit::fetch::FetchRequest {
            method: request.method.into(),
            url: request.url,
            headers: request.headers,
            body: request.body.map(Into::into),
        })?;
        Ok(RawResponse { status: response.status, headers: response.headers, body: response.body.into() })
    }
}

impl HostPages for wit::provider::Pages {
    fn next(&mut self) -> Result<Option<RawPage>, Failure> {
        let page = wit::provider::Pages::next(self)?;
        Ok(page.map(|page| RawPage { items: page.items, response: page.response.into(), next: page.next }))
    }
}

fn reference(of: Option<&ConnectionRef>) -> Option<wit::types::ConnectionRef> {
    of.cloned().map(Into::into)
}

impl From<ConnectionRef> for wit::types::ConnectionRef {
    fn from(of: ConnectionRef) -> Self {
        Self { provider_config_key: of.provider_config_key, connection_id: of.connection_id }
    }
}

impl From<Method> for wit::provider::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::Get,
            Method::Post => Self::Post,
            Method::Put => Self::Put,
            Method::Patch => Self::Patch,
            Method::Delete => Self::Delete,
            Method::Head => Self::Head,
        }
    }
}

impl From<Body> for wit::provider::Body {
    fn from(body: Body) -> Self {
        match body {
            Body::Text(text) => Self::Text(text),
            Body::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl From<wit::provider::Body> for Body {
    fn from(body: wit::provider::Body) -> Self {
        match body {
            wit::provider::Body::Text(text) => Self::Text(text),
            wit::provider::Body::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl From<Request> for wit::provider::Request {
    fn from(request: Request) -> Self {
        Self {
            endpoint: request.endpoint,
            query: request.query,
            headers: request.headers,
            body: request.body.map(Into::into),
            retries: request.retries,
            retry_on: request.retry_on,
            base_url: request.base_url,
            connection: request.connection.map(Into::into),
        }
    }
}

impl From<wit::provider::Response> for RawResponse {
    fn from(response: wit::provider::Response) -> Self {
        Self { status: response.status, headers: response.headers, body: response.body.into() }
    }
}

impl From<wit::records::Saved> for Saved {
    fn from(saved: wit::records::Saved) -> Self {
        Self { added: saved.added, updated: saved.updated, unchanged: saved.unchanged }
    }
}

impl From<wit::types::Failure> for Failure {
    fn from(failure: wit::types::Failure) -> Self {
        Self { code: failure.code, message: failure.message, status: failure.status, details: failure.details }
    }
}

impl From<Failure> for wit::types::Failure {
    fn from(failure: Failure) -> Self {
        Self { code: failure.code, message: failure.message, status: failure.status, details: failure.details }
    }
}
