//! A run, tried out with nothing kept: what it is about to be, and what came of it.

use askama::Template;

use crate::pages::{Badge, Facts, Frame, JsonBlock, Problem, Table, Tone};

/// The page: the form, and below it what came of it.
#[derive(Template)]
#[template(path = "console/dry_run.html")]
pub struct DryRunPage {
    /// Around it.
    pub frame: Frame,
    /// Path of the run.
    pub back: String,
    /// Where the form is sent.
    pub action: String,
    /// The function's name.
    pub title: String,
    /// What it does and does not do, one sentence each.
    pub notes: Vec<String>,
    /// In which it is not the run that it is of.
    pub warning: Option<String>,
    /// Whether changes are sent to the provider, too.
    pub sends_changes: bool,
    /// What came of it.
    pub result: Option<DryRunResult>,
}

/// What came of a dry run.
#[derive(Clone, Debug)]
pub struct DryRunResult {
    /// How it ended.
    pub state: Badge,
    /// What went wrong.
    pub problem: Option<Problem>,
    /// What it took.
    pub facts: Facts,
    /// What it did and said, in order.
    pub steps: Vec<DryRunStep>,
    /// That there were more.
    pub left_out: Option<String>,
    /// What it would have done to records.
    pub models: Vec<DryRunModel>,
    /// Its output, and what it would have remembered.
    pub blocks: Vec<JsonBlock>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct DryRunStep {
    /// Since the begin: `12 ms`.
    pub after: String,
    /// `info`, `http`, ...
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// What.
    pub text: String,
    /// With what, as JSON.
    pub fields: Option<JsonBlock>,
}

/// What would have become of a model's records.
#[derive(Clone, Debug)]
pub struct DryRunModel {
    /// The model.
    pub name: String,
    /// How many, in a sentence.
    pub counted: String,
    /// The first of them.
    pub table: Option<Table>,
    /// That there are more.
    pub note: Option<String>,
    /// The same as text.
    pub lines: Option<JsonBlock>,
}

impl DryRunPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
