//! What a provider said to a test, in a person's words.

use syncline_connect::{TestOutcome, TestReport};
use syncline_console::pages::{TestResult, Tone};
use syncline_domain::ConnectionRowId;

use crate::console::connections::item::moment;
use crate::console::environment::Here;
use crate::console::refusal::sentence;

/// `provider` is its name, for people.
pub(super) fn verdict(here: &Here, row: ConnectionRowId, provider: &str, report: TestReport) -> TestResult {
    let TestReport { outcome, status, message, retry_at, answer } = report;
    let (tone, headline, advice) = match (outcome, status) {
        (TestOutcome::Works, _) => (Tone::Good, format!("It works: {provider} accepted the credentials."), String::new()),
        (TestOutcome::NothingToAsk, _) => (
            Tone::Warn,
            "This cannot be tested.".to_owned(),
            format!("The catalogue knows no harmless request to {provider} that would tell."),
        ),
        (TestOutcome::Reconnect, Some(_)) => {
            let advice = "Please reconnect: whoever owns the account signs in again, and everything else stays as it is.".to_owned();
            (Tone::Bad, format!("{provider} no longer accepts these credentials."), advice)
        }
        (TestOutcome::Reconnect, None) => {
            (Tone::Bad, "The credentials have ended and could not be renewed. Please reconnect.".to_owned(), full(&message))
        }
        (TestOutcome::Busy, _) => {
            let advice = if retry_at.is_some() { "Try again later. It wants to be asked again at" } else { "Try again later." };
            (Tone::Warn, format!("{provider} is asked too often at the moment."), advice.to_owned())
        }
        (TestOutcome::Unavailable, Some(status)) => {
            let advice = if retry_at.is_some() {
                "The connection stays as it is. Try again at"
            } else {
                "The connection stays as it is. Try again in a few minutes."
            };
            (Tone::Warn, format!("The service is unavailable: {provider} answered with status {status}."), advice.to_owned())
        }
        (TestOutcome::Unavailable, None) => (
            Tone::Warn,
            format!("The service is unavailable: {provider} did not answer."),
            format!("{} Try again in a few minutes.", full(&message)),
        ),
        (TestOutcome::Failed, Some(status)) => {
            (Tone::Bad, format!("{provider} answered with status {status}."), "Its answer may say what it expects.".to_owned())
        }
        (TestOutcome::Failed, None) => (Tone::Bad, "The test failed.".to_owned(), full(&message)),
    };
    TestResult {
        home: here.home(),
        csrf: here.csrf(),
        row: row.0,
        tone,
        headline,
        advice,
        retry_at: retry_at.filter(|_| matches!(outcome, TestOutcome::Busy | TestOutcome::Unavailable) && status.is_some()).map(moment),
        status,
        answer: answer.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        wants_reconnect: outcome == TestOutcome::Reconnect,
    }
}

/// A message of ours as a sentence.
fn full(message: &str) -> String {
    format!("{}.", sentence(message.trim_end_matches('.')))
}
