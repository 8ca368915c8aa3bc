//! Whether credentials work: the entry's verification request, before a connection is made and whenever somebody asks.

use std::sync::Arc;

use http::{HeaderMap, HeaderName};
use syncline_domain::{Credentials, Timestamp};
use syncline_outbound::{BufferedResponse, CallBody, CredentialSource, ProxyCall, ProxyError, Refresh};
use syncline_providers::{Entry, Template, Verification};
use syncline_store::ConnectionRow;

use crate::attempt::client_keys;
use crate::create::Candidate;
use crate::{Connect, ConnectError, ConnectionSource};

/// The answer is looked at for its status, and shown to an operator in part.
const MAX_BODY: usize = 1024 * 1024;
const MAX_SHOWN_CHARS: usize = 200;
const MAX_REPORTED_CHARS: usize = 4_000;

/// What a provider said to a connection's credentials.
#[derive(Clone, Debug, PartialEq)]
pub struct TestReport {
    /// What it means.
    pub outcome: TestOutcome,
    /// Of the provider's answer; `None` if there was none, or nothing to ask.
    pub status: Option<u16>,
    /// For a person, without secrets.
    pub message: String,
    /// When the provider wants to be asked again.
    pub retry_at: Option<Timestamp>,
    /// The beginning of its answer, without secrets.
    pub answer: Option<String>,
}

/// What an answer means to the person who asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestOutcome {
    /// It works.
    Works,
    /// The entry describes no request that could tell.
    NothingToAsk,
    /// 401 or 403, or no usable credentials: the user must reconnect.
    Reconnect,
    /// 429
    Busy,
    /// 5xx, or no answer.
    Unavailable,
    /// Anything else.
    Failed,
}

impl TestOutcome {
    /// Stable, for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::NothingToAsk => "nothing_to_ask",
            Self::Reconnect => "reconnect",
            Self::Busy => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Failed => "failed",
        }
    }
}

impl Connect {
    /// Sends the entry's verification requests in order; the first 2xx passes.
    pub(crate) async fn verify(&self, candidate: &Candidate) -> Result<(), ConnectError> {
        let Some(verification) = &candidate.entry.proxy.verification else { return Ok(()) };
        let source = ConnectionSource::unsaved(
            Arc::clone(&candidate.entry),
            candidate.connection_config.clone(),
            Some(client_keys(&candidate.integration)),
            candidate.credentials.clone(),
        );
        let mut refusal = ConnectError::TestFailed { status: None, message: "no answer".to_owned() };
        for endpoint in &verification.endpoints {
            match self.ask(&source, verification, endpoint).await {
                Ok(response) if response.status.is_success() => return Ok(()),
                Ok(response) => {
                    let message = shown(&response, MAX_SHOWN_CHARS, &candidate.credentials);
                    refusal = ConnectError::TestFailed { status: Some(response.status.as_u16()), message };
                }
                Err(error) => refusal = ConnectError::TestFailed { status: None, message: error.to_string() },
            }
        }
        Err(refusal)
    }

    /// Asks the provider with the connection's present credentials, refreshed first if they are about to end.
    pub async fn test(&self, row: &ConnectionRow) -> Result<TestReport, ConnectError> {
        let source = match self.source_for(row).await {
            Ok(source) => source,
            Err(ConnectError::NotUsable(failure)) => {
                return Ok(TestReport {
                    outcome: TestOutcome::Reconnect,
                    status: None,
                    message: failure.message,
                    retry_at: None,
                    answer: None,
                });
            }
            Err(other) => return Err(other),
        };
        let nothing =
            |message: String| TestReport { outcome: TestOutcome::NothingToAsk, status: None, message, retry_at: None, answer: None };
        let entry: Arc<Entry> = Arc::clone(source.entry());
        let Some(verification) = &entry.proxy.verification else {
            return Ok(nothing(format!(
                "the entry of {} describes no request that tells whether credentials work; the connection is stored and was last used without a known error",
                entry.display_name
            )));
        };
        let mut report = nothing("the entry's verification names no endpoint".to_owned());
        for endpoint in &verification.endpoints {
            report = match self.ask(&source, verification, endpoint).await {
                Ok(response) => self.report(&entry, &response, source.credentials().as_ref()),
                Err(ProxyError::Credential(error)) => {
                    TestReport { outcome: TestOutcome::Reconnect, status: None, message: error.message, retry_at: None, answer: None }
                }
                Err(error) => {
                    TestReport { outcome: TestOutcome::Unavailable, status: None, message: error.to_string(), retry_at: None, answer: None }
                }
            };
            if report.outcome == TestOutcome::Works {
                break;
            }
        }
        Ok(report)
    }

    async fn ask(&self, source: &ConnectionSource, verification: &Verification, endpoint: &str) -> Result<BufferedResponse, ProxyError> {
        let target = source.target(Refresh::IfNeeded).await?;
        // A header that does not resolve is left out, as in every request.
        let header = |(name, template): (&String, &Template)| {
            Some((name.parse::<HeaderName>().ok()?, template.resolve(&target).ok()?.parse().ok()?))
        };
        let headers: HeaderMap = verification.headers.iter().filter_map(header).collect();
        let call = ProxyCall {
            method: verification.method.parse().unwrap_or(http::Method::GET),
            endpoint: endpoint.to_owned(),
            headers,
            body: CallBody::Empty,
            ..ProxyCall::default()
        };
        self.options().proxy.send_buffered(source, call, MAX_BODY).await
    }

    fn report(&self, entry: &Entry, response: &BufferedResponse, credentials: &Credentials) -> TestReport {
        let status = response.status.as_u16();
        let name = &entry.display_name;
        let (outcome, message) = match status {
            200..=299 => (TestOutcome::Works, format!("{name} accepted the credentials")),
            401 | 403 => (TestOutcome::Reconnect, format!("{name} refused the credentials; please reconnect")),
            429 => (TestOutcome::Busy, format!("{name} is asked too often at the moment; try again later")),
            500..=599 => (TestOutcome::Unavailable, format!("{name} is unavailable at the moment; try again later")),
            _ => (TestOutcome::Failed, format!("{name} answered with status {status}")),
        };
        let retry_at = syncline_outbound::retry_after(&entry.proxy.retry, response.status, &response.headers, self.now());
        TestReport {
            outcome,
            status: Some(status),
            message,
            retry_at: retry_at.map(|after| self.now().plus(after)),
            answer: Some(shown(response, MAX_REPORTED_CHARS, credentials)),
        }
    }
}

fn shown(response: &BufferedResponse, max_chars: usize, credentials: &Credentials) -> String {
    let text = String::from_utf8_lossy(&response.body);
    // A provider may repeat the credentials in its answer. Cut them out before shortening: half a secret is one too.
    let clean = credentials.secrets().into_iter().fold(text.into_owned(), |text, secret| text.replace(secret, "[redacted]"));
    clean.chars().take(max_chars).collect()
}
