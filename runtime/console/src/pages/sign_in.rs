//! The pages before anybody is signed in.

use askama::Template;

use crate::pages::Field;

/// The operator's password is asked for.
#[derive(Template)]
#[template(path = "console/sign_in.html")]
pub struct SignInPage {
    /// Path of the console.
    pub root: String,
    /// Why the last attempt failed, or why nobody is signed in any more.
    pub problem: Option<String>,
    /// What was just done: signed out, or set up.
    pub notice: Option<String>,
}

/// Nobody has claimed the server yet.
#[derive(Template)]
#[template(path = "console/setup.html")]
pub struct SetupPage {
    /// Path of the console.
    pub root: String,
    /// The setup code, the password, and the password again.
    pub fields: Vec<Field>,
    /// What is wrong with the whole.
    pub problem: Option<String>,
}

impl SignInPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}

impl SetupPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
