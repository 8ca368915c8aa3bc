//! One run.

use askama::Template;

use crate::pages::{Action, Badge, Facts, Frame, JsonBlock, Moment, Table, Tone};

/// The page.
#[derive(Template)]
#[template(path = "console/run.html")]
pub struct RunPage {
    /// Around it.
    pub frame: Frame,
    /// Path and query of this page, asked for again while the run is under way.
    pub here: String,
    /// Of the list.
    pub back: String,
    /// The function's name.
    pub title: String,
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: Badge,
    /// Whether it is under way.
    pub is_live: bool,
    /// What can be done.
    pub actions: Vec<Action>,
    /// What went wrong.
    pub problem: Option<Problem>,
    /// When, by whom, on what.
    pub facts: Facts,
    /// What it did to records.
    pub counts: Option<Table>,
    /// From its job to its end, with what it said in between.
    pub timeline: Vec<Step>,
    /// Path of the lines before the first that is shown.
    pub earlier: Option<String>,
    /// Path of the last lines, from earlier ones.
    pub latest: Option<String>,
    /// Input and output.
    pub blocks: Vec<JsonBlock>,
}

/// Why a run failed, and what to do.
#[derive(Clone, Debug)]
pub struct Problem {
    /// In a sentence.
    pub headline: String,
    /// What the run said, to the letter.
    pub message: String,
    /// As in the API.
    pub code: String,
    /// What to do next.
    pub advice: String,
    /// The author's own code, innermost first, with file and line where the component has them.
    pub frames: Vec<String>,
    /// More of it.
    pub details: Option<JsonBlock>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub at: Moment,
    /// `info`, `error`, ...; or a word of ours.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// What.
    pub text: String,
    /// With what, as JSON.
    pub fields: Option<JsonBlock>,
}

impl RunPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
