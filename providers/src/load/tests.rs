use std::path::Path;

use super::*;

fn told(text: &str) -> Vec<String> {
    let defects = examine(Path::new("acme.yaml"), text, &Bases::default()).unwrap_err();
    defects.into_iter().map(|defect| defect.to_string()).collect()
}

/// An author mends a file once, not once for each mistake in it.
#[test]
fn every_defect_of_a_file_is_told_with_its_line() {
    let text = r"key: Acme
display_name: Acme
categories: [other]
docs: http://docs.acme.example
auth:
  mode: TWO_STEP
  token_request:
    url: http://acme.example/login
    body:
      password: ${pasword}
      user: ${credentials.name}
  steps: none
proxy:
  base_url: https://acme.example
  retries: 3
  retry:
    error_codes: ['42']
credentials:
  password: {}
  realm:
    title: Realm
    secret: maybe
webhook:
  docs: https://docs.acme.example
";
    assert_eq!(
        told(text),
        [
            "acme.yaml:10: `auth.token_request.body.password`: `pasword` is not a known name; known are apiKey, accessToken, refreshToken, \
             username, password, clientId, clientSecret, connectionConfig.KEY, credentials.KEY, integration.KEY, stepN.PATH, random, now, \
             now.ms and now.iso in the template `${pasword}`",
            "acme.yaml:12: `auth.steps`: must be a list",
            "acme.yaml:15: `proxy.retries`: unknown field `retries`, expected one of base_url, no_base_url, headers, query, body, retry, paginate, \
             verification",
            "acme.yaml:20: `credentials.realm.description`: is missing; `realm` is not a standard field that has one",
            "acme.yaml:22: `credentials.realm.secret`: must be true or false",
            "acme.yaml:23: `webhook.signature`: is missing",
            "acme.yaml:1: `sources`: is missing",
        ]
    );
    let mended = text
        .replace("${pasword}", "${password}")
        .replace("  steps: none\n", "")
        .replace("  retries: 3\n", "")
        .replace("    secret: maybe", "    description: Where the account lives")
        .replace("webhook:", "sources: [https://docs.acme.example]\nwebhook:\n  signature: none");
    assert_eq!(
        told(&mended),
        [
            "acme.yaml:1: `key`: must be made of a-z, 0-9 and -",
            "acme.yaml:4: `docs`: `http://docs.acme.example` is not an https URL",
            "acme.yaml:8: `auth.token_request.url`: must be https (http only for a loopback host)",
            "acme.yaml:11: `auth.token_request.body.user`: `credentials.name` is not known here; known are credentials.password, \
             credentials.realm",
            "acme.yaml:15: `proxy.retry.error_codes`: `42` is neither a status nor a range such as 5xx",
        ]
    );
}

#[test]
fn what_is_missing_is_named_wherever_its_block_is_written() {
    let missing = |webhook: &str| told(&format!("key: acme\nwebhook{webhook}\n"));
    for block in [": {docs: https://a.example}", ":\n  docs: https://a.example", ": {}"] {
        assert!(missing(block).contains(&"acme.yaml:2: `webhook.signature`: is missing".to_owned()) || block == ": {}", "{block}");
    }
    assert!(missing(": {}").iter().any(|defect| defect.starts_with("acme.yaml:2: `webhook.")), "{:?}", missing(": {}"));
}

#[test]
fn a_text_that_is_not_yaml_is_one_defect() {
    assert_eq!(told("key: [acme\n").len(), 1);
    assert_eq!(told("key: acme\nkey: acme\n")[0], "acme.yaml:2: `key`: stands twice");
}

#[test]
fn a_defect_is_not_told_again_by_what_follows_from_it() {
    let text = "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://a.example\nsources: [https://a.example]\nauth: {mode: API_KEY}\n\
                proxy:\n  base_url: https://a.example\n  headers:\n    x-key: ${apikey}\n";
    let defects = told(text);
    assert!(defects.len() == 1 && defects[0].starts_with("acme.yaml:10: `proxy.headers.x-key`: `apikey` is not"), "{defects:?}");
}

/// What a person filling in the form would stumble over is found by its author instead.
#[test]
fn a_field_that_contradicts_itself_is_a_defect() {
    let text = "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://a.example\nsources: [https://a.example]\nauth: {mode: NONE}\n\
                proxy: {base_url: 'https://a.example'}\ncredentials:\n  apiKey: {}\nconnection_config:\n  domain:\n    format: hostname\n    \
                example: https://x.example\n  region:\n    hidden: true\n  hostname:\n    default_value: x.example\n    secret: true\n  \
                accountId:\n    visible_when: {field: plan, equals: paid}\n";
    assert_eq!(
        told(text),
        [
            "acme.yaml:9: `credentials.apiKey`: NONE asks for these credentials: none; whatever else a connection says belongs to \
             `connection_config`",
            "acme.yaml:13: `connection_config.domain.example`: must be a host name such as api.example.com, without https:// and path",
            "acme.yaml:15: `connection_config.region.hidden`: nobody could fill it in: give it a `default_value`, or make it `optional` or \
             `automated`",
            "acme.yaml:17: `connection_config.hostname.default_value`: a secret has none",
            "acme.yaml:20: `connection_config.accountId.visible_when`: `plan` is not a field of the same block",
        ]
    );
}

