//! Every top-level key that such files have: read in some mode, or named with what its absence means.

use super::*;

/// Key, a value, and the mode in which it is read.
const READ: &[(&str, &str, &str)] = &[
    ("additional_steps", "[{token_url: 'https://a.example/x', token_params: {a: '${step1.a}'}}]", "TWO_STEP"),
    ("alternate_access_token_response_path", "user.token", "OAUTH2"),
    ("authorization_code_param_in_callback", "auth_code", "OAUTH2"),
    ("authorization_method", "header", "OAUTH2"),
    ("authorization_params", "{a: b}", "OAUTH2"),
    ("authorization_url_replacements", "{client_id: key}", "OAUTH2"),
    ("authorization_url_skip_empty", "true", "OAUTH2"),
    ("body_format", "json", "OAUTH2_CC"),
    ("client_registration", "static", "MCP_OAUTH2"),
    ("connection_config", "{a: {type: string, title: A, description: A}}", "NONE"),
    ("credentials", "{username: {type: string, title: A, description: A}}", "BASIC"),
    ("default_scopes", "[a]", "OAUTH2"),
    ("disable_pkce", "true", "OAUTH2"),
    ("docs_connect", "https://a.example", "NONE"),
    ("expires_in_unit", "ms", "OAUTH2"),
    ("integration_config", "{a: {type: string, title: A, description: A}}", "NONE"),
    ("redirect_uri_metadata", "[a]", "OAUTH2"),
    ("refresh_params", "{a: b}", "OAUTH2"),
    ("refresh_token_headers", "{a: b}", "TWO_STEP"),
    ("refresh_token_params", "{a: b}", "TWO_STEP"),
    ("refresh_url", "https://a.example", "OAUTH2"),
    ("registration_url", "https://a.example", "MCP_OAUTH2"),
    ("request_params", "{a: b}", "OAUTH1"),
    ("require_client_certificate", "true", "OAUTH2_CC"),
    ("scope_separator", "','", "OAUTH2"),
    ("setup_guide_url", "https://a.example/setup", "NONE"),
    ("signature", "{protocol: WSSE}", "SIGNATURE"),
    ("signature_method", "HMAC-SHA1", "OAUTH1"),
    ("token_expires_in_ms", "60000", "OAUTH2"),
    ("token_headers", "{a: b}", "OAUTH2"),
    ("token_params", "{a: b}", "OAUTH2"),
    ("token_request_auth_method", "basic", "OAUTH2"),
    ("token_request_method", "GET", "OAUTH2"),
    ("token_response", "{token: a}", "OAUTH2"),
    ("token_response_metadata", "[a]", "OAUTH2"),
];

/// What the mode needs beside the key.
fn needed(mode: &str) -> &'static str {
    match mode {
        "OAUTH2" => "authorization_url: https://a.example\ntoken_url: https://a.example",
        "OAUTH1" => "request_url: https://a.example\nauthorization_url: https://a.example\ntoken_url: https://a.example",
        "OAUTH2_CC" => "token_url: https://a.example",
        "TWO_STEP" => {
            "token_url: https://a.example\ntoken_params: {k: '${credentials.k}'}\ncredentials: {k: {type: string, title: K, description: K}}"
        }
        _ => "",
    }
}

fn with(key: &str, value: &str, mode: &str) -> Imported {
    acme(&format!("auth_mode: {mode}\n{}\nproxy: {{base_url: 'https://api.a.example'}}\n{key}: {value}", needed(mode)))
}

#[test]
fn every_key_that_is_read_changes_the_entry_and_is_not_noted() {
    for (key, value, mode) in READ {
        let imported = with(key, value, mode);
        assert!(imported.entry.is_ok(), "{key}: {:?}", imported.entry);
        assert_eq!(lines(&imported.notes), [""; 0], "{key}");
        let without = acme(&format!("auth_mode: {mode}\n{}\nproxy: {{base_url: 'https://api.a.example'}}", needed(mode)));
        // Endpoints that discovery finds, and what is never sent anyway.
        let is_implied = ["registration_url", "authorization_url_skip_empty"].contains(key) || *value == "HMAC-SHA1";
        let is_implied = is_implied || *key == "signature";
        assert!(is_implied || imported.written != without.written, "{key} changes nothing");
    }
}

