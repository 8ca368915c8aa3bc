//! One request to a receiver, and what its answer means.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};
use syncline_domain::Timestamp;
use syncline_outbound::{CallBody, Incoming, Outgoing, ProxyError, ResponseBody, retry_after};
use syncline_providers::Retry;
use syncline_store::{Verdict, WebhookDeliveryRow};
use url::Url;

use super::signature::SIGNATURES;
use crate::Runner;

/// A receiver that needs longer should answer first and work afterwards: wire contract 6.2.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The status says it all; what comes after it is for whoever looks for a mistake.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Enough for a message and the beginning of an error page. A short answer is read whole, so that its connection can be used again.
const ANSWER_BYTES: usize = 2 * 1024;

/// What came of one request.
pub(super) struct Answer {
    pub(super) status: Option<StatusCode>,
    pub(super) error: Option<String>,
    pub(super) text: Option<String>,
    pub(super) verdict: Verdict,
}

pub(super) async fn send(runner: &Runner, delivery: &WebhookDeliveryRow, headers: HeaderMap) -> Answer {
    match tokio::time::timeout(TIMEOUT, request(runner, delivery, headers)).await {
        Ok(Ok(Incoming { status, headers, body })) => {
            Answer { status: Some(status), error: None, text: beginning(body).await, verdict: verdict(status, &headers, runner.now()) }
        }
        Ok(Err(error)) => failure(&error),
        Err(_) => failure(&ProxyError::Timeout { method: Method::POST, place: String::new() }),
    }
}

async fn request(runner: &Runner, delivery: &WebhookDeliveryRow, headers: HeaderMap) -> Result<Incoming, ProxyError> {
    let url = Url::parse(&delivery.url).map_err(|_| ProxyError::InvalidUrl { problem: "it is not a URL" })?;
    let outgoing = Outgoing {
        method: Method::POST,
        url,
        headers,
        body: CallBody::Bytes(Bytes::from(delivery.body.clone())),
        credential_headers: SIGNATURES.to_vec(),
        credential_body: false,
        forward_headers_on_redirect: false,
        hosts: None,
        signer: None,
    };
    runner.http().deliver(outgoing).await
}

/// All but 2xx is tried again: a receiver that is deployed wrongly answers 404 for an hour, and its events must not be lost by then.
fn verdict(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Verdict {
    if status.is_success() {
        return Verdict::Delivered;
    }
    if status == StatusCode::GONE {
        return Verdict::Gone;
    }
    let asked = retry_after(&Retry::default(), status, headers, now);
    let everything = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    Verdict::Passing { asked, everything }
}

fn failure(error: &ProxyError) -> Answer {
    // The address itself is at fault.
    let is_lasting = matches!(error, ProxyError::EgressDenied { .. } | ProxyError::InvalidUrl { .. });
    let verdict = if is_lasting { Verdict::Lasting } else { Verdict::Passing { asked: None, everything: false } };
    Answer { status: None, error: Some(error.code().to_owned()), text: None, verdict }
}

/// What comes within the limits of size and time; the rest is not read.
async fn beginning(mut body: ResponseBody) -> Option<String> {
    let mut bytes = Vec::new();
    let read = async {
        while let Some(Ok(chunk)) = body.next().await {
            bytes.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES - bytes.len())]);
            if bytes.len() == ANSWER_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(ANSWER_TIMEOUT, read).await;
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::RETRY_AFTER;

    use super::*;

    fn of(status: u16, retry_after: Option<&'static str>) -> Verdict {
        let headers = retry_after.map(|value| (RETRY_AFTER, HeaderValue::from_static(value))).into_iter().collect();
        verdict(StatusCode::from_u16(status).unwrap(), &headers, Timestamp::parse("2026-01-01T00:00:00Z").unwrap())
    }

    /// W3: what is tried again, and when the receiver has a say in it.
    #[test]
    fn only_a_2xx_is_a_delivery_and_only_a_410_is_the_end() {
        let passing = |seconds: Option<u64>, everything| Verdict::Passing { asked: seconds.map(Duration::from_secs), everything };
        for (status, after, expected) in [
            (200, None, Verdict::Delivered),
            (204, Some("60"), Verdict::Delivered),
            (301, None, passing(None, false)),
            (400, None, passing(None, false)),
            (404, Some("60"), passing(Some(60), false)),
            (410, None, Verdict::Gone),
            (429, Some("60"), passing(Some(60), true)),
            (429, Some("Thu, 01 Jan 2026 00:02:00 GMT"), passing(Some(120), true)),
            (429, Some("soon"), passing(None, true)),
            (500, None, passing(None, false)),
            (503, Some("7"), passing(Some(7), true)),
        ] {
            assert_eq!(of(status, after), expected, "{status} {after:?}");
        }
    }

    #[test]
    fn an_address_that_may_never_be_reached_is_not_tried_again() {
        assert_eq!(failure(&ProxyError::InvalidUrl { problem: "it is not a URL" }).verdict, Verdict::Lasting);
        let refused = failure(&ProxyError::Timeout { method: Method::POST, place: "hooks.example.com/".to_owned() });
        assert_eq!((refused.verdict, refused.error.as_deref()), (Verdict::Passing { asked: None, everything: false }, Some("ETIMEDOUT")));
    }

    #[tokio::test]
    async fn of_a_long_answer_only_the_beginning_is_read() {
        let chunks = |count| ResponseBody::from_chunks((0..count).map(|_| Bytes::from_static(&[b'x'; 1_000])).collect());
        assert_eq!(beginning(chunks(0)).await, None);
        assert_eq!(beginning(chunks(1)).await.unwrap().len(), 1_000);
        assert_eq!(beginning(chunks(9)).await.unwrap().len(), ANSWER_BYTES);
    }
}
