use std::path::Path;

use super::*;
use crate::{Catalogue, parse_entry};

const ENTRY: &str = r"key: acme
display_name: Acme | CRM
categories: [crm]
docs: https://docs.acme.example
auth:
  mode: OAUTH2
  authorization_url: https://${connectionConfig.subdomain}.acme.example/authorize
  token_url: https://acme.example/token
  default_scopes: [read, write]
  pkce: true
proxy:
  base_url: https://api.acme.example
  headers: {acme-version: '2'}
  retry: {after: retry-after}
  paginate: {type: cursor, cursor_name_in_request: after, cursor_path_in_response: next}
connection_config:
  subdomain: {pattern: '[a-z]+', example: initech, suffix: .acme.example}
  accountId: {automated: true}
webhook:
  docs: https://docs.acme.example/webhooks
  signature: {type: hmac, header: x-acme-signature}
  route: [{from: body.account, to: [connection_config.accountId]}]
sources: [https://docs.acme.example/oauth]
unsure: [proxy.retry]
";

#[test]
fn a_page_says_all_that_a_person_needs() {
    let entry = parse_entry(Path::new("acme.yaml"), ENTRY).unwrap();
    insta::assert_snapshot!(page(&entry));
}

#[test]
fn every_shipped_entry_has_a_page_of_whole_lines() {
    let catalogue = Catalogue::embedded();
    for entry in catalogue.iter() {
        let facts = facts(&entry);
        assert!(facts.iter().all(|fact| !fact.lines.is_empty() && fact.lines.iter().all(|line| !line.contains('\n'))), "{}", entry.key);
        let told = |name: &str| facts.iter().any(|fact| fact.name == name);
        assert!(told("sources") && (told("base URL") || told("no base URL")), "{}", entry.key);
        assert_eq!(told("unsure"), !entry.unsure.is_empty(), "{}", entry.key);
    }
    let index = index(catalogue.summaries());
    assert_eq!(index.lines().filter(|line| line.starts_with("| [")).count(), catalogue.summaries().len());
}
