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

#[test]
fn short_names_mean_the_long_ones() {
    let names = |template: &str| Template::parse(template).unwrap().names().into_iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        names("${accessToken}${refreshToken}${clientId}${clientSecret}"),
        ["credentials.access_token", "credentials.refresh_token", "integration.client_id", "integration.client_secret"]
    );
    let all = [
        "connectionConfig.a-b",
        "credentials.app.access_token",
        "integration.app_id",
        "step2.data.0.id",
        "random",
        "now",
        "now.ms",
        "now.iso",
    ];
    for name in all {
        assert_eq!(names(&format!("${{{name}}}")), [name]);
    }
    for bad in ["step0.a", "step1", "step1.", "step1.a..b", "credentials.a.b", "integration.a.b", "now.s", "step-1.a"] {
        assert!(Template::parse(&format!("${{{bad}}}")).is_err(), "{bad}");
    }
}

/// RFC 4231, test case 2, and FIPS 180-2, B.1.
#[test]
fn functions_compute_what_their_standards_say() {
    let values =
        &[("connectionConfig.key", "Jefe"), ("connectionConfig.text", "what do ya want for nothing?"), ("connectionConfig.c", "a b,c&d")];
    assert_eq!(resolve("${sha256Hex(abc)}", &[]).unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(
        resolve("${hmacSha256Hex(${connectionConfig.text}, ${connectionConfig.key})}", values).unwrap(),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    assert_eq!(resolve("${urlEncode(${connectionConfig.c})}", values).unwrap(), "a+b%2Cc%26d");
    assert_eq!(resolve("${base64(a,b)}", values).unwrap(), "YSxi");
    let problem = |template: &str| Template::parse(template).unwrap_err().problem;
    assert_eq!(problem("${md5(x)}"), "`md5` is not a known function; known are base64, sha256Hex, hmacSha256Hex, urlEncode");
    assert_eq!(problem("${hmacSha256Hex(x)}"), "`hmacSha256Hex` takes 2 arguments, not 1");
}

/// A function's value is held to its place as a name's is.
#[test]
fn a_computed_value_cannot_leave_its_place_in_the_url() {
    let url = Template::parse("https://${base64(${connectionConfig.s})}.example.com/").unwrap();
    assert!(matches!(url.resolve_url(&Pairs(&[("connectionConfig.s", "???")])), Err(Unresolved::Unfit { .. })));
}
