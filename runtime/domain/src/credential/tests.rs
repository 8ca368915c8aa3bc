use super::*;

fn read(object: &Value) -> Result<Credentials, CredentialsDefect> {
    Credentials::from_wire(object.as_object().unwrap())
}

#[test]
fn what_the_store_keeps_comes_back_whole() {
    let at = "2030-01-01T00:00:00.000Z";
    let all = [
        json!({"type": "OAUTH2", "access_token": "a", "refresh_token": "r", "expires_at": at, "config_override": {"client_id": "c"}, "raw": {"x": 1}}),
        json!({"type": "OAUTH1", "oauth_token": "t", "oauth_token_secret": "s", "raw": {}}),
        json!({"type": "OAUTH2_CC", "client_id": "c", "client_secret": "s", "token": "t", "expires_at": at, "raw": {"y": [1]}}),
        json!({"type": "TWO_STEP", "apiKey": "k", "token": "t", "refresh_token": "r", "raw": {}}),
        json!({"type": "JWT", "privateKey": "{}", "token": "t", "expires_at": at, "raw": {}}),
        json!({"type": "BILL", "username": "u", "password": "p", "organization_id": "o", "dev_key": "d", "session_id": "s", "user_id": "i", "raw": {}}),
        json!({"type": "SIGNATURE", "username": "u", "password": "p"}),
        json!({"type": "TBA", "token_id": "i", "token_secret": "s"}),
        json!({"type": "TBA", "token_id": "i", "token_secret": "s", "config_override": {"client_id": "c", "client_secret": "d"}}),
        json!({"type": "AWS_SIGV4", "role_arn": "r", "region": "eu", "service": "s3", "access_key_id": "a", "secret_access_key": "s", "session_token": "t", "raw": {}}),
        json!({"type": "CUSTOM", "app": {"type": "APP", "app_id": "1", "installation_id": "2", "access_token": "a", "expires_at": at, "raw": {}},
            "user": {"type": "OAUTH2", "access_token": "u", "raw": {"z": 1}}, "raw": {"z": 1}}),
    ];
    for object in all {
        let credentials = Credentials::from_stored(&object.to_string()).unwrap();
        assert_eq!(credentials.to_wire_exposed(), object);
        assert_eq!(credentials.auth_mode().as_str(), object["type"]);
        assert_eq!(credentials.expires_at().is_some(), object.to_string().contains("expires_at"));
    }
    assert!(matches!(Credentials::from_stored("{}"), Ok(Credentials::None)));
}

#[test]
fn only_what_somebody_can_have_without_us_is_imported() {
    assert!(read(&json!({"type": "TWO_STEP", "token": "t"})).unwrap_err().message.contains("connecting"));
    assert!(read(&json!({"type": "NONSENSE"})).unwrap_err().message.contains("OAUTH2_CC"));
    assert_eq!(read(&json!({"type": "TBA", "token_id": "i"})).unwrap_err().field, "token_secret");
    let app = read(&json!({"type": "CUSTOM", "app_id": 7, "installation_id": 8})).unwrap();
    assert_eq!(app.field("installation_id"), Some("8"));
}

#[test]
fn debug_output_hides_every_secret() {
    for object in [
        json!({"type": "BASIC", "username": "canary-user", "password": "canary-pass"}),
        json!({"type": "OAUTH2_CC", "client_id": "canary", "client_secret": "canary", "token": "canary"}),
    ] {
        let shown = format!("{:?}", read(&object).unwrap());
        assert!(!shown.contains("canary"), "{shown}");
    }
}

/// S6
#[test]
fn the_secret_of_a_connections_own_client_is_known() {
    let object = json!({"type": "OAUTH2", "access_token": "a", "config_override": {"client_id": "c", "client_secret": "canary"}});
    assert_eq!(read(&object).unwrap().own_client_secret().unwrap().expose(), "canary");
    assert!(read(&json!({"type": "OAUTH2", "access_token": "a"})).unwrap().own_client_secret().is_none());
}
