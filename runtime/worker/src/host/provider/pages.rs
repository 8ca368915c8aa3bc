//! A walk over a list endpoint.

use std::sync::Arc;

use async_trait::async_trait;
use syncline_connect::ConnectionSource;
use syncline_host_api::host::{Failure, Page, Pages, failure};
use syncline_outbound::{PaginateConfig, PaginateDefect, Paginator, Proxy, ProxyCall};

use super::{MAX_BODY, answer, from_proxy};
use crate::host::redact::Redactor;

struct Walk {
    proxy: Proxy,
    source: Arc<ConnectionSource>,
    redactor: Arc<Redactor>,
    what: String,
    paginator: Paginator,
}

/// Prepares the walk; the first request is sent for the first page.
pub(super) fn walk(
    proxy: Proxy,
    source: Arc<ConnectionSource>,
    redactor: Arc<Redactor>,
    what: String,
    call: ProxyCall,
    options: &str,
    hosts: Arc<[String]>,
) -> Result<Box<dyn Pages>, Failure> {
    let wrong = |defect: PaginateDefect| failure(defect.code(), defect.to_string());
    let config = PaginateConfig::new(source.entry(), Some(options), Some(hosts)).map_err(wrong)?;
    let paginator = Paginator::new(config, call).map_err(wrong)?;
    Ok(Box::new(Walk { proxy, source, redactor, what, paginator }))
}

#[async_trait]
impl Pages for Walk {
    async fn next(&mut self) -> Result<Option<Page>, Failure> {
        let Some(call) = self.paginator.next_call() else { return Ok(None) };
        let response = self.proxy.send_buffered(&*self.source, call, MAX_BODY).await.map_err(|error| from_proxy(&error))?;
        // The token may have been renewed on the way.
        self.redactor.learn(&self.source.credentials());
        if !response.status.is_success() {
            return answer(&self.what, response, &self.redactor).map(|_| None);
        }
        let page = self.paginator.accept(&response).map_err(|defect| failure(defect.code(), format!("{}: {defect}", self.what)))?;
        let Some(page) = page else { return Ok(None) };
        let response = answer(&self.what, response, &self.redactor)?;
        Ok(Some(Page { items: self.redactor.text(Box::<str>::from(page.items).into_string()), response, next: page.next }))
    }
}