#[test]
fn every_key_that_is_not_supported_is_named_with_its_line() {
    let noted = [
        "webhook_routing_script",
        "webhook_user_defined_secret",
        "webhook_allowed_query_params",
        "webhook_response_metadata",
        "authorization_code_param_in_webhook",
        "post_connection_script",
        "credentials_verification_script",
        "pre_connection_deletion_script",
        "authorization_url_skip_encode",
        "authorization_url_fragment",
        "token_expiration_buffer",
        "registration_params",
        "refresh_token_response_metadata",
        "token_response_headers",
        "decode_url",
        "auth",
        "auth_type",
        "connection_configuration",
        "available_scopes",
        "assertion_option",
        "access_token_url",
        "token_url_skip_encode",
        "request_http_method",
        "token_http_method",
        "somethingNew",
    ];
    for key in noted {
        let imported = with(key, "something", "NONE");
        assert!(imported.entry.is_ok(), "{key}: {:?}", imported.entry);
        let told = lines(&imported.notes);
        assert!(told.len() == 1 && told[0].starts_with(&format!("providers.yaml:7: `acme.{key}`: is no")), "{key}: {told:?}");
    }
    for key in ["assertion", "installation", "proxy_header_authorization"] {
        let told = lines(&with(key, "something", "NONE").entry.expect_err(key));
        assert!(told[0].starts_with(&format!("providers.yaml:7: `acme.{key}`: is not supported")), "{key}: {told:?}");
    }
    // Known, but of another mode.
    assert!(lines(&with("token_url", "https://a.example", "API_KEY").notes)[0].contains("is not read in auth mode API_KEY"));
}

#[test]
fn what_is_not_supported_within_blocks_is_named_too() {
    let imported = acme(
        r"
auth_mode: OAUTH2
authorization_url: https://a.example
authorization_params: {scope: undefined}
token_url: https://a.example
token_request_auth_method: custom
token_response: {token: a, cookies: b}
proxy:
  base_url: https://api.a.example
  connection_config: {a: b}
  forward_headers_on_redirect: true
  later: 1
  retry: {in_body: a, later: 1}
  paginate: {type: cursor, response_path: a}
  verification: {method: POST, endpoints: [/me], data: {a: b}}
connection_config:
  a: {type: number, title: A, description: A, pattern: '(?=a)a', format: ipv4, example: '', order: first, later: 1}
  b: {type: string, title: B, description: B, pattern: '[a-z]+', example: '123', hidden: true}
  c: {type: string, title: C, description: C, secret: true, default_value: x}
credentials:
  username: {type: string, title: A, description: A}
",
    );
    assert!(imported.entry.is_ok(), "{:?}", imported.entry);
    let fields: Vec<&str> = imported.notes.iter().map(|note| note.field.strip_prefix("acme.").unwrap()).collect();
    let expected = [
        "authorization_params.scope",
        "token_request_auth_method",
        "token_response.cookies",
        "proxy.connection_config",
        "proxy.forward_headers_on_redirect",
        "proxy.later",
        "proxy.retry.in_body",
        "proxy.retry.later",
        "proxy.paginate",
        "proxy.verification",
        "connection_config.a.pattern",
        "connection_config.a.format",
        "connection_config.a.order",
        "connection_config.a.type",
        "connection_config.a.later",
        "connection_config.b",
        "connection_config.b",
        "connection_config.c",
        "credentials.username",
    ];
    assert_eq!(fields, expected, "{:#?}", lines(&imported.notes));
}
