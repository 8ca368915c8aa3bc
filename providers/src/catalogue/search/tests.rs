use super::*;
use crate::Catalogue;

const ALL: &[(&str, &str, &[&str], &str)] = &[
    ("airtable", "Airtable", &["productivity"], "OAUTH2"),
    ("cal-com-v2", "Cal.com (V2)", &["productivity"], "OAUTH2"),
    ("git-mirror", "Mirror for Git", &["dev-tools"], "BASIC"),
    ("github", "GitHub", &["dev-tools", "popular"], "OAUTH2"),
    ("github-pat", "GitHub (Personal Access Token)", &["dev-tools"], "API_KEY"),
    ("hubspot", "HubSpot", &["crm", "popular"], "OAUTH2"),
    ("legit", "Legit Sales", &["crm"], "API_KEY"),
    ("uber", "Über", &["other"], "OAUTH2_CC"),
];

fn found(search: Search<'_>) -> Vec<String> {
    let all: Vec<Summary> = ALL
        .iter()
        .map(|&(key, name, categories, auth_mode)| Summary {
            key: key.into(),
            display_name: name.into(),
            categories: categories.iter().map(|&category| category.into()).collect(),
            auth_mode: auth_mode.into(),
            docs: "https://docs.example".into(),
            route_fields: Vec::new(),
        })
        .collect();
    find(&search, all.iter()).into_iter().map(|one| one.key.to_string()).collect()
}

fn typed(text: &str) -> Vec<String> {
    found(Search { text, ..Search::default() })
}

#[test]
fn the_best_comes_first() {
    assert_eq!(typed("GitHub"), ["github", "github-pat"]);
    // Begins a name or key, begins a word, is somewhere.
    assert_eq!(typed("git"), ["github", "github-pat", "git-mirror", "legit"]);
}

#[test]
fn case_and_punctuation_do_not_count() {
    for text in ["hub spot", "HUBSPOT", " hub-spot ", "hub_spot"] {
        assert_eq!(typed(text), ["hubspot"], "{text}");
    }
    assert_eq!(typed("calcom v2"), ["cal-com-v2"]);
    assert_eq!(typed("cal.com"), ["cal-com-v2"]);
    assert_eq!(typed("ÜBER"), ["uber"]);
}

#[test]
fn words_may_name_category_and_mode() {
    assert_eq!(typed("crm oauth2"), ["hubspot"]);
    assert_eq!(typed("api key dev"), ["github-pat"]);
    assert_eq!(typed("apikey crm"), ["legit"]);
    assert_eq!(typed("token github"), ["github-pat"]);
    assert_eq!(typed("crm nothing-like-it"), Vec::<String>::new());
}

#[test]
fn category_and_mode_narrow_what_is_found() {
    let crm = Search { category: Some("CRM"), ..Search::default() };
    assert_eq!(found(crm), ["hubspot", "legit"]);
    assert_eq!(found(Search { auth_mode: Some("api_key"), ..crm }), ["legit"]);
    assert_eq!(found(Search { auth_mode: Some("oauth2"), text: "hub", ..crm }), ["hubspot"]);
    // The whole name of a mode, not its beginning.
    assert_eq!(found(Search { auth_mode: Some("OAUTH2_CC"), ..Search::default() }), ["uber"]);
}

#[test]
fn nothing_typed_finds_everything_by_name() {
    assert_eq!(typed("").len(), ALL.len());
    assert_eq!(typed(" - ")[..2], ["airtable", "cal-com-v2"]);
}

/// A keystroke must not cost the parsing of a thousand entries.
#[test]
fn a_search_over_the_shipped_entries_parses_none() {
    let catalogue = Catalogue::embedded();
    assert!(catalogue.search(&Search { text: "git", ..Search::default() }).iter().any(|one| one.key == "github"));
    assert!(catalogue.slots.values().all(|slot| slot.entry.get().is_none()));
}
