//! What a well-formed entry must also be: complete, and safe to send credentials with.

use indexmap::IndexMap;
use url::Url;

use crate::entry::auth::{Auth, Problems};
use crate::entry::field::Field;
use crate::{Entry, Paginate, Template};

mod auth;
mod fields;
mod scope;
mod url_template;

use scope::Scope;

/// How a code may be exchanged.
pub(crate) const TOKEN_METHODS: &[&str] = &["POST", "GET"];
/// How a request of an exchange may be sent.
pub(crate) const REQUEST_METHODS: &[&str] = &["POST", "GET", "PUT"];
/// How credentials may be tried.
pub(crate) const VERIFICATION_METHODS: &[&str] = &["GET", "POST", "HEAD"];

/// Everything that is wrong with the entry, in the order of its file.
pub(crate) fn entry(entry: &Entry) -> Problems {
    let mut checker = Checker { entry, problems: Vec::new() };
    checker.head();
    auth::check(&mut checker);
    checker.proxy();
    checker.problems.extend(fields::check(entry));
    checker.problems
}

/// Collects, because an author wants to mend a file once.
struct Checker<'a> {
    entry: &'a Entry,
    problems: Problems,
}

impl Checker<'_> {
    fn head(&mut self) {
        let entry = self.entry;
        let key_is_plain = !entry.key.is_empty() && entry.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        self.require(key_is_plain, "key", "must be made of a-z, 0-9 and -");
        self.require(!entry.display_name.trim().is_empty(), "display_name", "must not be empty");
        self.require(!entry.categories.is_empty(), "categories", "at least one");
        self.public_page("docs", &entry.docs);
        if let Some(page) = &entry.docs_connect {
            self.public_page("docs_connect", page);
        }
        self.require(!entry.sources.is_empty(), "sources", "at least one page of the provider");
        for source in &entry.sources {
            self.public_page("sources", source);
        }
        if let Some(webhook) = &entry.webhook {
            self.public_page("webhook.docs", &webhook.docs);
        }
    }

    fn proxy(&mut self) {
        let proxy = &self.entry.proxy;
        match (&proxy.base_url, &proxy.no_base_url) {
            (Some(base), None) => self.url("proxy.base_url", base, &Scope::Request),
            (None, Some(reason)) if !reason.trim().is_empty() => {}
            (Some(_), Some(_)) => self.fail("proxy.no_base_url", "there is a base URL"),
            (None, _) => self.fail("proxy.base_url", "is missing; if there is none, say why in `no_base_url`"),
        }
        self.headers("proxy.headers", &proxy.headers, &Scope::Request);
        self.templates("proxy.query", &proxy.query, &Scope::Request);
        self.templates("proxy.body", &proxy.body, &Scope::Request);
        for path in proxy.body.keys() {
            self.require(path.split('.').all(|name| !name.is_empty()), &format!("proxy.body.{path}"), "is not a dotted path");
        }
        for (field, header) in [("after", &proxy.retry.after), ("at", &proxy.retry.at), ("remaining", &proxy.retry.remaining)] {
            self.require(header.as_deref().is_none_or(is_token), &format!("proxy.retry.{field}"), "is not a header name");
        }
        for code in &proxy.retry.error_codes {
            let range = code.len() == 3
                && code.starts_with(|c: char| ('1'..='5').contains(&c))
                && (code.ends_with("xx") || code.parse::<u16>().is_ok());
            self.require(range, "proxy.retry.error_codes", &format!("`{code}` is neither a status nor a range such as 5xx"));
        }
        let key_goes_somewhere = proxy.headers.values().chain(proxy.query.values()).chain(proxy.body.values()).any(Template::is_secret);
        self.require(!matches!(self.entry.auth, Auth::ApiKey) || key_goes_somewhere, "proxy.headers", "nothing carries the ${apiKey}");
        if let Some(Paginate::Link { link_rel_in_response_header: None, link_path_in_response_body: None, .. }) = &proxy.paginate {
            self.fail("proxy.paginate", "a link needs link_rel_in_response_header or link_path_in_response_body");
        }
        if let Some(verification) = &proxy.verification {
            self.require(!verification.endpoints.is_empty(), "proxy.verification.endpoints", "at least one");
            let known_method = VERIFICATION_METHODS.contains(&verification.method.as_str());
            self.require(known_method, "proxy.verification.method", "must be GET, POST or HEAD");
            let is_filled = verification.endpoints.iter().any(|endpoint| endpoint.contains("${"));
            self.require(!is_filled, "proxy.verification.endpoints", "are not templates; what differs belongs into the base URL");
            self.headers("proxy.verification.headers", &verification.headers, &Scope::Request);
        }
    }

    fn headers(&mut self, field: &str, headers: &IndexMap<String, Template>, scope: &Scope) {
        for header in headers.keys() {
            self.require(is_token(header), &format!("{field}.{header}"), "is not a header name");
        }
        self.templates(field, headers, scope);
    }

    fn templates(&mut self, field: &str, templates: &IndexMap<String, Template>, scope: &Scope) {
        for (name, template) in templates {
            self.names(&format!("{field}.{name}"), template, scope);
        }
    }

    /// Every name must be one that has a value where the template is used.
    fn names(&mut self, field: &str, template: &Template, scope: &Scope) {
        for name in template.names() {
            if !scope.knows(self.entry, name) {
                let known = scope.known(self.entry);
                let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
                self.fail(field, &format!("`{name}` is not known here; known are {known}"));
            }
        }
    }

    fn public_page(&mut self, field: &str, text: &str) {
        let fine = Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.host().is_some());
        self.require(fine, field, &format!("`{text}` is not an https URL"));
    }

    fn require(&mut self, fine: bool, field: &str, problem: &str) {
        if !fine {
            self.fail(field, problem);
        }
    }

    fn fail(&mut self, field: &str, problem: &str) {
        self.problems.push((field.to_owned(), problem.to_owned()));
    }

    fn connection_field(&self, key: &str) -> Option<&Field> {
        self.entry.connection_config.get(key)
    }
}

/// RFC 9110, 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
