//! The pages before anybody is signed in.

use askama::Template;

use crate::pages::{Field, Role};

/// The operator's password is asked for; and the name, where there are several.
#[derive(Template)]
#[template(path = "console/sign_in.html")]
pub struct SignInPage {
    /// Path of the console.
    pub root: String,
    /// As it was entered; `None` where there is only one who could sign in.
    pub name: Option<String>,
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

/// Somebody was given a link with which to choose a password.
#[derive(Template)]
#[template(path = "console/invitation.html")]
pub struct InvitationPage {
    /// Path of the console.
    pub root: String,
    /// Where the form is sent: the link itself.
    pub action: String,
    /// Whose link it is.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they have a password already.
    pub is_reset: bool,
    /// The password, and the password again.
    pub fields: Vec<Field>,
    /// What is wrong with the whole.
    pub problem: Option<String>,
}

impl InvitationPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}

impl SignInPage {
    /// Whether there is no name to enter first.
    fn is_name_known(&self) -> bool {
        self.name.as_ref().is_none_or(|name| !name.is_empty())
    }

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
