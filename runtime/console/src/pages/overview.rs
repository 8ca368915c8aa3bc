//! Whether everything is well.

use askama::Template;

use crate::pages::{Chart, Empty, Frame, Lines, Moment, Stats, Tabs, Tone};

/// The page.
#[derive(Template)]
#[template(path = "console/overview.html")]
pub struct OverviewPage {
    /// Around it.
    pub frame: Frame,
    /// Asked for again every few seconds; it answers with nothing where nothing changed.
    pub poll: String,
    /// The last hour, day and week.
    pub ranges: Tabs,
    /// The answer.
    pub verdict: Verdict,
    /// The next step, where nothing runs yet.
    pub next_step: Option<Empty>,
    /// Figures, each with its list.
    pub stats: Stats,
    /// Above one another; those of one row side by side where there is room.
    pub rows: Vec<Vec<Panel>>,
    /// When this was read.
    pub as_of: Moment,
}

/// An answer in a sentence.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// How it is meant.
    pub tone: Tone,
    /// `All is well`; empty where there are troubles.
    pub headline: String,
    /// Each with the list of what is meant: `3 connections need attention`. Together they are the sentence.
    pub troubles: Vec<(String, String)>,
    /// What to think of it, or where to look.
    pub advice: String,
}

/// A drawing.
#[derive(Clone, Debug)]
pub enum Panel {
    /// Counts, and where what is counted is found.
    Bars(Chart, String),
    /// Durations.
    Lines(Lines, String),
}

impl OverviewPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
