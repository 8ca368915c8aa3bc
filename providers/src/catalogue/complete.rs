//! What every shipped entry must be, beyond being well-formed.

use std::collections::BTreeMap;

use super::*;
use crate::{Auth, dry_run};

/// Names that users expect, with the auth mode that they expect: facts of the wire contract.
const NAMES: &str = include_str!("../../tests/names.csv");

/// Expected, and not in the catalogue.
const LEFT_OUT: &[&str] = &["aimfox-oauth", "brightcrowd", "datacandy", "ecu360", "ecu360-production"];

#[test]
fn every_name_that_users_expect_has_an_entry_of_its_mode() {
    let catalogue = Catalogue::embedded();
    let expected: BTreeMap<&str, &str> = NAMES.lines().skip(1).map(|line| line.split_once(',').unwrap()).collect();
    assert!(expected.len() > 950, "{}", expected.len());
    let known: BTreeMap<String, String> = catalogue.summaries().map(|one| (one.key.to_string(), one.auth_mode.to_string())).collect();
    let missing: Vec<&str> = expected.keys().copied().filter(|key| !known.contains_key(*key)).collect();
    assert_eq!(missing, LEFT_OUT);
    let other: Vec<String> = expected
        .iter()
        .filter_map(|(key, mode)| known.get(*key).filter(|has| has != mode).map(|has| format!("{key} is {has}, not {mode}")))
        .collect();
    assert_eq!(other, OTHER_MODE.iter().map(|(key, has, mode)| format!("{key} is {has}, not {mode}")).collect::<Vec<_>>());
}

/// Entries whose provider signs in otherwise than the name's list says.
const OTHER_MODE: &[(&str, &str, &str)] = &[];

#[test]
fn no_host_is_asked_in_the_clear() {
    for shipped in SHIPPED {
        assert!(!shipped.json.contains("http://"), "{}", shipped.key);
    }
}

/// With its own examples in the place of `${...}`, every URL of signing in and of a request is one.
#[test]
fn every_request_of_every_entry_builds_with_its_own_examples() {
    let mut wrong = Vec::new();
    for entry in Catalogue::embedded().iter() {
        // What discovery tells stands in no entry.
        if matches!(entry.auth, Auth::Mcp(_)) {
            continue;
        }
        for step in dry_run(&entry) {
            let url = filled(&entry, &step.url);
            let is_url = url::Url::parse(&url).is_ok_and(|url| url.scheme() == "https" && url.host_str().is_some());
            // Without a base URL, the caller names the host with each request.
            if !is_url && entry.proxy.base_url.is_some() {
                wrong.push(format!("{}: {}: {} gives {url}", entry.key, step.what, step.url));
            }
            if step.url.contains("response_type=code") {
                assert!(step.url.contains("state="), "{}: {}", entry.key, step.url);
                if let Auth::OAuth2(oauth) = &entry.auth {
                    assert_eq!(step.url.contains("code_challenge="), oauth.pkce, "{}: {}", entry.key, step.url);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each `<a or b>` with a value of the first alternative that has one.
fn filled(entry: &Entry, sketch: &str) -> String {
    let mut url = String::new();
    let mut rest = sketch;
    while let Some((before, (hole, after))) = rest.split_once('<').and_then(|(before, rest)| Some((before, rest.split_once('>')?))) {
        url.push_str(before);
        url.push_str(&hole.split(" or ").find_map(|one| value(entry, one)).unwrap_or_else(|| "x".to_owned()));
        rest = after;
    }
    url + rest
}

fn value(entry: &Entry, name: &str) -> Option<String> {
    if name == "app_link" {
        // Of the integration; the server asks for a URL there.
        return Some("https://apps.acme.example".to_owned());
    }
    let Some(field) = entry.connection_config.get(name).or_else(|| entry.integration_config.get(name)) else {
        return name.contains('.').then(|| name.to_owned());
    };
    Some(field.sample().to_owned())
}

/// Who fills in a form sees what is asked for, and a check has something to fill in. What is plain text needs no example.
#[test]
fn every_field_of_a_certain_form_has_a_value_that_fits() {
    let mut without = Vec::new();
    for entry in Catalogue::embedded().iter() {
        let credentials: Vec<_> = entry.fields().into_iter().map(|asked| (asked.name, asked.field)).collect();
        let own = [&entry.connection_config, &entry.integration_config].into_iter().flatten();
        for (name, field) in credentials.iter().map(|(name, field)| (name, field)).chain(own) {
            if field.check(field.sample()).is_err() {
                without.push(format!("{}: {name}", entry.key));
            }
        }
    }
    assert!(without.is_empty(), "{without:?}");
}
