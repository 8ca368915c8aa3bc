//! Which connections somebody looks for, out of the page's address.

use syncline_console::pages::{Filter, Filters};
use syncline_domain::{ConnectionName, EnvironmentId};
use syncline_store::{BrowseConnections, IntegrationRow};

use crate::console::form::Asked;
use crate::console::link::link;

/// A screen or two.
const PER_PAGE: u32 = 50;
/// Some hundredths of a second of looking.
const LOOKED_AT: u32 = 20_000;
/// With more in one choice nobody finds theirs; then its key is written.
const CHOICES: usize = 200;
const MAX_TEXT_CHARS: usize = 300;

const NAMES: [&str; 5] = ["search", "state", "integration", "user", "tag"];
const STATES: [(&str, &str); 2] = [("attention", "Needs attention"), ("working", "Working")];

/// What is narrowed by, as it was written.
pub(super) struct Question {
    values: Vec<(&'static str, String)>,
}

impl Question {
    pub(super) fn of(asked: &Asked) -> Self {
        Self { values: NAMES.into_iter().map(|name| (name, asked.get(name).to_owned())).collect() }
    }

    /// Of nothing in particular.
    pub(super) fn any() -> Self {
        Self { values: Vec::new() }
    }

    fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// For the store, or what cannot be looked for.
    pub(super) fn browse(
        &self,
        environment: EnvironmentId,
        integrations: &[IntegrationRow],
        before: &str,
    ) -> Result<BrowseConnections, String> {
        let given = |name: &'static str| Some(self.get(name)).filter(|value| !value.is_empty());
        if self.values.iter().any(|(_, value)| value.chars().count() > MAX_TEXT_CHARS) {
            return Err(format!("What is looked for has at most {MAX_TEXT_CHARS} characters."));
        }
        let integration = match given("integration") {
            None => None,
            Some(key) => {
                let found = integrations.iter().find(|row| row.key.as_str() == key);
                Some(found.ok_or_else(|| format!("There is no integration with the key `{key}` here."))?.id)
            }
        };
        let before = Some(before).filter(|before| !before.is_empty()).map(str::parse).transpose();
        Ok(BrowseConnections {
            environment,
            integration,
            in_trouble: STATES.iter().position(|(name, _)| *name == self.get("state")).map(|at| at == 0),
            user: given("user").map(str::to_owned),
            tag: given("tag").map(tag),
            search: given("search").map(str::to_owned),
            before: before.map_err(|_| "The address names a place in the list that there is not. Begin at the first page.".to_owned())?,
            limit: PER_PAGE,
            looked_at: LOOKED_AT,
        })
    }

    /// What is searched for and nothing else, where it is an id as it stands: an index finds that one however old it is.
    pub(super) fn is_id(&self) -> Option<ConnectionName> {
        let is_alone = self.values.iter().all(|(name, value)| *name == "search" || value.is_empty());
        ConnectionName::new(self.get("search")).ok().filter(|_| is_alone)
    }

    /// The form.
    pub(super) fn filters(&self, path: &str, integrations: &[IntegrationRow]) -> Filters {
        let key = self.get("integration");
        let keys = integrations.iter().take(CHOICES).map(|row| (row.key.as_str(), row.key.as_str()));
        let integration = if integrations.len() <= CHOICES {
            Filter::choice("integration", "Integration", key, keys)
        } else {
            Filter::text("integration", "Integration", key, "its key")
        };
        Filters {
            path: path.to_owned(),
            fields: vec![
                Filter::text("search", "Search connections", self.get("search"), "id, user or e-mail"),
                Filter::choice("state", "State", self.get("state"), STATES),
                integration,
                Filter::text("user", "User’s id", self.get("user"), "exactly"),
                Filter::text("tag", "Tag", self.get("tag"), "plan: gold"),
            ],
        }
    }

    /// Address of the same question, with another place in the list.
    pub(super) fn address(&self, path: &str, before: &str) -> String {
        let own = self.values.iter().map(|(name, value)| (*name, value.as_str()));
        link(path, &own.chain([("before", before)]).collect::<Vec<_>>())
    }

    /// Whether anything is narrowed.
    pub(super) fn is_narrow(&self) -> bool {
        self.values.iter().any(|(_, value)| !value.is_empty())
    }
}

/// `plan: gold`, or `plan` with any value. Names of tags are kept in lower case.
fn tag(text: &str) -> (String, Option<String>) {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    (name.trim().to_lowercase(), Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_name_and_perhaps_a_value() {
        let tag = |text| {
            let (name, value) = tag(text);
            format!("{name}|{}", value.unwrap_or_default())
        };
        assert_eq!(["plan", "Plan: gold", "a:b:c", "plan:"].map(tag), ["plan|", "plan|gold", "a|b:c", "plan|"]);
    }
}
