//! Plain HTTP to the hosts that the function declared.

use std::time::{Duration, Instant};

use syncline_host_api::host::{Failure, FetchRequest, FetchResponse};
use syncline_outbound::Asked;

use super::FunctionHost;
use super::provider::{body_bytes, from_proxy, headers, http_method, wire_body, wire_headers};

/// A page, not a download.
const MAX_BODY: usize = 16 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(120);

impl FunctionHost {
    pub(super) async fn plain_fetch(&self, request: FetchRequest) -> Result<FetchResponse, Failure> {
        let (asked, begun) = (Asked::of(&http_method(request.method), &request.url, None), Instant::now());
        let fetch = syncline_outbound::Fetch {
            method: http_method(request.method),
            url: request.url,
            headers: headers(&request.headers)?,
            body: request.body.map(body_bytes).unwrap_or_default(),
            hosts: self.hosts.clone(),
            timeout: TIMEOUT,
            max_bytes: MAX_BODY,
        };
        let answered = self.setup.runner.http().fetch(fetch).await;
        let came = answered.as_ref().map(|answer| (answer.status, answer.attempts, &answer.url));
        self.timeline.called(self.redactor(), &asked, came, begun);
        let response = answered.map_err(|error| from_proxy(&error))?;
        Ok(FetchResponse {
            status: response.status.as_u16(),
            headers: wire_headers(&response.headers, self.redactor()),
            body: wire_body(response.body, self.redactor()),
        })
    }
}
