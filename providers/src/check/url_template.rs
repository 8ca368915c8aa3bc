//! URLs: where credentials are sent, so never to a place that a value or a lack of encryption could choose.

use url::{Host, Url};

use super::Checker;
use super::scope::Scope;
use crate::entry::field::FieldFormat;
use crate::{Name, Template};

impl Checker<'_> {
    /// Fills each hole with its constant, or a word that fits into a host, and looks at the URL.
    pub(super) fn url(&mut self, field: &str, template: &Template, scope: &Scope) {
        self.names(field, template, scope);
        if let Some(name) = template.names().into_iter().find(|name| !self.is_public(name)) {
            self.fail(field, &format!("a URL must not carry credentials, and `{name}` is one"));
            return;
        }
        let Some(sample) = template.sample() else { return self.whole_url(field, template) };
        let url = match Url::parse(&sample) {
            Ok(url) => url,
            Err(error) => return self.fail(field, &format!("`{template}` is not a URL: {error}")),
        };
        let loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        self.require(is_safe, field, "must be https (http only for a loopback host)");
        self.require(url.username().is_empty() && url.password().is_none(), field, "must not carry credentials");
    }

    /// The beginning of the URL is the connection's: its field must pin the scheme.
    fn whole_url(&mut self, field: &str, template: &Template) {
        for name in template.names().into_iter().take(1) {
            let declared = match name {
                Name::ConnectionConfig(key) => self.connection_field(key),
                Name::Integration(key) => self.entry.integration_config.get(key),
                _ => None,
            };
            let Some(declared) = declared else { continue };
            let pins = declared.format == Some(FieldFormat::Uri)
                || !declared.allowed.is_empty()
                || declared.pattern.as_ref().is_some_and(|pattern| pattern.source().trim_start_matches('^').starts_with("http"));
            self.require(
                pins,
                field,
                &format!("begins with `{name}`, so that field needs `format: uri` or a pattern that begins with https"),
            );
        }
    }

    /// Whether `name` may stand in a URL, which proxies and servers log.
    fn is_public(&self, name: &Name) -> bool {
        match name {
            Name::ConnectionConfig(key) => !self.connection_field(key).is_some_and(|field| field.secret),
            Name::Credential(key) => {
                let asked = self.entry.fields();
                let asked = asked.iter().find(|asked| asked.name == *key && asked.place == crate::FieldPlace::Credentials);
                matches!(key.as_str(), "installation_id" | "app_id" | "service") || asked.is_some_and(|asked| !asked.field.secret)
            }
            Name::Integration(key) => match self.entry.integration_config.get(key) {
                Some(field) => !field.secret,
                None => !name.is_secret(),
            },
            Name::Step(..) => false,
            Name::Random | Name::Now(_) => true,
        }
    }
}
