//! A walk over a list endpoint.

use std::sync::Arc;

use async_trait::async_trait;
use syncline_host_api::host::{Failure, Page, Pages, failure};
use syncline_outbound::{PaginateConfig, PaginateDefect, Paginator, ProxyCall};
use syncline_providers::Entry;

use super::{Exchange, answer};
use crate::host::redact::Redactor;

/// A list to walk over.
pub struct List<'a> {
    /// Where the requests go.
    pub exchange: Arc<dyn Exchange>,
    /// Its defaults lie under the options.
    pub entry: &'a Entry,
    /// Knows what the guest must not see.
    pub redactor: Arc<Redactor>,
    /// The request, for messages.
    pub what: String,
    /// The first page's request, without parameters for paging.
    pub call: ProxyCall,
    /// The call's own `paginate` object, JSON text.
    pub options: &'a str,
    /// Foreign hosts that a link may lead to.
    pub hosts: Arc<[String]>,
}

struct Walk {
    exchange: Arc<dyn Exchange>,
    redactor: Arc<Redactor>,
    what: String,
    paginator: Paginator,
}

/// Prepares the walk; the first request is sent for the first page.
pub fn walk(list: List<'_>) -> Result<Box<dyn Pages>, Failure> {
    let List { exchange, entry, redactor, what, call, options, hosts } = list;
    let wrong = |defect: PaginateDefect| failure(defect.code(), defect.to_string());
    let config = PaginateConfig::new(entry, Some(options), Some(hosts)).map_err(wrong)?;
    let paginator = Paginator::new(config, call).map_err(wrong)?;
    Ok(Box::new(Walk { exchange, redactor, what, paginator }))
}

#[async_trait]
impl Pages for Walk {
    async fn next(&mut self) -> Result<Option<Page>, Failure> {
        let Some(call) = self.paginator.next_call() else { return Ok(None) };
        let response = self.exchange.exchange(call).await?;
        if !response.status.is_success() {
            return answer(&self.what, response, &self.redactor).map(|_| None);
        }
        let page = self.paginator.accept(&response).map_err(|defect| failure(defect.code(), format!("{}: {defect}", self.what)))?;
        let Some(page) = page else { return Ok(None) };
        let response = answer(&self.what, response, &self.redactor)?;
        Ok(Some(Page { items: self.redactor.text(Box::<str>::from(page.items).into_string()), response, next: page.next }))
    }
}
