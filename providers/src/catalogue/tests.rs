use std::path::Path;

use super::*;
use crate::{logo_svg, parse_entry, to_wire};

const GOOD: &str = r"key: acme
display_name: Acme
categories: [other]
docs: https://docs.acme.example/api
auth:
  mode: API_KEY
proxy:
  base_url: https://${connectionConfig.region}.acme.example
  headers:
    x-api-key: ${apiKey}
connection_config:
  region:
    title: Region
    description: Where the account lives
    pattern: '[a-z]{2}'
sources: [https://docs.acme.example/api]
";

fn defect(from: &str, to: &str) -> (usize, String, String) {
    assert!(GOOD.contains(from), "{from}");
    let defect = parse_entry(Path::new("acme.yaml"), &GOOD.replacen(from, to, 1)).unwrap_err();
    (defect.line, defect.field, defect.problem)
}

#[test]
fn every_shipped_entry_loads_under_its_own_name() {
    let catalogue = Catalogue::embedded();
    assert_eq!(catalogue.iter().count(), SHIPPED.len());
    for shipped in SHIPPED {
        let file = shipped.key;
        let entry = catalogue.get(file).unwrap_or_else(|| panic!("{file} has another key"));
        assert_eq!(entry.key, file);
        assert_eq!(catalogue.summary(file), Some(&Summary::of(entry)), "what the build script says of it");
        assert!(logo_svg(entry).starts_with("<svg"));
        assert_eq!(to_wire(entry, crate::Language::En)["name"], entry.key.as_str());
    }
}

#[test]
fn a_bad_entry_is_refused_with_line_and_field() {
    let (line, field, problem) = defect("    x-api-key", "    typo:\n    x-api-key");
    assert_eq!((line, field.as_str()), (10, "proxy.headers.typo"), "{problem}");
    let (line, field, problem) = defect("display_name", "displayname");
    assert_eq!((line, field.as_str()), (2, "displayname"), "{problem}");
    let (line, field, _) = defect("'[a-z]{2}'", "'[a-z'");
    assert_eq!((line, field.as_str()), (15, "connection_config.region.pattern"));
    let (line, field, problem) = defect("https://${connectionConfig.region}.acme.example", "http://acme.example");
    assert_eq!((line, field.as_str()), (8, "proxy.base_url"), "{problem}");
    let (line, field, problem) = defect("${connectionConfig.region}", "${connectionConfig.regoin}");
    assert_eq!((line, field.as_str()), (8, "proxy.base_url"), "{problem}");
    assert!(problem.contains("regoin"), "{problem}");
    let (line, field, _) = defect("mode: API_KEY", "mode: OAUTH2");
    assert_eq!((line, field.as_str()), (5, "auth.authorization_url"));
    let (_, field, _) = defect("${apiKey}", "constant");
    assert_eq!(field, "proxy.headers");
    let (line, field, _) = defect("${apiKey}", "${accessToken}");
    assert_eq!((line, field.as_str()), (10, "proxy.headers.x-api-key"));
    let (line, field, _) = defect("${apiKey}", "${apiKey");
    assert_eq!((line, field.as_str()), (10, "proxy.headers.x-api-key"));
}

#[test]
fn http_is_for_loopback_only() {
    let with = |base: &str| parse_entry(Path::new("a.yaml"), &GOOD.replace("https://${connectionConfig.region}.acme.example", base));
    assert!(with("http://127.0.0.1:8080").is_ok());
    assert!(with("http://localhost:1/x").is_ok());
    assert!(with("http://10.0.0.1").is_err());
    assert!(with("ftp://127.0.0.1").is_err());
    assert!(with("https://u:p@acme.example").is_err());
}

#[test]
fn two_files_of_one_folder_cannot_claim_one_key() {
    let file = |name: &str| (PathBuf::from(name), GOOD.to_owned());
    let defect = Catalogue::embedded().with_folder([file("a.yaml"), file("b.yaml")].into_iter()).unwrap_err();
    assert_eq!((defect.file, defect.line), (PathBuf::from("b.yaml"), 1));
}

#[test]
fn a_connection_config_is_held_against_its_fields() {
    let entry = parse_entry(Path::new("acme.yaml"), GOOD).unwrap();
    let check = |json: serde_json::Value| entry.check_connection_config(json.as_object().unwrap());
    assert!(check(serde_json::json!({"region": "eu", "other": 1})).is_ok());
    for bad in [serde_json::json!({}), serde_json::json!({"region": "eu.evil.com/"}), serde_json::json!({"region": 1})] {
        assert_eq!(check(bad).unwrap_err().field, "region");
    }
}

/// An application's own key goes beside the connection's token, not in its place.
#[test]
fn a_request_may_carry_a_key_of_the_integration() {
    let text = GOOD
        .replace(
            "mode: API_KEY",
            "mode: OAUTH2\n  authorization_url: https://acme.example/a\n  token_url: https://acme.example/t\n  pkce: true",
        )
        .replace("${apiKey}", "${integration.subscription_key}")
        + "integration_config:\n  subscription_key: {title: Key, description: Of the application}\n";
    let entry = parse_entry(Path::new("acme.yaml"), &text).unwrap();
    assert!(entry.requests_read_integration() && entry.uses_default_authorization());
    assert!(entry.is_credential_header("x-api-key") && entry.is_credential_header("authorization"));
    let unknown = text.replace("integration.subscription_key", "integration.other");
    assert_eq!(parse_entry(Path::new("acme.yaml"), &unknown).unwrap_err().field, "proxy.headers.x-api-key");
}
