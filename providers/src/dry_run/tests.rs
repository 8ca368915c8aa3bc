use super::*;
use crate::Catalogue;

fn shown(key: &str) -> String {
    let catalogue = Catalogue::embedded();
    dry_run(catalogue.get(key).unwrap()).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn oauth2_shows_browser_code_and_refresh() {
    insta::assert_snapshot!(shown("google-mail"));
    insta::assert_snapshot!(shown("notion"));
}

#[test]
fn oauth1_shows_three_legs() {
    insta::assert_snapshot!(shown("trello"));
}

#[test]
fn client_credentials_show_each_proof() {
    insta::assert_snapshot!(shown("zoom-cc"));
    insta::assert_snapshot!(shown("okta-cc"));
}

#[test]
fn keys_and_pairs_show_where_they_go() {
    insta::assert_snapshot!(["sendgrid", "mailgun", "unauthenticated"].map(shown).concat());
}

#[test]
fn exchanges_show_every_request() {
    insta::assert_snapshot!(["perimeter81", "bill"].map(shown).concat());
}

#[test]
fn tokens_made_here_show_what_they_say() {
    insta::assert_snapshot!(["ghost-admin", "emarsys", "netsuite-tba", "aws-sigv4"].map(shown).concat());
}

#[test]
fn apps_show_the_installation_and_its_user() {
    insta::assert_snapshot!(["github-app", "github-app-oauth"].map(shown).concat());
}

#[test]
fn mcp_shows_discovery() {
    insta::assert_snapshot!(["linear-mcp", "mcp-generic"].map(shown).concat());
}

#[test]
fn a_plugin_is_installed() {
    insta::assert_snapshot!(shown("crisp-plugin-install"));
}
