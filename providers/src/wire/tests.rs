use std::path::Path;

use serde_json::json;

use super::*;
use crate::entry::field::FieldBlock;
use crate::{Catalogue, parse_entry};

/// What a client reads of a field is what the file's author wrote.
#[test]
fn a_field_survives_its_way_over_the_wire() {
    for entry in Catalogue::embedded().iter() {
        let wire = to_wire(&entry, Language::En);
        for (place, fields) in [("connection_config", &entry.connection_config), ("integration_config", &entry.integration_config)] {
            for (name, field) in fields {
                let mut shown = wire[place][name].clone();
                assert_eq!(shown.as_object_mut().unwrap().shift_remove("type"), Some(json!("string")));
                let read: FieldBlock = serde_saphyr::from_str(&shown.to_string()).unwrap();
                let again = read.into_field(name).unwrap();
                assert_eq!(super::field::all([(name, &again)].into_iter(), Language::En)[name]["title"], shown["title"]);
                assert_eq!((again.optional, again.secret, &again.allowed), (field.optional, field.secret, &field.allowed));
                assert_eq!(again.pattern.as_ref().map(crate::Pattern::source), field.pattern.as_ref().map(crate::Pattern::source));
                assert_eq!(
                    (&again.default_value, again.format, &again.visible_when),
                    (&field.default_value, field.format, &field.visible_when)
                );
            }
        }
    }
}

#[test]
fn standard_fields_speak_the_persons_language_and_own_texts_where_they_are_translated() {
    let text = r"key: acme
display_name: Acme
categories: [other]
docs: https://acme.example
auth: {mode: BASIC}
proxy: {base_url: 'https://${connectionConfig.subdomain}.acme.example/${connectionConfig.site}'}
connection_config:
  subdomain: {suffix: .acme.example}
  site:
    title: {en: Site, de: Standort}
    description: Which one
integration_config:
  plan: {title: Plan, description: Which plan, enum: [free, paid], default_value: free}
sources: [https://acme.example]
";
    let entry = parse_entry(Path::new("acme.yaml"), text).unwrap();
    let german = to_wire(&entry, Language::De);
    assert_eq!(german["credentials"]["username"]["title"], "Benutzername");
    assert_eq!(german["credentials"]["password"]["secret"], true);
    assert_eq!(german["connection_config"]["subdomain"]["suffix"], ".acme.example");
    assert_eq!(
        (&german["connection_config"]["site"]["title"], &german["connection_config"]["site"]["description"]),
        (&json!("Standort"), &json!("Which one"))
    );
    assert_eq!(german["integration_config"]["plan"]["enum"], json!(["free", "paid"]));
    assert_eq!(to_wire(&entry, Language::Es)["connection_config"]["site"]["title"], "Site");
}

/// Clients find a mode's particulars under the names that they know.
#[test]
fn every_mode_has_the_wires_names() {
    let catalogue = Catalogue::embedded();
    let shown = |key: &str| {
        let mut wire = to_wire(catalogue.get(key).unwrap(), Language::En);
        for plain in ["display_name", "categories", "docs", "proxy"] {
            wire.as_object_mut().unwrap().shift_remove(plain);
        }
        wire
    };
    let modes = [
        "slack",
        "trello",
        "zoom-cc",
        "github-pat",
        "stripe-api-key",
        "ghost-admin",
        "perimeter81",
        "bill",
        "emarsys",
        "netsuite-tba",
        "aws-sigv4",
        "github-app",
        "github-app-oauth",
        "linear-mcp",
        "mcp-generic",
        "unauthenticated",
    ];
    insta::assert_json_snapshot!(modes.into_iter().map(shown).collect::<Vec<_>>());
}
