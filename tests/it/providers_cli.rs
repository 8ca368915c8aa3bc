//! `syncline providers`, as a person at a terminal and a program in a pipe meet it: the real binary, no server.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use syncline_providers::{Catalogue, Search};
use tempfile::TempDir;

const ENTRY: &str = "key: acme\ndisplay_name: Acme CRM\ncategories: [crm]\ndocs: https://docs.acme.example\nauth: {mode: API_KEY}\nproxy:\n  base_url: \
                     https://api.acme.example\n  headers: {x-api-key: '${apiKey}'}\nsources: [https://docs.acme.example]\n";

/// What a command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// In a folder, by somebody who has set nothing.
fn providers(folder: &TempDir, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .arg("providers")
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Said { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
}

fn empty() -> TempDir {
    tempfile::tempdir().unwrap()
}

impl Said {
    /// Nothing but what was asked for.
    fn fine(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// Its one document.
    fn json(self) -> Value {
        let out = self.fine();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// With this exit code, for a reason that goes to stderr and not into a pipe.
    fn refused(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert!(self.err.starts_with("error: "), "{}", self.err);
        self.err
    }
}

/// The first cell of each row.
fn keys(table: &str) -> Vec<&str> {
    let mut lines = table.lines();
    assert_eq!(lines.next().unwrap().split_whitespace().collect::<Vec<_>>(), ["PROVIDER", "DISPLAY", "NAME", "AUTH", "MODE", "CATEGORIES"]);
    lines.map(|line| line.split_whitespace().next().unwrap()).collect()
}

fn names(document: &Value) -> Vec<&str> {
    document["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn list_shows_all_by_key_or_those_of_a_kind() {
    let folder = empty();
    let all = providers(&folder, &["list"]).fine();
    assert_eq!(keys(&all), Catalogue::embedded().summaries().map(|one| one.key.to_string()).collect::<Vec<_>>());
    let narrowed = ["list", "--category", "CRM", "--auth-mode", "api_key"];
    let some = providers(&folder, &narrowed).fine();
    assert!(some.lines().skip(1).all(|line| line.contains(" API_KEY ") && line.contains("crm")), "{some}");
    assert!(keys(&some).len() > 10 && keys(&some).is_sorted(), "{some}");
    let document = providers(&folder, &[&narrowed[..], &["--json"]].concat()).json();
    assert_eq!(names(&document), keys(&some));
}

/// Nobody knows all of them by heart.
#[test]
fn a_mode_or_category_that_is_none_is_told_with_those_that_are() {
    let folder = empty();
    let mode = providers(&folder, &["list", "--auth-mode", "oauth"]).refused(2);
    assert!(mode.contains("there is no auth mode `oauth`; there are API_KEY, ") && mode.contains("OAUTH2, "), "{mode}");
    let category = providers(&folder, &["search", "mail", "--category", "mial"]).refused(2);
    assert!(category.contains("there is no category `mial`; there are ") && category.contains("crm, "), "{category}");
}

#[test]
fn search_shows_the_best_first_and_says_where_nothing_fits() {
    let folder = empty();
    let found = providers(&folder, &["search", "hub", "spot"]).fine();
    assert_eq!(keys(&found)[0], "hubspot");
    let search = Search { text: "hub spot", ..Search::default() };
    assert_eq!(keys(&found), Catalogue::embedded().search(&search).iter().map(|one| one.key.to_string()).collect::<Vec<_>>());
    let document = providers(&folder, &["search", "hub", "spot", "--json"]).json();
    assert_eq!(names(&document), keys(&found));
    let nothing = providers(&folder, &["search", "no-such-thing"]).fine();
    assert!(nothing.starts_with("Nothing found.") && nothing.contains("syncline providers list"), "{nothing}");
    assert_eq!(providers(&folder, &["search", "no-such-thing", "--json"]).json()["data"], serde_json::json!([]));
    let missing = providers(&folder, &["search"]);
    assert!(missing.code == 2 && missing.err.contains("<WORDS>"), "{}", missing.err);
}

#[test]
fn show_tells_what_a_person_needs_to_set_one_up() {
    let folder = empty();
    let shown = providers(&folder, &["show", "hubspot"]).fine();
    for fact in ["provider ", "auth mode ", "callback ", "base URL ", "documentation ", "sources "] {
        assert!(shown.lines().any(|line| line.starts_with(fact)), "{fact}\n{shown}");
    }
    let document = providers(&folder, &["show", "hubspot", "--json"]).json();
    assert_eq!(document["data"]["name"], "hubspot");
    assert!(document["data"]["sources"].as_array().is_some_and(|sources| !sources.is_empty()), "{document}");
    let unknown = providers(&folder, &["show", "hub-spot"]).refused(2);
    assert!(unknown.contains("there is no provider `hub-spot`") && unknown.contains("syncline providers search hub-spot"), "{unknown}");
}

#[test]
fn check_shows_what_a_good_file_would_send_and_all_that_is_wrong_with_others() {
    let folder = empty();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("acme.yaml", ENTRY);
    write("wrong.yaml", &ENTRY.replace("display_name", "displayname").replace("${apiKey}", "${apikey}"));
    let good = providers(&folder, &["check", "acme.yaml"]).fine();
    assert!(good.starts_with("acme.yaml: `acme` is fine (API_KEY).") && good.contains("x-api-key: <apiKey>"), "{good}");
    let wrong = providers(&folder, &["check", "acme.yaml", "wrong.yaml"]);
    assert!(
        wrong.out.contains("wrong.yaml:2: `displayname`: unknown field") && wrong.out.contains("wrong.yaml:8: `proxy.headers"),
        "{}",
        wrong.out
    );
    assert_eq!(wrong.refused(1), "error: 1 of 2 files is wrong\n");
    let document = providers(&folder, &["check", "acme.yaml", "wrong.yaml", "--json"]);
    let files: Value = serde_json::from_str(&document.out).unwrap();
    assert_eq!((document.code, &files["files"][0]["ok"], &files["files"][1]["defects"][0]["line"]), (1, &true.into(), &2.into()));
    let missing = providers(&folder, &["check", "no-such.yaml"]).refused(1);
    assert!(missing.contains("no-such.yaml could not be read: No such file"), "{missing}");
}

#[test]
fn count_adds_up() {
    let folder = empty();
    let said = providers(&folder, &["count"]).fine();
    let document = providers(&folder, &["count", "--json"]).json();
    let entries = Catalogue::embedded().summaries().len() as u64;
    let modes = document["by_auth_mode"].as_object().unwrap();
    assert_eq!(modes.values().map(|number| number.as_u64().unwrap()).sum::<u64>(), entries);
    for (mode, number) in modes {
        let row = said.lines().find(|line| line.split_whitespace().next() == Some(mode)).unwrap_or_else(|| panic!("{mode}\n{said}"));
        assert_eq!(row.split_whitespace().nth(1).unwrap(), number.to_string());
    }
    assert!(said.contains(&format!("{entries} in all; ")), "{said}");
    for field in document["fields"].as_array().unwrap() {
        let (name, of, there) = (field["field"].as_str().unwrap(), field["of"].as_u64().unwrap(), field["there"].as_u64().unwrap());
        assert!(there <= of, "{field}");
        assert!(said.lines().any(|line| line.split_whitespace().next() == Some(name)), "{name}\n{said}");
    }
}

#[test]
fn docs_write_a_page_for_each_and_an_index_that_leads_to_them() {
    let folder = empty();
    let said = providers(&folder, &["docs", "reference"]).fine();
    let number = Catalogue::embedded().summaries().len();
    assert_eq!(said, format!("{number} pages are in reference; begin with README.md.\n"));
    let index = fs::read_to_string(folder.path().join("reference/README.md")).unwrap();
    let links: Vec<&str> = index.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert_eq!(links.len(), number);
    for link in links {
        assert!(fs::read_to_string(folder.path().join("reference").join(link)).unwrap().starts_with("# "), "{link}");
    }
    fs::write(folder.path().join("file"), "").unwrap();
    let refused = providers(&folder, &["docs", "file"]).refused(1);
    assert!(refused.contains("file could not be made: "), "{refused}");
}

#[test]
fn the_schema_is_the_same_each_time_and_says_how_an_editor_uses_it() {
    let folder = empty();
    let printed = providers(&folder, &["schema"]).fine();
    let schema: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    let said = providers(&folder, &["schema", "--output", "entry.schema.json"]).fine();
    assert_eq!(fs::read_to_string(folder.path().join("entry.schema.json")).unwrap(), printed);
    let line = said.lines().last().unwrap();
    assert_eq!(line, "# yaml-language-server: $schema=entry.schema.json");
    fs::write(folder.path().join("acme.yaml"), format!("{line}\n{ENTRY}")).unwrap();
    providers(&folder, &["check", "acme.yaml"]).fine();
    assert_eq!(providers(&folder, &["schema", "--output", "again.json", "--json"]).json()["file"], "again.json");
    assert!(providers(&folder, &["schema", "--markdown"]).fine().starts_with("# The format of a provider entry\n"));
    let refused = providers(&folder, &["schema", "--output", "no/such/folder.json"]).refused(1);
    assert!(refused.contains("no/such/folder.json could not be written: "), "{refused}");
}

#[test]
fn ones_own_entries_are_among_the_others_and_a_wrong_one_is_told_with_its_line() {
    let folder = empty();
    let own = |text: &str| {
        fs::create_dir_all(folder.path().join("own")).unwrap();
        fs::write(folder.path().join("own/acme.yaml"), text).unwrap();
    };
    own(ENTRY);
    assert_eq!(keys(&providers(&folder, &["search", "acme", "crm", "--providers-dir", "own"]).fine()), ["acme"]);
    own(&ENTRY.replace("mode: API_KEY", "mode: API-KEY"));
    let place = Path::new("own").join("acme.yaml");
    let wrong = providers(&folder, &["list", "--providers-dir", "own"]).refused(1);
    assert!(wrong.contains(&format!("{}:5: `auth.mode`: `API-KEY` is not one of OAUTH2, ", place.display())), "{wrong}");
    let missing = providers(&folder, &["list", "--providers-dir", "elsewhere"]).refused(1);
    assert!(missing.contains("the folder elsewhere cannot be read: No such file"), "{missing}");
}

#[test]
fn a_server_that_is_not_there_is_told_as_such() {
    let folder = empty();
    let remote = ["list", "--remote", "--server", "http://127.0.0.1:9", "--api-key", "6d2d5a4e-7c0d-4d0b-a7f5-0a5a0e9d2b11"];
    let refused = providers(&folder, &remote).refused(3);
    assert!(refused.contains("127.0.0.1:9") && refused.contains("  try: "), "{refused}");
    let keyless = providers(&folder, &["list", "--remote"]).refused(2);
    assert!(keyless.contains("no API key: set SYNCLINE_SECRET_KEY_DEV"), "{keyless}");
}
