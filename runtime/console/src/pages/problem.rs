//! A page that cannot be shown.

use askama::Template;

/// What to say instead.
#[derive(Template)]
#[template(path = "console/problem.html")]
pub struct ProblemPage {
    /// Path of the console.
    pub root: String,
    /// What happened.
    pub title: String,
    /// What to do.
    pub advice: String,
}

impl ProblemPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
