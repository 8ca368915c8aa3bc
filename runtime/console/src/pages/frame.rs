//! What every page of a signed-in operator has around it.

use crate::pages::Role;

/// The navigation, and what the page is about.
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
    /// Who is signed in.
    pub who: String,
    /// What they may do.
    pub role: Role,
    /// What was just done, if anything.
    pub notice: Option<Notice>,
}

/// The areas of the console.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    /// Whether everything is well.
    Overview,
    /// Your connections and what can be connected.
    Connections,
    /// What is deployed.
    Functions,
    /// What ran.
    Runs,
    /// What syncs keep.
    Records,
    /// What the server did.
    Logs,
    /// Webhooks to the product and from providers.
    Webhooks,
    /// Integrations and their settings, and the catalogue.
    Integrations,
    /// Environments, keys, people.
    Settings,
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
    /// It is under way.
    Live,
    /// Neither good nor bad.
    Plain,
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
    /// The areas that have pages, in the order of the navigation.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Connections,
        Self::Functions,
        Self::Runs,
        Self::Records,
        Self::Logs,
        Self::Webhooks,
        Self::Integrations,
        Self::Settings,
    ];

    /// Path below the environment.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Connections => "connections",
            Self::Functions => "functions",
            Self::Runs => "runs",
            Self::Records => "records",
            Self::Logs => "logs",
            Self::Webhooks => "webhooks",
            Self::Integrations => "integrations",
            Self::Settings => "settings",
        }
    }

    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Connections => "Connections",
            Self::Functions => "Functions",
            Self::Runs => "Runs",
            Self::Records => "Records",
            Self::Logs => "Logs",
            Self::Webhooks => "Webhooks",
            Self::Integrations => "Integrations",
            Self::Settings => "Settings",
        }
    }

    /// The lines of its picture, in a square of 16.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Overview => "M2 9.5 5.5 6l3 3L14 3.5M10.5 3.5H14V7M2 13.5h12",
            Self::Connections => "M6.5 9.5 9.5 6.5M7.5 4.5l1-1a2.8 2.8 0 0 1 4 4l-1 1M8.5 11.5l-1 1a2.8 2.8 0 0 1-4-4l1-1",
            Self::Functions => "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4",
            Self::Runs => "M4.5 3v10l8-5z",
            Self::Records => {
                "M2.5 4c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2-2.5 2-5.5 2-5.5-.9-5.5-2v8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V4M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2"
            }
            Self::Logs => "M2.5 3.5h11M2.5 8h11M2.5 12.5h7",
            Self::Webhooks => "M2 8h9M7.5 4 11.5 8l-4 4M14 3v10",
            Self::Integrations => "M2.5 2.5h4.5v4.5H2.5zM9 9h4.5v4.5H9zM9 4.75h4.5M11.25 2.5V7M2.5 9h4.5v4.5H2.5z",
            Self::Settings => "M2 4.5h6M11 4.5h3M2 11.5h3M8 11.5h6M9.5 2.5v4M6.5 9.5v4",
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
            Self::Live => "tone-live",
            Self::Plain => "tone-plain",
        }
    }

    /// The class of words and bars of this colour, without a ground.
    pub const fn ink(self) -> &'static str {
        match self {
            Self::Good => "ink-good",
            Self::Warn => "ink-warn",
            Self::Bad => "ink-bad",
            Self::Live => "ink-live",
            Self::Plain => "ink-plain",
        }
    }
}
