//! What somebody looks for, out of the page's address.

use syncline_console::pages::{Filter, Filters};
use syncline_domain::{ConnectionName, EnvironmentId, FunctionName, IntegrationKey, OperationId, OperationKind, OperationState, Timestamp};
use syncline_store::{OperationFilter, Severity};

use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::times::{self, time};

const MAX_TEXT_CHARS: usize = 200;

const SEVERITIES: [(Severity, &str, &str); 2] = [(Severity::Warn, "warn", "warnings and errors"), (Severity::Error, "error", "errors")];

/// What is narrowed by, as it was written.
pub(super) struct Question {
    values: Vec<(&'static str, String)>,
}

const NAMES: [&str; 9] = ["q", "type", "state", "level", "integration", "connection", "function", "since", "until"];

impl Question {
    pub(super) fn of(asked: &Asked) -> Self {
        Self { values: NAMES.into_iter().map(|name| (name, asked.get(name).to_owned())).collect() }
    }

    fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// For the store, or what cannot be looked for.
    pub(super) fn filter(
        &self,
        environment: EnvironmentId,
        now: Timestamp,
        limit: u32,
    ) -> Result<(Option<Severity>, OperationFilter), String> {
        let given = |name: &'static str| Some(self.get(name)).filter(|value| !value.is_empty());
        let defect = |what: &str, value: &str| format!("`{value}` is no {what}.");
        let text = given("q").map(str::to_owned);
        if text.as_ref().is_some_and(|text| text.chars().count() > MAX_TEXT_CHARS) {
            return Err(format!("A text to look for has at most {MAX_TEXT_CHARS} characters."));
        }
        let integration = given("integration").map(|text| IntegrationKey::new(text).map_err(|_| defect("key of an integration", text)));
        let connection = given("connection").map(|text| ConnectionName::new(text).map_err(|_| defect("connection id", text)));
        let function = given("function").map(|text| FunctionName::new(text).map_err(|_| defect("name of a function", text)));
        let severity = SEVERITIES.into_iter().find(|(_, name, _)| *name == self.get("level")).map(|(severity, ..)| severity);
        let filter = OperationFilter {
            environment,
            kind: given("type").filter(|kind| OperationKind::types().contains(kind)).map(str::to_owned),
            action: None,
            state: OperationState::parse(self.get("state")),
            integration: integration.transpose()?,
            connection: connection.transpose()?,
            function: function.transpose()?,
            since: given("since").map(|text| time(text, now)).transpose()?,
            until: given("until").map(|text| time(text, now)).transpose()?,
            text,
            before: None,
            limit,
        };
        Ok((severity, filter))
    }

    /// The form.
    pub(super) fn filters(&self, path: &str) -> Filters {
        let same = |name: &'static str| (name, name);
        let text = |name: &str, label: &str, example: &str| Filter::text(name, label, self.get(name), example);
        Filters {
            path: path.to_owned(),
            fields: vec![
                text("q", "Text", "in summaries and messages"),
                Filter::choice("type", "Type", self.get("type"), OperationKind::types().into_iter().map(same)),
                Filter::choice("state", "Outcome", self.get("state"), OperationState::ALL.map(|state| same(state.as_str()))),
                Filter::choice("level", "Level", self.get("level"), SEVERITIES.map(|(_, name, label)| (name, label))),
                text("integration", "Integration", "its key"),
                text("connection", "Connection", "its id"),
                text("function", "Function", "its name"),
                times::since(self.get("since")),
                times::until(self.get("until")),
            ],
        }
    }

    /// Address of the same question, with more to it.
    pub(super) fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = self.values.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        let query: Vec<(&str, &str)> = own.map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied()).collect();
        link(path, &query)
    }

    /// The same view whenever it is opened: without ages, and without what comes later.
    pub(super) fn permalink(&self, path: &str, before: &str, now: Timestamp) -> String {
        let fixed = |name: &str| time(self.get(name), now).map(Timestamp::to_millis_z);
        let since = fixed("since").unwrap_or_else(|_| self.get("since").to_owned());
        let until =
            if self.get("until").is_empty() { now.to_millis_z() } else { fixed("until").unwrap_or_else(|_| self.get("until").to_owned()) };
        self.address(path, &[("since", &since), ("until", &until), ("before", before)])
    }

    /// Whether anything is narrowed.
    pub(super) fn is_narrow(&self) -> bool {
        self.values.iter().any(|(_, value)| !value.is_empty())
    }
}

/// An operation by its id, as the page before ends with it.
pub(super) fn before(asked: &Asked) -> Option<OperationId> {
    asked.get("before").parse().ok()
}
