//! A state: a word, and a colour that says no more than the word.

use askama::Template;

use crate::pages::Tone;

/// `Failed`
#[derive(Clone, Debug, Template)]
#[template(source = r#"<span class="badge {{ tone.class() }}">{{ text }}</span>"#, ext = "html")]
pub struct Badge {
    /// Decides the colour.
    pub tone: Tone,
    /// For people.
    pub text: String,
}

impl Badge {
    /// A state.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }
}
