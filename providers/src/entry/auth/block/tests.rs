use std::path::Path;

use crate::{Auth, ClientProof, Entry, EntryDefect, parse_entry};

/// Each mode with the least that it needs, and what the entry needs besides.
const LEAST: &[(&str, &str)] = &[
    (
        "mode: OAUTH2
  authorization_url: https://acme.example/authorize
  token_url: https://acme.example/token
  pkce: true",
        "",
    ),
    (
        "mode: OAUTH1
  request_url: https://acme.example/request
  authorization_url: https://acme.example/authorize
  token_url: https://acme.example/token",
        "",
    ),
    ("mode: OAUTH2_CC\n  token_url: https://acme.example/token", ""),
    ("mode: API_KEY", ""),
    ("mode: BASIC", ""),
    (
        "mode: JWT
  jwt:
    algorithm: HS256
    signing_key: ${credentials.secret}
    lifetime_s: 300",
        "credentials:\n  secret: {title: Secret, description: Of the key, secret: true}",
    ),
    (
        "mode: TWO_STEP
  token_request:
    url: https://acme.example/login
    body: {password: '${password}'}",
        "credentials:\n  password: {}",
    ),
    (
        "mode: BILL
  token_request:
    url: https://acme.example/login
    body: {devKey: '${credentials.dev_key}'}",
        "",
    ),
    ("mode: SIGNATURE", ""),
    ("mode: TBA", "connection_config:\n  accountId: {}"),
    ("mode: AWS_SIGV4\n  service: s3\n  sts_url: https://sts.${credentials.region || 'us-east-1'}.amazonaws.com", ""),
    (
        "mode: APP
  app:
    authorization_url: ${integration.app_link}/installations/new
    token_request:
      url: https://acme.example/installations/${credentials.installation_id}/token
    jwt_lifetime_s: 600",
        "",
    ),
    (
        "mode: CUSTOM
  authorization_url: https://acme.example/authorize
  token_url: https://acme.example/token
  pkce: false
  app:
    authorization_url: ${integration.app_link}/installations/new
    token_request:
      url: https://acme.example/installations/${credentials.installation_id}/token
    jwt_lifetime_s: 600
  ownership_request:
    method: GET
    url: https://acme.example/user/installations/${credentials.installation_id}",
        "",
    ),
    ("mode: MCP_OAUTH2\n  server_url: https://mcp.acme.example/mcp", ""),
    (
        "mode: MCP_OAUTH2_GENERIC\n  server_url: ${connectionConfig.mcp_server_url}",
        "connection_config:\n  mcp_server_url: {format: uri, pattern: 'https://.+'}",
    ),
    ("mode: INSTALL_PLUGIN\n  install_url: https://acme.example/install", ""),
    ("mode: NONE", ""),
];

fn parse(auth: &str, rest: &str) -> Result<Entry, EntryDefect> {
    let headers = if auth.contains("API_KEY") { "\n  headers: {x-api-key: '${apiKey}'}" } else { "" };
    let text = format!(
        "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\nauth:\n  {auth}\n\
         proxy:\n  base_url: https://api.acme.example{headers}\n{rest}\n"
    );
    parse_entry(Path::new("acme.yaml"), &text)
}

fn least(mode: &str) -> (&'static str, &'static str) {
    *LEAST.iter().find(|(auth, _)| auth.lines().next() == Some(&format!("mode: {mode}"))).unwrap()
}

fn refused(auth: &str, rest: &str) -> String {
    let defect = parse(auth, rest).unwrap_err();
    format!("{}: `{}`: {}", defect.line, defect.field, defect.problem)
}

#[test]
fn every_mode_is_written_with_the_least_that_it_needs() {
    for (auth, rest) in LEAST {
        let mode = auth.lines().next().unwrap().trim_start_matches("mode: ");
        let entry = parse(auth, rest).unwrap_or_else(|defect| panic!("{mode}: {defect}"));
        assert_eq!(entry.auth.mode(), mode);
    }
    assert_eq!(LEAST.iter().map(|(auth, _)| auth.lines().next().unwrap()).map(|mode| &mode[6..]).collect::<Vec<_>>(), super::MODES);
}

#[test]
fn a_field_that_the_mode_needs_is_missed_by_name() {
    for (auth, rest) in LEAST {
        for gone in auth.lines().skip(1).filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
            let name = gone.trim().split(':').next().unwrap();
            let block: String = {
                let mut skipping = false;
                let kept = auth.lines().filter(|line| {
                    skipping = if *line == gone { true } else { skipping && line.starts_with("    ") };
                    !skipping
                });
                kept.collect::<Vec<_>>().join("\n")
            };
            let mode = &auth.lines().next().unwrap()[6..];
            assert_eq!(refused(&block, rest), format!("6: `auth.{name}`: is missing, {mode} needs it"));
        }
    }
}

