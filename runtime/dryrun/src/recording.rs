//! A recorded case: what went in, what the provider answered, what the function did. The form is described in `docs/testing.md`.

mod answer;
mod identity;
mod nearest;
pub(crate) mod secret;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use identity::Identity;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use identity::plain_path;

/// What stands in `api`: methods, paths, and what was answered there.
type Api<'a> = IndexMap<String, IndexMap<String, &'a RawValue>>;

/// A `*.test.json` file, read.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// An action's input, or a webhook's; JSON text.
    pub input: Option<String>,
    /// An action's result.
    pub output: Option<Value>,
    /// `webhook` where the sync's `onWebhook` ran.
    pub trigger: Option<String>,
    /// When the last successful run started, where the function asked.
    pub last_sync_date: Option<String>,
    /// What calls were given or answered, by the calls' names.
    pub nango: IndexMap<String, Value>,
    /// In the order of the file.
    pub answers: Vec<Answer>,
    /// Converted from an older layout, which may have lost later pages of lists.
    pub migrated: bool,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
    #[serde(default)]
    output: Option<Value>,
    #[serde(default)]
    trigger: Option<String>,
    #[serde(default, rename = "lastSyncDate")]
    last_sync_date: Option<String>,
    #[serde(default)]
    nango: Option<IndexMap<String, Value>>,
    #[serde(borrow, default)]
    api: Option<Api<'a>>,
    #[serde(default, rename = "_migrated")]
    migrated: Option<bool>,
}

/// The hosts of the URLs in a text, JSON's escapes included.
fn hosts_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("http").filter_map(|(index, _)| {
        let rest = text[index + 4..].trim_start_matches('s').strip_prefix(':')?;
        let rest = rest.strip_prefix("//").or_else(|| rest.strip_prefix(r"\/\/"))?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-').unwrap_or(rest.len());
        Some(&rest[..end]).filter(|host| !host.is_empty())
    })
}

impl Recording {
    /// Reads the text of a file; the error says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        // An array would be taken for the members in their order.
        if !text.trim_start().starts_with('{') {
            return Err("is not a recording: it is no JSON object".to_owned());
        }
        let file: File<'_> = serde_json::from_str(text).map_err(|error| format!("is not a recording: {error}"))?;
        let mut answers = Vec::new();
        for (method, paths) in file.api.unwrap_or_default() {
            for (path, entries) in paths {
                let wrong = |error: serde_json::Error| format!("has an answer to {method} {path} that is none: {error}");
                let entries = match entries.get() {
                    list if list.starts_with('[') => serde_json::from_str::<Vec<&RawValue>>(list).map_err(wrong)?,
                    _ => vec![entries],
                };
                for entry in entries {
                    answers.push(Answer::parse(&method, &path, entry.get()).map_err(wrong)?);
                }
            }
        }
        Ok(Self {
            input: file.input.map(|input| input.get().to_owned()),
            output: file.output,
            trigger: file.trigger,
            last_sync_date: file.last_sync_date,
            nango: file.nango.unwrap_or_default(),
            answers,
            migrated: file.migrated.unwrap_or(false),
        })
    }

    /// What a call was given or answered; `None` for null too.
    pub fn nango(&self, call: &str) -> Option<&Value> {
        self.nango.get(call).filter(|value| !value.is_null())
    }

    /// The answer that belongs to a request.
    pub fn answer(&self, request: &Identity) -> Option<&Answer> {
        let path = plain_path(&request.endpoint);
        let same_path = || self.answers.iter().filter(|answer| answer.method == request.method && answer.path == path);
        let alone = same_path().nth(1).is_none();
        let fits = |request: &Identity| same_path().find(|answer| answer.fits(request, alone));
        fits(request).or_else(|| request.without_secrets().and_then(|bare| fits(&bare)))
    }

    /// Every host that an answer names.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let named = self.answers.iter().flat_map(Answer::texts).flat_map(hosts_in);
        named.collect::<std::collections::BTreeSet<_>>().into_iter().map(str::to_owned).collect()
    }

    /// Why there is none: the request, the nearest answer, and what differs.
    pub fn missing(&self, request: &Identity) -> String {
        format!("there is no recorded answer to {}: {}", request.shown(), nearest::describe(request, &self.answers))
    }
}
