//! Fields that contradict themselves: found here, not by the first person who fills in the form.

use indexmap::IndexMap;

use crate::Entry;
use crate::entry::auth::{Auth, Problems};
use crate::entry::field::Field;

pub(super) fn check(entry: &Entry) -> Problems {
    let mut problems = Problems::new();
    let blocks = [
        ("connection_config", &entry.connection_config),
        ("credentials", &entry.credentials),
        ("integration_config", &entry.integration_config),
    ];
    for (block, fields) in blocks {
        for (name, field) in fields {
            let found = field_problems(field, fields).into_iter();
            problems.extend(found.map(|(part, problem)| (format!("{block}.{name}.{part}"), problem)));
        }
    }
    credentials(entry, &mut problems);
    problems
}

fn field_problems(field: &Field, siblings: &IndexMap<String, Field>) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    let mut fail = |part, problem: String| problems.push((part, problem));
    for (part, text) in [("title", &field.title), ("description", &field.description)] {
        if text.is_blank() {
            fail(part, "must not be empty".to_owned());
        }
    }
    for (part, value) in [("default_value", &field.default_value), ("example", &field.example)] {
        if let Some(value) = value
            && let Err(problem) = field.check(value)
        {
            fail(part, problem);
        }
    }
    if field.secret && field.default_value.is_some() {
        fail("default_value", "a secret has none".to_owned());
    }
    if field.hidden && !field.may_be_absent() {
        fail("hidden", "nobody could fill it in: give it a `default_value`, or make it `optional` or `automated`".to_owned());
    }
    if let Some(when) = &field.visible_when {
        match siblings.get(&when.field) {
            None => fail("visible_when", format!("`{}` is not a field of the same block", when.field)),
            Some(other) => {
                if let Err(problem) = other.check(&when.equals) {
                    fail("visible_when", format!("`{}` can never be `{}`: it {problem}", when.field, when.equals));
                }
            }
        }
    }
    problems
}

/// Modes whose credentials have a fixed shape cannot keep a field of the entry's own.
fn credentials(entry: &Entry, problems: &mut Problems) {
    let has_own_fields = match entry.auth {
        Auth::ClientCredentials(_)
        | Auth::Jwt(_)
        | Auth::TwoStep(_)
        | Auth::Bill(_)
        | Auth::Signature(_)
        | Auth::Tba
        | Auth::AwsSigV4(_) => true,
        Auth::OAuth2(_)
        | Auth::OAuth1(_)
        | Auth::ApiKey
        | Auth::Basic
        | Auth::App(_)
        | Auth::AppWithUser(_)
        | Auth::Mcp(_)
        | Auth::InstallPlugin { .. }
        | Auth::None => false,
    };
    let base = entry.auth.base_fields();
    for name in entry.credentials.keys().filter(|name| !has_own_fields && !base.iter().any(|(known, _)| known == name)) {
        let names: Vec<&str> = base.iter().map(|(name, _)| *name).collect();
        let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let mode = entry.auth.mode();
        let problem = format!("{mode} asks for these credentials: {known}; whatever else a connection says belongs to `connection_config`");
        problems.push((format!("credentials.{name}"), problem));
    }
    if matches!(entry.auth, Auth::TwoStep(_) | Auth::Jwt(_)) && entry.credentials.is_empty() {
        problems.push(("credentials".to_owned(), format!("is missing: {} exchanges the fields that are declared here", entry.auth.mode())));
    }
    let obtained = entry.auth.obtained_fields();
    for name in entry.credentials.keys().filter(|name| obtained.contains(&name.as_str())) {
        problems.push((format!("credentials.{name}"), "is what the exchange yields, so nobody can be asked for it".to_owned()));
    }
}
