//! Requests to the provider, and plain ones.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use syncline_host_api::host::{Failure, FetchRequest, FetchResponse, Method, Pages, Request, Response};
use syncline_outbound::{BufferedResponse, ProxyCall};
use syncline_worker::contract::{self, Exchange, List};

use super::Rehearsal;
use crate::journal::Journal;
use crate::recording::Identity;

impl Rehearsal {
    pub(super) async fn provider_send(&self, method: Method, request: Request) -> Result<Response, Failure> {
        let exchange = self.exchange(&request, false).await?;
        let what = contract::said(method, &request);
        let response = exchange.exchange(contract::proxy_call(method, request, &self.hosts)?).await?;
        let redactor = &self.setting.redactor;
        if self.setting.throws {
            return contract::answer(&what, response, redactor);
        }
        let headers = contract::wire_headers(&response.headers, redactor);
        Ok(Response { status: response.status.as_u16(), headers, body: contract::wire_body(response.body, redactor) })
    }

    pub(super) async fn provider_paginate(&self, method: Method, request: Request, options: &str) -> Result<Box<dyn Pages>, Failure> {
        let exchange = self.exchange(&request, true).await?;
        let what = contract::said(method, &request);
        contract::walk(List {
            exchange,
            entry: &self.setting.entry,
            redactor: Arc::clone(&self.setting.redactor),
            what,
            call: contract::proxy_call(method, request, &self.hosts)?,
            options,
            hosts: Arc::clone(&self.hosts),
        })
    }

    pub(super) async fn plain_fetch(&self, request: FetchRequest) -> Result<FetchResponse, Failure> {
        self.setting.world.fetch(request, Arc::clone(&self.hosts)).await
    }

    async fn exchange(&self, request: &Request, is_list: bool) -> Result<Arc<dyn Exchange>, Failure> {
        let exchange = self.setting.world.exchange(request.connection.as_ref(), is_list).await?;
        Ok(Arc::new(Noted { exchange, journal: Arc::clone(&self.setting.journal) }))
    }
}

/// Writes each request down.
struct Noted {
    exchange: Arc<dyn Exchange>,
    journal: Arc<Journal>,
}

#[async_trait]
impl Exchange for Noted {
    async fn exchange(&self, call: ProxyCall) -> Result<BufferedResponse, Failure> {
        let asked = shown(&call);
        let began = Instant::now();
        let answer = self.exchange.exchange(call).await;
        let status = answer.as_ref().ok().map(|answer| answer.status.as_u16());
        self.journal.sent(asked, status, began.elapsed().as_millis() as u64);
        answer
    }
}

/// Method and path with its query, without credentials.
pub(crate) fn shown(call: &ProxyCall) -> (String, String) {
    let asked = Identity::of(call);
    let bare = asked.without_secrets().unwrap_or(asked);
    bare.shown().split_once(' ').map(|(method, path)| (method.to_owned(), path.to_owned())).unwrap_or_default()
}
