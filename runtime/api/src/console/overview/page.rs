//! The page: figures of the past from the roll-up, figures of this moment from indexes.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use syncline_console::pages::{Frame, OverviewPage, Section, Stats};
use syncline_domain::{Figures, Timestamp};
use syncline_store::Standing;

use super::range::Range;
use super::{charts, next_step, stats, verdict};
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::words::moment;

/// What all parts of the page are made of.
pub(super) struct Reading {
    /// Path of the console in this environment.
    pub(super) home: String,
    pub(super) range: Range,
    pub(super) now: Timestamp,
    /// When the first step begins.
    pub(super) since: Timestamp,
    /// Step by step.
    pub(super) steps: Vec<Figures>,
    /// All together.
    pub(super) total: Figures,
    pub(super) standing: Standing,
}

impl Reading {
    /// A list of the console, narrowed.
    pub(super) fn list(&self, path: &str, query: &[(&str, &str)]) -> String {
        link(&format!("{}/{path}", self.home), query)
    }

    /// The same, of what began since the first step did.
    pub(super) fn list_since(&self, path: &str, query: &[(&str, &str)]) -> String {
        let since = self.since.to_millis_z();
        self.list(path, &[query, &[("since", since.as_str())]].concat())
    }

    /// Another one when anything on the page is another: of what waits, its age, too.
    fn version(&self) -> String {
        let mut hasher = DefaultHasher::new();
        let age = self.standing.oldest.map(|oldest| self.now.since(oldest).as_secs() / 10);
        (self.since, &self.steps, self.standing, age).hash(&mut hasher);
        format!("{:x}", hasher.finish())
    }
}

/// The page; to whoever has seen it, nothing where nothing changed.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Response, Refusal> {
    let (range, now) = (Range::of(asked.get("range")), console.now());
    let (overview, span) = (console.app.store.overview(), range.span(now));
    let steps = overview.history(here.environment, span).await?;
    let total = steps.iter().fold(Figures::default(), |total, step| total.plus(step));
    let standing = overview.standing(here.environment).await?;
    let reading = Reading { home: here.home(), range, now, since: span.since, steps, total, standing };
    let version = reading.version();
    if asked.get("seen") == version {
        // Whoever reads keeps the focus and the place.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let path = format!("{}/overview", here.home());
    let next_step = next_step::of(&console, &here, &reading).await?;
    let page = OverviewPage {
        frame: Frame { notice: notice::of(&asked), ..here.frame(Section::Overview) },
        poll: link(&path, &[("range", range.name()), ("seen", &version)]),
        ranges: range.tabs(&path),
        verdict: verdict::of(&reading, next_step.is_some()),
        stats: Stats(stats::of(&reading)),
        rows: charts::of(&reading),
        as_of: moment(now).precise(),
        next_step,
    };
    Ok(Html(page.render()).into_response())
}
