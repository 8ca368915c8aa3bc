//! What a recording must not hold: recordings are committed, and read by everybody who reads the code.

/// Parameters that are a credential whatever their value.
const PARAMETERS: [&str; 22] = [
    "access_token",
    "accesstoken",
    "api-key",
    "api_key",
    "api_token",
    "apikey",
    "apitoken",
    "auth_token",
    "authtoken",
    "client_secret",
    "hapikey",
    "id_token",
    "jwt",
    "oauth_signature",
    "oauth_token",
    "password",
    "refresh_token",
    "secret",
    "sig",
    "signature",
    "subscription-key",
    "x-api-key",
];
/// Parameters that are a credential at some providers and something else at others, which is shorter.
const PERHAPS: [&str; 2] = ["key", "token"];
const MIN_KEY_CHARS: usize = 16;
const HEADERS: [&str; 3] = ["cookie", "set-cookie", "www-authenticate"];
const PARTS_OF_HEADERS: [&str; 7] = ["authorization", "token", "secret", "api-key", "apikey", "password", "signature"];

/// Whether a query parameter carries a credential.
pub(crate) fn is_parameter(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_long_word = || value.len() >= MIN_KEY_CHARS && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    PARAMETERS.contains(&name.as_str()) || (PERHAPS.contains(&name.as_str()) && is_long_word())
}

/// Whether a header carries a credential.
pub(crate) fn is_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    HEADERS.contains(&name.as_str()) || PARTS_OF_HEADERS.iter().any(|part| name.contains(part))
}
