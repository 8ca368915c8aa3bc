//! What every page of a signed-in operator has around it.

/// The bar at the top, and what the page is about.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Path of the console as the browser sees it: `/console`, or below the path at which the server is published. No slash at its end.
    pub root: String,
    /// The environment that the page shows.
    pub environment: String,
    /// All environments, for the switch.
    pub environments: Vec<String>,
    /// Where in the console the page is.
    pub section: Section,
    /// The session's token against forged requests, carried by every form.
    pub csrf: String,
    /// What was just done, if anything.
    pub notice: Option<Notice>,
}

/// The tabs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    /// Your connections and what can be connected.
    Connections,
    /// Integrations and their settings.
    Integrations,
    /// Webhooks to the product.
    Webhooks,
}

/// One sentence above the page.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// What to say.
    pub text: String,
}

/// How something is meant; decides its colour, never its words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// It works.
    Good,
    /// It may mend itself, or wants a look.
    Warn,
    /// It does not work until somebody acts.
    Bad,
}

/// Path of the files that pages load. It names their version, so that browsers keep them until there is another.
pub(super) fn assets(root: &str) -> String {
    format!("{root}/assets/{}", crate::version("console").expect("the folder is embedded"))
}

impl Frame {
    /// Path of the console in this environment.
    pub fn home(&self) -> String {
        format!("{}/{}", self.root, self.environment)
    }
}

impl Section {
    /// All tabs, in order.
    pub const ALL: [Self; 3] = [Self::Connections, Self::Integrations, Self::Webhooks];

    /// Path below the environment.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Integrations => "integrations",
            Self::Webhooks => "webhooks",
        }
    }

    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Connections => "Connections",
            Self::Integrations => "Integrations",
            Self::Webhooks => "Webhooks",
        }
    }
}

impl Tone {
    /// The class in the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "tone-good",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
        }
    }
}
