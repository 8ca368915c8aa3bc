//! How many entries there are of each auth mode, and how complete they are.

use std::collections::BTreeMap;

use crate::{Auth, Entry, Field};

/// What is counted of a catalogue.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// All of them.
    pub entries: usize,
    /// By the wire's name of the mode.
    pub by_auth_mode: BTreeMap<&'static str, usize>,
    /// In the order in which a file says them.
    pub fields: Vec<FieldCount>,
    /// Entries of which something is unsure.
    pub unsure_entries: usize,
}

/// One field of entries, or one property of the fields that people fill in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldCount {
    /// Dotted, from the file's top; `fields.*` are those that people fill in.
    pub field: &'static str,
    /// Entries (or fields) where it makes sense: nobody asks for the scopes of an API key.
    pub of: usize,
    /// Of these, those that say it.
    pub there: usize,
    /// Of these, those that call it, or a part of it, unsure.
    pub unsure: usize,
}

/// Whether an entry says it; `None` where it would make no sense.
type Says = fn(&Entry) -> Option<bool>;

const FIELDS: &[(&str, Says)] = &[
    ("docs", |entry| Some(!entry.docs.is_empty())),
    ("docs_connect", |entry| Some(entry.docs_connect.is_some())),
    ("auth.authorization_url", |entry| matches!(entry.auth, Auth::OAuth2(_) | Auth::OAuth1(_) | Auth::AppWithUser(_)).then_some(true)),
    ("auth.token_url", |entry| {
        matches!(entry.auth, Auth::OAuth2(_) | Auth::OAuth1(_) | Auth::AppWithUser(_) | Auth::ClientCredentials(_)).then_some(true)
    }),
    ("auth.token_request", |entry| matches!(entry.auth, Auth::TwoStep(_) | Auth::Bill(_) | Auth::App(_)).then_some(true)),
    ("auth.pkce", |entry| if let Auth::OAuth2(oauth) = &entry.auth { Some(oauth.pkce) } else { None }),
    ("auth.default_scopes", |entry| match &entry.auth {
        Auth::OAuth2(oauth) => Some(!oauth.default_scopes.is_empty()),
        Auth::ClientCredentials(client) => Some(!client.default_scopes.is_empty()),
        _ => None,
    }),
    ("proxy.base_url", |entry| Some(entry.proxy.base_url.is_some())),
    ("proxy.no_base_url", |entry| entry.proxy.base_url.is_none().then_some(entry.proxy.no_base_url.is_some())),
    ("proxy.headers", |entry| Some(!entry.proxy.headers.is_empty())),
    ("proxy.retry", |entry| {
        let retry = &entry.proxy.retry;
        Some(retry.after.is_some() || retry.at.is_some() || retry.remaining.is_some() || !retry.error_codes.is_empty())
    }),
    ("proxy.paginate", |entry| Some(entry.proxy.paginate.is_some())),
    ("proxy.verification", |entry| Some(entry.proxy.verification.is_some())),
    ("webhook", |entry| Some(entry.webhook.is_some())),
    ("sources", |entry| Some(!entry.sources.is_empty())),
];

/// Whether a field that people fill in has it.
type Has = fn(&Field) -> bool;

const ASKED: &[(&str, Has)] = &[
    ("fields.example", |field| field.example.is_some() || !field.allowed.is_empty() || field.default_value.is_some()),
    ("fields.pattern", |field| field.pattern.is_some() || field.format.is_some() || !field.allowed.is_empty()),
];

/// Counts all of them.
pub fn count<E: AsRef<Entry>>(entries: impl Iterator<Item = E>) -> Counts {
    let empty = |field| FieldCount { field, of: 0, there: 0, unsure: 0 };
    let mut counts = Counts { fields: FIELDS.iter().map(|(field, _)| empty(*field)).collect(), ..Counts::default() };
    let mut asked: Vec<FieldCount> = ASKED.iter().map(|(field, _)| empty(*field)).collect();
    for entry in entries {
        let entry = entry.as_ref();
        counts.entries += 1;
        *counts.by_auth_mode.entry(entry.auth.mode()).or_default() += 1;
        counts.unsure_entries += usize::from(!entry.unsure.is_empty());
        for (count, (field, says)) in counts.fields.iter_mut().zip(FIELDS) {
            let Some(is_there) = says(entry) else { continue };
            count.of += 1;
            count.there += usize::from(is_there);
            count.unsure += usize::from(entry.unsure.iter().any(|unsure| is_about(unsure, field)));
        }
        // Where the account lives, in plain sight: a secret has no example, and a key no pattern that one could know.
        let open = entry.connection_config.values().filter(|field| !field.secret && !field.automated && !field.hidden);
        for field in open {
            for (count, (_, says)) in asked.iter_mut().zip(ASKED) {
                count.of += 1;
                count.there += usize::from(says(field));
            }
        }
    }
    counts.fields.append(&mut asked);
    counts
}

/// Whether what is unsure is the field, a part of it, or a block around it.
fn is_about(unsure: &str, field: &str) -> bool {
    let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    within(unsure, field) || within(field, unsure)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{Catalogue, parse_entry};

    const KEY: &str = "key: acme\ndisplay_name: Acme\ncategories: [crm]\ndocs: https://a.example\nauth: {mode: API_KEY}\nproxy:\n  base_url: \
                       https://${connectionConfig.region}.a.example\n  headers: {x-key: '${apiKey}'}\n  paginate: {type: offset, \
                       offset_name_in_request: skip}\nconnection_config:\n  region: {pattern: '[a-z]+'}\nsources: [https://a.example]\nunsure: \
                       [proxy.paginate.offset_name_in_request, connection_config]\n";
    const OAUTH: &str = "key: acme-o\ndisplay_name: Acme\ncategories: [crm]\ndocs: https://a.example\nauth: {mode: OAUTH2, pkce: false, \
                         authorization_url: 'https://a.example', token_url: 'https://a.example'}\nproxy: {no_base_url: many \
                         hosts}\nsources: [https://a.example]\nunsure: [auth]\n";

    #[test]
    fn a_field_counts_where_it_makes_sense() {
        let entries = [KEY, OAUTH].map(|text| std::sync::Arc::new(parse_entry(Path::new("a.yaml"), text).unwrap()));
        let counts = count(entries.iter());
        assert_eq!((counts.entries, counts.unsure_entries), (2, 2));
        assert_eq!(counts.by_auth_mode, BTreeMap::from([("API_KEY", 1), ("OAUTH2", 1)]));
        let of = |field: &str| {
            let count = counts.fields.iter().find(|count| count.field == field).unwrap();
            (count.of, count.there, count.unsure)
        };
        assert_eq!(of("auth.pkce"), (1, 0, 1), "the whole block is unsure");
        assert_eq!(of("auth.token_url"), (1, 1, 1));
        assert_eq!(of("proxy.base_url"), (2, 1, 0));
        assert_eq!(of("proxy.no_base_url"), (1, 1, 0));
        assert_eq!(of("proxy.paginate"), (2, 1, 1), "a part of it is unsure");
        assert_eq!(of("fields.pattern"), (1, 1, 0));
        assert_eq!(of("fields.example"), (1, 0, 0));
    }

    #[test]
    fn every_shipped_entry_is_counted_under_one_mode() {
        let catalogue = Catalogue::embedded();
        let counts = count(catalogue.iter());
        assert_eq!(counts.entries, catalogue.summaries().len());
        assert_eq!(counts.by_auth_mode.values().sum::<usize>(), counts.entries);
    }
}
