//! A token request by the entry's rules (RFC 6749, 4.1.3 and 6).

use http::Method;
use syncline_providers::{OAuth2, Template, Templates};

use crate::ModeError;
use crate::setting::{Fields, Setting};
use crate::token::{Answer, TokenCall};

/// The grant's own fields; the entry's are laid over them.
pub(crate) struct TokenRequest<'a> {
    url: &'a Template,
    extra: &'a Templates,
    fields: Vec<(&'static str, &'a str, bool)>,
}

impl<'a> TokenRequest<'a> {
    pub(super) const fn new(url: &'a Template, extra: &'a Templates) -> Self {
        Self { url, extra, fields: Vec::new() }
    }

    pub(super) fn public(&mut self, name: &'static str, value: &'a str) {
        self.fields.push((name, value, false));
    }

    pub(super) fn secret(&mut self, name: &'static str, value: &'a str) {
        self.fields.push((name, value, true));
    }

    /// `held`: what `${credentials.X}` reads. A template that does not resolve is left out.
    pub(super) async fn send(self, setting: &Setting<'_>, oauth: &OAuth2, held: &dyn Fields) -> Result<Answer, ModeError> {
        let call = self.call(setting, oauth, held)?;
        call.send(setting.http, setting.now()).await
    }

    /// Ready to send.
    pub(crate) fn call(self, setting: &Setting<'_>, oauth: &OAuth2, held: &dyn Fields) -> Result<TokenCall, ModeError> {
        let values = setting.values(held, &[]);
        let method = Method::from_bytes(oauth.token_method.as_bytes()).unwrap_or(Method::POST);
        let mut call = TokenCall::new(method, setting.url(self.url, &values)?, oauth.body_format);
        for (name, template) in &oauth.token_headers {
            if let Ok(value) = template.resolve(&values) {
                call = call.header(name, &value)?;
            }
        }
        for (name, value, is_secret) in self.fields {
            call = if is_secret { call.secret_field(name, value) } else { call.field(name, value) };
        }
        let client = &setting.client;
        call = call.authenticate(oauth.token_auth, client.require("client_id")?, client.get("client_secret"));
        call = call.renamed(&oauth.token_parameter_names);
        for (name, template) in self.extra {
            if let Ok(value) = template.resolve(&values) {
                call = if template.is_secret() { call.secret_field(name, &value) } else { call.field(name, value) };
            }
        }
        Ok(call)
    }
}
