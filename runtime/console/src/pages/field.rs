//! One input of a form.

/// With its label, what was entered, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Field {
    /// Of the form's value; also the element's id.
    pub name: String,
    /// What the input is called.
    pub label: String,
    /// What it is for and where the value is found.
    pub help: String,
    /// What stands in it. Always empty for secrets: they are entered and never shown.
    pub value: String,
    /// A value as it could look.
    pub example: String,
    /// How it is entered.
    pub kind: FieldKind,
    /// Whether it may be left out.
    pub is_required: bool,
    /// What to mend.
    pub problem: Option<String>,
}

/// How a value is entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldKind {
    /// One line.
    Text,
    /// One line with an address.
    Url,
    /// One line that is not shown.
    Secret {
        /// A value is kept already, and stays where nothing is entered.
        is_set: bool,
    },
    /// Several lines that are not shown again: a private key.
    LongSecret {
        /// A value is kept already, and stays where nothing is entered.
        is_set: bool,
    },
    /// Several lines: JSON.
    Long,
    /// Something to copy, not to change.
    Shown,
    /// One of these.
    Choice(Vec<String>),
}

impl Field {
    /// An empty line of text that must be filled.
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            help: String::new(),
            value: String::new(),
            example: String::new(),
            kind: FieldKind::Text,
            is_required: true,
            problem: None,
        }
    }

    /// Whether a secret is kept already.
    pub fn is_set(&self) -> bool {
        matches!(self.kind, FieldKind::Secret { is_set: true } | FieldKind::LongSecret { is_set: true })
    }

    /// Whether what is entered is not shown.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, FieldKind::Secret { .. } | FieldKind::LongSecret { .. })
    }

    /// Whether the browser should insist on a value: a secret that is set may stay.
    pub fn must_be_entered(&self) -> bool {
        self.is_required && !self.is_set()
    }

    /// What a screen reader reads after the label.
    pub fn described_by(&self) -> String {
        let help = (!self.help.is_empty()).then(|| format!("{}-help", self.name));
        let problem = self.problem.is_some().then(|| format!("{}-problem", self.name));
        [problem, help].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
