//! Every top-level key of the format, and what is said of those that no code here reads.

use super::block::Block;
use super::draft::Draft;

/// What is not supported in any mode, with what that means for whoever has such a definition.
const NOT_SUPPORTED: &[(&str, &str)] = &[
    (
        "webhook_routing_script",
        "is not supported: the code that it names is not part of Syncline, so the provider's webhooks are not routed; `webhook` of an entry of \
         your own describes them",
    ),
    (
        "webhook_user_defined_secret",
        "is not read: whether webhooks need a secret of their own is said by `webhook` of an entry of your own",
    ),
    ("webhook_allowed_query_params", "is not read: what of a webhook's query is kept is said by `webhook` of an entry of your own"),
    ("webhook_response_metadata", "is not supported: no connection comes to be by a webhook"),
    ("authorization_code_param_in_webhook", "is not supported: no connection comes to be by a webhook"),
    (
        "post_connection_script",
        "is not supported: the code that it names is not part of Syncline; what it would look up is asked of people, or can be said with the \
         connect session",
    ),
    ("credentials_verification_script", "is not supported: only a request of `proxy.verification` tries credentials"),
    ("pre_connection_deletion_script", "is not supported: the provider is told nothing when a connection is deleted"),
    ("authorization_url_skip_encode", "is not supported: parameters are always encoded, which servers undo"),
    ("authorization_url_fragment", "is not supported: the parameters stand in the query"),
    ("token_expiration_buffer", "is not read: every token is renewed in good time"),
    ("registration_params", "is not supported: clients register with what the server's metadata asks for"),
    ("refresh_token_response_metadata", "is not supported: the fields of `token_response_metadata` are taken from every answer"),
    ("token_response_headers", "is not supported: a token is taken from an answer's body"),
    ("decode_url", "is not supported"),
    ("auth", "is not read: it is an old form"),
    ("auth_type", "is not read: it is an old form"),
    ("connection_configuration", "is not read: it is an old form; `connection_config` says what is asked"),
    ("available_scopes", "is not kept: scopes are typed in"),
    ("assertion_option", "is not supported: no assertion is built here"),
    ("access_token_url", "is not read: it is an old form of `token_url`"),
    ("token_url_skip_encode", "is not supported: parameters are always encoded"),
    ("request_http_method", "is not supported: the first leg is a POST"),
    ("token_http_method", "is not supported: the last leg is a POST"),
];

/// What cannot be left out.
const NEEDED: &[(&str, &str)] = &[
    ("installation", "is not supported: installations that begin at the provider and end in a webhook cannot be connected"),
    ("proxy_header_authorization", "is not supported: write the header under `proxy.headers`"),
];

/// Read by some mode.
const READ: &[&str] = &[
    "additional_steps",
    "alternate_access_token_response_path",
    "authorization_code_param_in_callback",
    "authorization_method",
    "authorization_params",
    "authorization_url",
    "authorization_url_replacements",
    "authorization_url_skip_empty",
    "body_format",
    "client_registration",
    "default_scopes",
    "disable_pkce",
    "expires_in_unit",
    "redirect_uri_metadata",
    "refresh_params",
    "refresh_token_headers",
    "refresh_token_params",
    "refresh_url",
    "registration_url",
    "request_params",
    "request_url",
    "require_client_certificate",
    "scope_separator",
    "signature",
    "signature_method",
    "token",
    "token_expires_in_ms",
    "token_headers",
    "token_params",
    "token_request_auth_method",
    "token_request_method",
    "token_response",
    "token_response_metadata",
    "token_url",
];

/// Names what nobody read.
pub(super) fn tell_rest(draft: &mut Draft, block: Block<'_>, mode: &str) {
    let find = |list: &'static [(&str, &'static str)], name: &str| list.iter().find(|(known, _)| *known == name).map(|(_, why)| *why);
    for (name, found) in block.rest() {
        if let Some(why) = find(NEEDED, &name) {
            draft.refuse(&found, why);
        } else if let Some(why) = find(NOT_SUPPORTED, &name) {
            // An empty one switches off what another definition has.
            if found.node.text().is_none_or(|text| !text.is_empty()) {
                draft.note(&found, why);
            }
        } else if READ.contains(&name.as_str()) {
            draft.note(&found, &format!("is not read in auth mode {mode}"));
        } else {
            draft.note(&found, "is no field that is known of this format");
        }
    }
}
