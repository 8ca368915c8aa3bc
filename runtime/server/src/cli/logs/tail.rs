//! What comes, as it comes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::find::{Filter, Page, line};
use crate::cli::client::Client;
use crate::cli::output::Output;

const PAUSE: Duration = Duration::from_secs(1);
/// Operations are listed by their begin, and those that take a while are noted when they end: each look goes back so far behind the last one.
const OVERLAP_MS: u64 = 60_000;
/// What is still under way is watched for longer, so that its end is shown.
const WATCHED_MS: u64 = 3_600_000;
/// For each look after the first.
const PAGE: u32 = 1_000;

/// What was shown, by id, and where it stood then.
type Shown = BTreeMap<String, String>;

/// Until Ctrl-C. Programs get a document a line.
pub(super) async fn follow(client: &Client, output: Output, filter: &Filter) -> anyhow::Result<()> {
    let mut shown = Shown::new();
    let Page { data, .. } = filter.page(client, None, None, filter.limit).await?;
    show(output, &data, &mut shown)?;
    loop {
        tokio::time::sleep(PAUSE).await;
        let floor = floor(&shown);
        let (mut fresh, mut before) = (Vec::new(), None);
        loop {
            let Page { data, next } = filter.page(client, None, before.as_deref(), PAGE).await?;
            let is_past = data.last().and_then(|one| one["id"].as_str()).is_none_or(|last| last < floor.as_str());
            fresh.extend(data);
            before = next;
            if is_past || before.is_none() {
                break;
            }
        }
        fresh.retain(|one| one["id"].as_str().is_some_and(|id| id >= floor.as_str()));
        show(output, &fresh, &mut shown)?;
        shown = shown.split_off(&floor);
    }
}

/// Newest first as they come, oldest first as they are shown; what stands where it stood is not shown again.
fn show(output: Output, operations: &[Value], shown: &mut Shown) -> anyhow::Result<()> {
    for operation in operations.iter().rev() {
        let (Some(id), Some(state)) = (operation["id"].as_str(), operation["state"].as_str()) else { continue };
        if shown.insert(id.to_owned(), state.to_owned()).as_deref() == Some(state) {
            continue;
        }
        if output.is_json() {
            output.document(&operation.to_string())?;
        } else {
            output.note(&line(operation))?;
        }
    }
    Ok(())
}

/// The id behind which to look.
fn floor(shown: &Shown) -> String {
    let Some(newest) = shown.keys().next_back().and_then(|id| milliseconds(id)) else { return String::new() };
    let under_way = shown.iter().filter(|(_, state)| matches!(state.as_str(), "waiting" | "running")).find_map(|(id, _)| milliseconds(id));
    let watched = under_way.unwrap_or(newest).max(newest.saturating_sub(WATCHED_MS));
    let from = watched.min(newest.saturating_sub(OVERLAP_MS));
    let hex = format!("{from:012x}");
    format!("{}-{}", &hex[..8], &hex[8..])
}

/// An id begins with its time: UUID version 7, RFC 9562.
fn milliseconds(id: &str) -> Option<u64> {
    u64::from_str_radix(&format!("{}{}", id.get(..8)?, id.get(9..13)?), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_look_goes_back_to_what_may_have_ended_since() {
        let id = |ms: u64| format!("{:08x}-{:04x}-7000-8000-000000000000", ms >> 16, ms & 0xffff);
        let now = 1_800_000_000_000;
        assert_eq!(floor(&Shown::new()), "");
        let mut shown = Shown::from([(id(now), "succeeded".to_owned()), (id(now - 600_000), "failed".to_owned())]);
        assert_eq!(milliseconds(&floor(&shown)), Some(now - OVERLAP_MS));
        shown.insert(id(now - 300_000), "running".to_owned());
        assert_eq!(milliseconds(&floor(&shown)), Some(now - 300_000));
        shown.insert(id(now - 2 * WATCHED_MS), "running".to_owned());
        assert_eq!(milliseconds(&floor(&shown)), Some(now - WATCHED_MS));
        assert!(id(now - OVERLAP_MS) >= floor(&Shown::from([(id(now), String::new())])));
    }
}
