//! A few figures, large; each leads to the list that it counts.

use askama::Template;

use crate::pages::Tone;

/// Side by side.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/parts/stats.html")]
pub struct Stats(pub Vec<Stat>);

/// One figure.
#[derive(Clone, Debug)]
pub struct Stat {
    /// What is counted.
    pub label: String,
    /// As people read it.
    pub value: String,
    /// What to think of it, in a few words.
    pub note: String,
    /// How the note is meant.
    pub tone: Tone,
    /// The list of what is counted.
    pub href: String,
}

impl Stat {
    fn id(&self) -> String {
        format!("stat-{}", super::chart::anchor(&self.label))
    }
}
