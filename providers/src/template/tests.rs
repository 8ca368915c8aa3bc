use std::borrow::Cow;

use super::*;

struct Pairs(&'static [(&'static str, &'static str)]);

impl Values for Pairs {
    fn value(&self, name: &Name) -> Option<Cow<'_, str>> {
        let name = name.to_string();
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into())
    }
}

fn resolve(template: &str, values: &'static [(&'static str, &'static str)]) -> Result<String, Unresolved> {
    Template::parse(template).unwrap().resolve(&Pairs(values))
}

#[test]
fn the_first_value_that_is_set_and_not_empty_wins() {
    let template = "${connectionConfig.a || connectionConfig.b || 'https://x}|| y'}/v1";
    assert_eq!(resolve(template, &[("connectionConfig.a", ""), ("connectionConfig.b", "B")]).unwrap(), "B/v1");
    assert_eq!(resolve(template, &[]).unwrap(), "https://x}|| y/v1");
}

#[test]
fn a_pair_is_encoded_also_with_an_empty_password() {
    let values = &[("credentials.username", "u"), ("credentials.password", "")];
    assert_eq!(resolve("Basic ${base64(${credentials.username}:${password})}", values).unwrap(), "Basic dTo=");
}

#[test]
fn what_is_missing_is_named() {
    let missing = resolve("https://${connectionConfig.subdomain}.example.com", &[]).unwrap_err();
    assert_eq!(missing.to_string(), "`connectionConfig.subdomain` is not set");
}

#[test]
fn a_dollar_alone_is_a_dollar() {
    assert_eq!(resolve("$5 $ {x} $", &[]).unwrap(), "$5 $ {x} $");
}

#[test]
fn defects_are_found_when_parsing() {
    for bad in
        ["${", "${apiKey", "${}", "${apikey}", "${connectionConfig.}", "${env.HOME}", "${base64(${nope})}", "${connectionConfig.a.b}"]
    {
        assert!(Template::parse(bad).is_err(), "{bad}");
    }
}

/// A connection's configuration comes from the end user: it must not choose where the credentials go.
#[test]
fn a_configured_value_cannot_leave_its_place_in_the_url() {
    let url = Template::parse("https://${connectionConfig.s}.zendesk.com/${connectionConfig.p}/x").unwrap();
    let with = |s: &'static str, p: &'static str| {
        let values: &'static [(&str, &str)] = vec![("connectionConfig.s", s), ("connectionConfig.p", p)].leak();
        url.resolve_url(&Pairs(values))
    };
    assert_eq!(with("acme", "a/b").unwrap(), "https://acme.zendesk.com/a/b/x");
    for bad in ["evil.com/", "evil.com#", "evil.com?", "evil.com\\", "u:p@evil.com", "a b", "a\r\nb", "%2e", "é"] {
        assert!(matches!(with(bad, "x"), Err(Unresolved::Unfit { .. })), "{bad}");
    }
    for bad in ["..", "a/../b", "a?b", "a#b", "a\\b", "%2e%2e", "a b", "a\nb"] {
        assert!(matches!(with("acme", bad), Err(Unresolved::Unfit { .. })), "{bad}");
    }
}

#[test]
fn a_value_that_begins_the_url_is_the_url() {
    let url = Template::parse("${connectionConfig.baseUrl || 'https://api.github.com'}").unwrap();
    assert_eq!(url.resolve_url(&Pairs(&[("connectionConfig.baseUrl", "http://127.0.0.1:8080")])).unwrap(), "http://127.0.0.1:8080");
    assert_eq!(url.resolve_url(&Pairs(&[])).unwrap(), "https://api.github.com");
    assert!(url.resolve_url(&Pairs(&[("connectionConfig.baseUrl", "https://api.github.com@evil.com")])).is_err());
}
