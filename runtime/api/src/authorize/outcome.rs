//! How an authorization ended, in the words of everybody who is told: the waiting page, the browser's own page, the page it returns to.

use serde_json::json;
use syncline_connect::{ConnectError, Connected};
use syncline_console::result_page::Reason;
use syncline_domain::IntegrationKey;
use url::Url;

use crate::journal::Note;
use crate::state::App;

/// Notes an end among the operations.
pub(super) fn note(app: &App, note: Note, result: &Result<Connected, ConnectError>) {
    match result {
        Ok(Connected { row, is_new, is_pending }) => {
            let did = match (is_pending, is_new) {
                (true, _) => "authorized; the provider still has to say yes",
                (false, true) => "connected",
                (false, false) => "authorized again",
            };
            note.on(&row.name).succeeded(app, did.to_owned(), &json!({}));
        }
        Err(error) => note.failed(app, format!("not connected: {error}"), error.code(), &error.to_string()),
    }
}

/// An end, and which integration it is about, where that is known.
#[derive(Clone, Copy)]
pub(super) struct Ending<'a> {
    pub(super) integration: Option<&'a IntegrationKey>,
    pub(super) result: &'a Result<Connected, ConnectError>,
    /// The `error` with which the provider sent the browser back (RFC 6749, 4.1.2.1).
    pub(super) callback_error: Option<&'a str>,
}

impl Ending<'_> {
    /// For the WebSocket: wire contract 1.14, step 7.
    pub(super) fn message(&self) -> String {
        let message = match self.result {
            Ok(connected) => json!({
                "message_type": "success",
                "provider_config_key": connected.row.integration_key,
                "connection_id": connected.row.name,
                "is_pending": connected.is_pending,
            }),
            Err(error) => {
                let mut message = json!({ "message_type": "error", "error_type": self.error_type(error), "error_desc": error.to_string() });
                if let Some(key) = self.integration {
                    message["provider_config_key"] = key.as_str().into();
                }
                message
            }
        };
        message.to_string()
    }

    /// Where a browser without an opener goes. The address is the session's own; only the query says how it went.
    pub(super) fn destination(&self, mut url: Url) -> Url {
        {
            let mut query = url.query_pairs_mut();
            match self.result {
                Ok(connected) => _ = query.append_pair("connection_id", connected.row.name.as_str()),
                Err(error) => _ = query.append_pair("error", self.error_type(error)),
            }
            let key = self.result.as_ref().map_or(self.integration, |connected| Some(&connected.row.integration_key));
            if let Some(key) = key {
                query.append_pair("provider_config_key", key.as_str());
            }
        }
        url
    }

    /// The wire's word for an error. What the provider says through the browser is no answer of its token endpoint.
    pub(super) fn error_type(&self, error: &ConnectError) -> &'static str {
        match error {
            ConnectError::Refused { .. } if self.callback_error.is_some() => "callback_err",
            _ => error.flow_error_type(),
        }
    }

    /// What the person can do about it.
    pub(super) fn reason(&self, error: &ConnectError) -> Reason {
        match self.error_type(error) {
            "callback_err" if self.callback_error == Some("access_denied") => Reason::Denied,
            "state_err" | "connection_not_found" => Reason::Stale,
            "state_cookie_err" => Reason::OtherBrowser,
            "callback_err" | "token_err" => Reason::Provider,
            "connection_test_failed" | "connection_validation_failed" | "url_param_err" => Reason::Rejected,
            "auth_mode_err" | "provider_config_err" | "unknown_config_key" => Reason::Setup,
            _ if matches!(error, ConnectError::SessionUsed | ConnectError::UnknownSession) => Reason::Stale,
            _ => Reason::Internal,
        }
    }
}