#[test]
fn what_the_server_sets_itself_cannot_be_written() {
    let text = "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://a.example\nsources: [https://a.example]\n\
                proxy: {base_url: 'https://a.example'}\nauth:\n  mode: OAUTH2\n  authorization_url: https://a.example\n  \
                token_url: https://a.example\n  pkce: true\n  authorization_params:\n    state: x\n";
    assert_eq!(told(text), ["acme.yaml:13: `auth.authorization_params.state`: is set by the server with each authorization"]);
}

const BASE: &str = r"key: acme
display_name: Acme
categories: [other]
docs: https://docs.acme.example
auth:
  mode: OAUTH2
  authorization_url: https://acme.example/authorize
  token_url: https://acme.example/token
  pkce: true
proxy:
  base_url: https://api.acme.example
  headers:
    accept: application/json
    acme-version: '2'
  paginate: {type: cursor, cursor_name_in_request: after, cursor_path_in_response: next}
sources: [https://docs.acme.example/oauth]
unsure: [auth.token_url]
";

fn on_base(text: &str) -> Result<Entry, Vec<EntryDefect>> {
    let mut bases = Bases::default();
    bases.add(BASE);
    examine(Path::new("acme-key.yaml"), text, &bases)
}

/// Blocks are merged, what is of another kind is replaced, `null` takes away, and what was unsure there is not what is unsure here.
#[test]
fn an_entry_starts_from_another() {
    let entry = on_base(
        r"key: acme-key
base: acme
display_name: Acme (API key)
auth: {mode: API_KEY}
proxy:
  headers: {x-api-key: '${apiKey}', acme-version: null}
  paginate: {type: offset, offset_name_in_request: skip}
",
    )
    .unwrap();
    assert_eq!((entry.key.as_str(), entry.display_name.as_str(), entry.auth.mode()), ("acme-key", "Acme (API key)", "API_KEY"));
    assert_eq!(entry.proxy.headers.keys().collect::<Vec<_>>(), ["accept", "x-api-key"]);
    assert!(matches!(entry.proxy.paginate, Some(crate::Paginate::Offset { .. })));
    assert_eq!(entry.docs, "https://docs.acme.example");
    assert!(entry.unsure.is_empty());
    let same_mode = on_base("key: acme-eu\nbase: acme\nauth: {token_url: 'https://eu.acme.example/token'}\n").unwrap();
    assert_eq!(same_mode.auth.mode(), "OAUTH2");
    assert_eq!(same_mode.display_name, "Acme");
}

/// Three lines change one thing of a shipped entry.
#[test]
fn an_entry_with_its_own_key_as_base_changes_the_shipped_one() {
    let text = "key: github\nbase: github\nproxy: {base_url: 'https://github.acme.example'}\n";
    let entry = examine(Path::new("github.yaml"), text, &Bases::default()).unwrap();
    assert_eq!(entry.proxy.base_url.unwrap().source(), "https://github.acme.example");
    assert!(entry.proxy.headers.contains_key("x-github-api-version"));
}

#[test]
fn what_is_wrong_with_an_entry_on_a_base_is_told_with_its_line() {
    let told = |text: &str| on_base(text).unwrap_err().into_iter().map(|defect| defect.to_string()).collect::<Vec<_>>();
    assert_eq!(told("key: a\nbase: nobody\n"), ["acme-key.yaml:2: `base`: there is no entry `nobody`"]);
    assert_eq!(told("key: a\nbase: acme\nproxy:\n  base_url: http://x.example\n").len(), 1);
    assert_eq!(
        told("key: a\nbase: acme\nproxy:\n  headers: {}\n  retry: 5\n"),
        ["acme-key.yaml:5: `proxy.retry`: invalid type: integer `5`, expected struct Retry"]
    );
    assert_eq!(
        told("key: a\nbase: acme\nunsure: [auth.tokenurl]\n"),
        ["acme-key.yaml:3: `unsure`: `auth.tokenurl` is not a field of this entry"]
    );
    let mut circle = Bases::default();
    circle.add("key: a\nbase: b\n");
    circle.add("key: b\nbase: a\n");
    let defects = examine(Path::new("a.yaml"), "key: a\nbase: b\n", &circle).unwrap_err();
    assert_eq!(defects[0].problem, "goes through more than 3 entries, or in a circle");
}
