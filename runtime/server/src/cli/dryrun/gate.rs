//! Which requests a dry run sends, and what it answers to the others.

use std::path::Path;
use std::str::FromStr;

use syncline_dryrun::{Answer, Function, Identity, Member, Recording, case};
use syncline_host_api::host::{Failure, failure};

/// Requests that only read, whatever their method: `POST:/graphql`, `POST:/search/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// In lower case.
    method: String,
    /// Without leading slash; `*` is any text.
    path: String,
}

/// Holds writes back.
pub(super) struct Gate {
    allow_writes: bool,
    reading: Vec<Reading>,
    /// Of the function, by the cases' names.
    recordings: Vec<(String, Recording)>,
}

/// What becomes of a request.
pub(super) enum Passage<'a> {
    Open,
    /// By the recording of that name.
    Answered(&'a str, &'a Answer),
    Refused(Failure),
}

impl Gate {
    /// Recordings that cannot be read are none.
    pub(super) fn new(allow_writes: bool, reading: Vec<Reading>, folder: &Path, function: &Function, member: &Member) -> Self {
        let names: Vec<&str> = member.functions.iter().map(|function| function.definition.name.as_str()).collect();
        let own = |case: &case::CaseFile| case.folder == folder && case.function(&names) == Some(function.definition.name.as_str());
        let read = |case: case::CaseFile| {
            let text = std::fs::read_to_string(&case.file).ok()?;
            Some((case.name, Recording::parse(&text).ok()?))
        };
        let cases = case::find(&folder.join("tests")).unwrap_or_default();
        Self { allow_writes, reading, recordings: cases.into_iter().filter(own).filter_map(read).collect() }
    }

    pub(super) fn allows_writes(&self) -> bool {
        self.allow_writes
    }

    pub(super) fn pass(&self, request: &Identity) -> Passage<'_> {
        let reads = ["get", "head"].contains(&request.method.as_str()) || self.reading.iter().any(|reading| reading.fits(request));
        if reads || self.allow_writes {
            return Passage::Open;
        }
        let recorded = self.recordings.iter().find_map(|(name, recording)| Some((name.as_str(), recording.answer(request)?)));
        match recorded {
            Some((name, answer)) => Passage::Answered(name, answer),
            None => Passage::Refused(self.refusal(&request.shown(), &request.method.to_ascii_uppercase(), &request.endpoint)),
        }
    }

    fn refusal(&self, what: &str, method: &str, path: &str) -> Failure {
        let known = if self.recordings.is_empty() { "" } else { ", and no recording of this function has its answer" };
        failure(
            "write_refused",
            format!(
                "a dry run does not send {what}: it may change something{known}. Add --allow-writes to send what writes, or --read {method}:/{path} \
                 where this only reads"
            ),
        )
    }
}

impl Reading {
    fn fits(&self, request: &Identity) -> bool {
        self.method == request.method && matches(&self.path, &request.endpoint)
    }
}

impl FromStr for Reading {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (method, path) = text.split_once(':').unwrap_or_default();
        let method = method.to_ascii_lowercase();
        if !["post", "put", "patch", "delete"].contains(&method.as_str()) || path.is_empty() {
            return Err("expected METHOD:PATH, as in POST:/graphql or POST:/search/*".to_owned());
        }
        Ok(Self { method, path: path.trim_start_matches('/').to_owned() })
    }
}

/// Greedy from the left: each part between the stars is looked for behind the one before.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = rest.split('*').collect();
    let (last, middle) = parts.split_last().expect("a split has at least one part");
    for part in middle {
        let Some(index) = text.find(part) else { return false };
        text = &text[index + part.len()..];
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use syncline_outbound::ProxyCall;

    use super::*;

    fn gate(allow_writes: bool, reading: &[&str], recordings: Vec<(String, Recording)>) -> Gate {
        Gate { allow_writes, reading: reading.iter().map(|text| text.parse().unwrap()).collect(), recordings }
    }

    fn request(method: &str, endpoint: &str) -> Identity {
        Identity::of(&ProxyCall { method: method.parse().unwrap(), endpoint: endpoint.to_owned(), ..ProxyCall::default() })
    }

    #[test]
    fn what_writes_is_held_back() {
        let open = |gate: &Gate, method: &str, path: &str| matches!(gate.pass(&request(method, path)), Passage::Open);
        let strict = gate(false, &["POST:/graphql", "post:/v1/*/search"], Vec::new());
        let table = [
            ("GET", "/a", true),
            ("HEAD", "/a", true),
            ("POST", "/a", false),
            ("PUT", "/graphql", false),
            ("POST", "/graphql", true),
            ("POST", "/graphql/x", false),
            ("POST", "/v1/contacts/search", true),
            ("POST", "/v1/search", false),
            ("POST", "/v1/contacts", false),
            ("DELETE", "/a", false),
        ];
        for (method, path, expected) in table {
            assert_eq!(open(&strict, method, path), expected, "{method} {path}");
            assert!(open(&gate(true, &[], Vec::new()), method, path));
        }
        let Passage::Refused(failure) = strict.pass(&request("DELETE", "/a/1")) else { panic!("a write was sent") };
        assert_eq!(failure.code, "write_refused");
        assert!(failure.message.contains("DELETE /a/1") && failure.message.contains("--allow-writes"), "{}", failure.message);
    }

    #[test]
    fn a_recorded_answer_stands_for_a_write() {
        let recording = Recording::parse(r#"{"api":{"post":{"/a":{"response":{"id":1}}}}}"#).unwrap();
        let gate = gate(false, &[], vec![("create".to_owned(), recording)]);
        assert!(matches!(gate.pass(&request("POST", "/a")), Passage::Answered("create", _)));
        assert!(matches!(gate.pass(&request("POST", "/b")), Passage::Refused(_)));
    }

    #[test]
    fn a_pattern_that_is_none_is_refused() {
        for text in ["", "/graphql", "GET:/a", "POST:", "POST"] {
            assert!(text.parse::<Reading>().is_err(), "{text}");
        }
        assert!(matches("a*", "a") && matches("*", "") && matches("a*b*c", "axxbyyc") && !matches("a*b", "ab c"));
    }
}