#[test]
fn a_field_of_another_mode_is_refused() {
    let (auth, rest) = least("TBA");
    assert_eq!(
        refused(&format!("{auth}\n  token_url: https://acme.example/token"), rest),
        "8: `auth.token_url`: only for OAUTH2, OAUTH1, OAUTH2_CC and CUSTOM, not for TBA"
    );
    assert_eq!(refused("mode: API_KEY\n  service: s3", ""), "8: `auth.service`: only for AWS_SIGV4, not for API_KEY");
}

#[test]
fn a_client_proves_itself_in_one_way() {
    let (auth, _) = least("OAUTH2_CC");
    let proof = |more: &str| match parse(&format!("{auth}\n  {more}"), "").map(|entry| entry.auth) {
        Ok(Auth::ClientCredentials(client)) => Ok(client.proof),
        Ok(_) => panic!("another mode"),
        Err(defect) => Err(defect.problem),
    };
    assert_eq!(proof("client_proof: certificate"), Ok(ClientProof::Certificate));
    assert_eq!(proof("client_proof: private_key_jwt"), Ok(ClientProof::PrivateKeyJwt(crate::Algorithm::Rs256)));
    assert_eq!(
        proof("client_proof: certificate\n  token_auth: basic").unwrap_err(),
        "only for a client that proves itself with a secret; `client_proof` says otherwise"
    );
    assert!(proof("client_proof: private_key_jwt\n  assertion_algorithm: HS256").unwrap_err().starts_with("must be RS256 or ES256"));
    assert_eq!(proof("assertion_algorithm: ES256").unwrap_err(), "only for `client_proof: private_key_jwt`");
}

#[test]
fn a_token_answer_says_where_things_stand_and_in_what_unit() {
    let (auth, rest) = least("TWO_STEP");
    let entry = parse(
        &format!("{auth}\n  token_response: {{token: [data.jwt, token], expires_in: data.ttl, expires_in_unit: ms, lifetime_s: 60}}"),
        rest,
    )
    .unwrap();
    let Auth::TwoStep(exchange) = entry.auth else { panic!("another mode") };
    assert_eq!(exchange.answer.token, ["data.jwt", "token"]);
    assert_eq!((exchange.answer.expires_in_unit_ms, exchange.answer.lifetime_s), (1, Some(60)));
    assert_eq!(exchange.answer.refresh_token, ["refresh_token"]);
    assert!(refused(&format!("{auth}\n  token_response: {{token: 'a..b'}}"), rest).contains("is not a dotted path"));
}

#[test]
fn a_template_reads_only_what_is_there_by_then() {
    let (auth, rest) = least("TWO_STEP");
    let with = |value: &str| parse(&auth.replace("${password}", value), rest);
    assert!(with("${credentials.password} ${random} ${now.iso}").is_ok());
    let defect = with("${password}${step1.id}").unwrap_err();
    assert_eq!(defect.problem, "`step1.id` is not known here; known are credentials.password");
    assert!(with("${password}${clientId}").unwrap_err().problem.starts_with("`integration.client_id` is not known here"));
    let steps = format!("{auth}\n  steps:\n    - url: https://acme.example/one\n      body: {{password: '${{password}}'}}");
    assert!(parse(&steps.replacen("{password: '${password}'}", "{id: '${step1.data.0.id}'}", 1), rest).is_ok());
    let problem = parse(auth.replace("/login", "/login/${password}").as_str(), rest).unwrap_err().problem;
    assert_eq!(problem, "a URL must not carry credentials, and `credentials.password` is one");
    let (oauth, _) = least("OAUTH2");
    assert!(
        parse(&format!("{oauth}\n  token_params: {{extra: '${{clientId}}'}}\n  refresh_params: {{t: '${{refreshToken}}'}}"), "").is_ok()
    );
    let problem = parse(&format!("{oauth}\n  authorization_params: {{t: '${{accessToken}}'}}"), "").unwrap_err().problem;
    assert_eq!(problem, "`credentials.access_token` is not known here; known are integration.client_id, integration.client_secret");
}

#[test]
fn tokens_are_bought_over_https() {
    for (auth, rest) in LEAST.iter().filter(|(auth, _)| auth.contains("https://")) {
        let problem = parse(&auth.replacen("https://", "http://", 1), rest).unwrap_err().problem;
        assert_eq!(problem, "must be https (http only for a loopback host)", "{auth}");
    }
}
