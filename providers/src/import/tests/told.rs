//! Aliases, and what is refused: with the line, the key and the reason.

use super::*;
use crate::Catalogue;

#[test]
fn an_alias_takes_over_whole_keys_of_the_file() {
    let file = "\
base:
  display_name: Base
  categories: [crm]
  docs: https://docs.base.example
  auth_mode: OAUTH2
  authorization_url: https://base.example/authorize
  authorization_params: {a: '1', b: '2'}
  token_url: https://base.example/token
  webhook_routing_script: baseWebhook
  proxy: {base_url: https://api.base.example, headers: {x: y}}
middle:
  alias: base
  display_name: Middle
  authorization_params: {c: '3'}
  webhook_routing_script:
last:
  alias: middle
  display_name: Last
  docs: https://docs.last.example
  proxy: {base_url: https://api.last.example}
";
    let imported = read(file);
    let last = &imported[2];
    assert_eq!(
        body(last),
        yaml(
            "auth: {mode: OAUTH2, authorization_url: https://base.example/authorize, authorization_params: {c: '3'}, \
             token_url: https://base.example/token, pkce: true}\nproxy: {base_url: https://api.last.example}"
        )
    );
    let entry = last.entry.as_ref().unwrap();
    assert_eq!((entry.display_name.as_str(), entry.docs.as_str()), ("Last", "https://docs.last.example"));
    // Of the target alone: the others switched it off.
    let noted: Vec<usize> = imported.iter().map(|one| one.notes.len()).collect();
    assert_eq!(noted, [1, 0, 0]);
}

#[test]
fn an_alias_takes_over_what_the_catalogue_knows() {
    let imported = read(
        "\
github-enterprise:
  alias: github
  display_name: GitHub Enterprise
  authorization_url: https://${connectionConfig.hostname}/login/oauth/authorize
  proxy: {base_url: 'https://${connectionConfig.hostname}/api/v3'}
  connection_config:
    hostname: {type: string, title: Host, description: Of your server, format: hostname}
github:
  alias: github
  display_name: Our GitHub
acme:
  alias: github
  auth_mode: API_KEY
  proxy: {base_url: https://api.acme.example, headers: {authorization: '${apiKey}'}}
",
    );
    let shipped = Catalogue::embedded();
    let shipped = shipped.get("github").unwrap();
    let crate::Auth::OAuth2(known) = &shipped.auth else { panic!("github has another mode") };
    let entries: Vec<&Entry> = imported.iter().map(|one| one.entry.as_ref().unwrap_or_else(|defects| panic!("{defects:?}"))).collect();
    let crate::Auth::OAuth2(enterprise) = &entries[0].auth else { panic!("the mode is inherited") };
    assert_eq!(enterprise.authorization_url.source(), "https://${connectionConfig.hostname}/login/oauth/authorize");
    assert_eq!((&enterprise.token_url, enterprise.pkce), (&known.token_url, known.pkce));
    // Whole top-level keys are replaced.
    assert!(entries[0].proxy.headers.is_empty() && !shipped.proxy.headers.is_empty());
    assert_eq!((entries[1].key.as_str(), entries[1].display_name.as_str()), ("github", "Our GitHub"));
    assert_eq!(entries[1].proxy.base_url, shipped.proxy.base_url);
    // Another mode stands alone.
    assert_eq!(body(&imported[2])["auth"], yaml("{mode: API_KEY}"));
}

#[test]
fn a_replaced_provider_keeps_the_webhooks_that_the_shipped_entry_knows() {
    let text = |script: &str| {
        format!(
            "github:\n  display_name: G\n  categories: [dev-tools]\n  docs: https://docs.github.com\n  auth_mode: API_KEY\n  \
             webhook_routing_script: {script}\n  proxy: {{base_url: https://api.github.com, headers: {{authorization: '${{apiKey}}'}}}}\n"
        )
    };
    let with = read(&text("githubWebhookRouting")).remove(0);
    assert!(with.entry.unwrap().webhook.is_some() && with.notes.is_empty());
    assert!(read(&text("''")).remove(0).entry.unwrap().webhook.is_none());
}

#[test]
fn an_alias_that_leads_nowhere_is_refused() {
    let file = "a:\n  alias: b\nb:\n  alias: a\nc:\n  alias: no-such-provider\nd: [1]\ne:\n  alias: [x]\n";
    let told: Vec<String> = read(file).iter().flat_map(|one| lines(one.entry.as_ref().unwrap_err())).collect();
    assert_eq!(
        told,
        [
            "providers.yaml:4: `a.alias`: `a` leads back here, in a circle",
            "providers.yaml:2: `b.alias`: `b` leads back here, in a circle",
            "providers.yaml:6: `c.alias`: there is no provider `no-such-provider`, neither in this file nor in the catalogue",
            "providers.yaml:7: `d`: must be a map of fields",
            "providers.yaml:9: `e.alias`: must be the key of another provider",
        ]
    );
}

/// Below each definition, the line (of the file) and the beginning of what is told.
#[test]
fn what_cannot_work_is_refused_at_its_line() {
    let cases = [
        ("proxy: {base_url: https://a.example}", "1: `acme.auth_mode`: is missing; it is one of OAUTH2"),
        ("auth_mode: OAUTH3", "5: `acme.auth_mode`: `OAUTH3` is not one of OAUTH2"),
        ("auth_mode: OAUTH2\ntoken_url: https://a.example", "1: `acme.authorization_url`: is missing, OAUTH2 needs it"),
        ("auth_mode: OAUTH2_CC\ntoken_url: http://a.example", "6: `acme.token_url`: must be https"),
        ("auth_mode: OAUTH2_CC\ntoken_url: {OAUTH2: a, APP: b}", "6: `acme.token_url`: must be a text"),
        ("auth_mode: OAUTH2_CC\ntoken_url: https://a.example\nbody_format: xml", "7: `acme.body_format`: `xml` is not supported"),
        (
            "auth_mode: OAUTH2_CC\ntoken_url: https://a.example\ntoken_request_auth_method: mtls",
            "7: `acme.token_request_auth_method`: `mtls` is",
        ),
        ("auth_mode: OAUTH2_CC\ntoken_url: https://a.example\ntoken_params: {a: [1]}", "7: `acme.token_params.a`: must be a text"),
        ("auth_mode: TWO_STEP", "1: `acme.token_url`: is missing"),
        ("auth_mode: JWT\nsignature: {protocol: RSA}", "1: `acme.token`: is missing"),
        ("auth_mode: JWT\ntoken:\n  header: {alg: RS512}", "7: `acme.token.header.alg`: is not supported"),
        ("auth_mode: SIGNATURE\nsignature: {protocol: HMAC}", "6: `acme.signature.protocol`: `HMAC` is not supported here; there is WSSE"),
        ("auth_mode: APP", "1: `acme.token_url`: is missing"),
        ("auth_mode: MCP_OAUTH2", "1: `acme.proxy.base_url`: is missing"),
        (
            "auth_mode: MCP_OAUTH2\nclient_registration: carrier\nproxy: {base_url: https://a.example}",
            "6: `acme.client_registration`: `carrier`",
        ),
        ("auth_mode: OAUTH1\nsignature_method: RSA-SHA1", "6: `acme.signature_method`: `RSA-SHA1` is not supported"),
        ("auth_mode: API_KEY\nproxy:\n  base_url: https://a.example", "6: `acme.proxy.headers`: nothing carries the ${apiKey}"),
        (
            "auth_mode: API_KEY\nproxy:\n  base_url: https://a.example/${apiKey}\n  headers: {x: '${apiKey}'}",
            "7: `acme.proxy.base_url`: a URL must",
        ),
        (
            "auth_mode: NONE\nproxy:\n  base_url: https://a.example\n  headers: {x: '${method}'}",
            "8: `acme.proxy.headers.x`: `${method}` is not",
        ),
        ("auth_mode: NONE\nproxy: here", "6: `acme.proxy`: must be a block of fields"),
        ("auth_mode: NONE\nconnection_config: {a: b}", "6: `acme.connection_config.a`: must be a block of fields"),
        (
            "auth_mode: NONE\nconnection_config:\n  a: {type: string}",
            "7: `acme.connection_config.a.title`: is missing; `a` is not a standard field",
        ),
        ("auth_mode: OAUTH2\ndisable_pkce: perhaps", "6: `acme.disable_pkce`: must be true or false"),
    ];
    for (definition, expected) in cases {
        let told = refused(definition);
        let expected = format!("providers.yaml:{expected}");
        assert!(told.iter().any(|one| one.starts_with(&expected)), "{definition}\n{told:#?}\n{expected}");
    }
    let headless = read("acme:\n  auth_mode: NONE\n").remove(0);
    let told = lines(&headless.entry.unwrap_err());
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().all(|one| one.ends_with("is missing")), "{told:?}");
    let key = read(&file_of("auth_mode: NONE").replacen("acme", "Acme Inc", 1)).remove(0);
    assert!(lines(&key.entry.unwrap_err())[0].contains("must be made of a-z, 0-9 and -"));
}

#[test]
fn a_catalogue_takes_all_or_nothing_and_no_key_twice() {
    let file = Path::new("providers.yaml");
    let good = file_of("auth_mode: NONE\nproxy: {base_url: https://api.acme.example}");
    let catalogue = Catalogue::embedded().with_imported(file, read(&good)).unwrap();
    assert_eq!(catalogue.get("acme").unwrap().auth.mode(), "NONE");
    assert_eq!(catalogue.summary("acme").unwrap().auth_mode, "NONE");
    let github = good.replacen("acme", "github", 1);
    let catalogue = Catalogue::embedded().with_imported(file, read(&github)).unwrap();
    assert_eq!(catalogue.get("github").unwrap().display_name, "Acme");
    let bad = format!("{good}other:\n  auth_mode: NONE\n");
    let defect = Catalogue::embedded().with_imported(file, read(&bad)).unwrap_err();
    assert_eq!((defect.line, defect.field.split('.').next()), (7, Some("other")));
    let own = "key: acme\ndisplay_name: A\ncategories: [crm]\ndocs: https://a.example\nauth: {mode: NONE}\nproxy: {base_url: https://a.example}\nsources: [https://a.example]\n";
    let folder = Catalogue::embedded().with_folder([("own/acme.yaml".into(), own.to_owned())].into_iter()).unwrap();
    let defect = folder.with_imported(file, read(&good)).unwrap_err().to_string();
    assert_eq!(defect, "providers.yaml:1: `acme`: `acme` is described in own/acme.yaml already");
}

#[test]
fn a_file_of_ours_is_not_taken_for_one_of_theirs() {
    let own = "key: acme\nauth: {mode: NONE}\nproxy:\n  base_url: https://a.example\n";
    assert!(!is_providers_file(own) && !is_providers_file("- 1\n") && !is_providers_file("a: b\n") && !is_providers_file("{"));
    assert!(is_providers_file(&file_of("auth_mode: NONE")) && is_providers_file("a: {alias: b}\n"));
}
