//! What a well-formed entry must also be: complete, and safe to send credentials with.

use url::{Host, Url};

use crate::entry::auth::Auth;
use crate::{Entry, Name, Template};

type Check = Result<(), (String, String)>;

pub(crate) fn entry(entry: &Entry) -> Check {
    let key_is_plain = !entry.key.is_empty() && entry.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    require(key_is_plain, "key", "must be made of a-z, 0-9 and -")?;
    require(!entry.display_name.trim().is_empty(), "display_name", "must not be empty")?;
    require(!entry.categories.is_empty(), "categories", "at least one")?;
    public_page("docs", &entry.docs)?;
    require(!entry.sources.is_empty(), "sources", "at least one page of the provider")?;
    for source in &entry.sources {
        public_page("sources", source)?;
    }
    if let Some(webhook) = &entry.webhook {
        public_page("webhook.docs", &webhook.docs)?;
    }
    if let Auth::OAuth2(oauth) = &entry.auth {
        url_template(entry, "auth.authorization_url", &oauth.authorization_url)?;
        url_template(entry, "auth.token_url", &oauth.token_url)?;
        if let Some(refresh) = &oauth.refresh_url {
            url_template(entry, "auth.refresh_url", refresh)?;
        }
    }
    proxy(entry)
}

fn proxy(entry: &Entry) -> Check {
    let proxy = &entry.proxy;
    match (&proxy.base_url, &proxy.no_base_url) {
        (Some(base), None) => url_template(entry, "proxy.base_url", base)?,
        (None, Some(reason)) if !reason.trim().is_empty() => {}
        (Some(_), Some(_)) => return fail("proxy.no_base_url", "there is a base URL"),
        (None, _) => return fail("proxy.base_url", "is missing; if there is none, say why in `no_base_url`"),
    }
    let places = [("proxy.headers", &proxy.headers), ("proxy.query", &proxy.query)];
    for (place, templates) in places {
        for (name, template) in templates {
            names(entry, &format!("{place}.{name}"), template)?;
        }
    }
    for header in proxy.headers.keys() {
        require(is_token(header), &format!("proxy.headers.{header}"), "is not a header name")?;
    }
    for (field, header) in [("after", &proxy.retry.after), ("at", &proxy.retry.at), ("remaining", &proxy.retry.remaining)] {
        require(header.as_deref().is_none_or(is_token), &format!("proxy.retry.{field}"), "is not a header name")?;
    }
    for code in &proxy.retry.error_codes {
        let range = code.len() == 3
            && code.starts_with(|c: char| ('1'..='5').contains(&c))
            && (code.ends_with("xx") || code.parse::<u16>().is_ok());
        require(range, "proxy.retry.error_codes", &format!("`{code}` is neither a status nor a range such as 5xx"))?;
    }
    let key_goes_somewhere = places.iter().any(|(_, templates)| templates.values().any(Template::is_secret));
    require(!matches!(entry.auth, Auth::ApiKey) || key_goes_somewhere, "proxy.headers", "nothing carries the ${apiKey}")?;
    if let Some(crate::Paginate::Link { link_rel_in_response_header: None, link_path_in_response_body: None, .. }) = &proxy.paginate {
        return fail("proxy.paginate", "a link needs link_rel_in_response_header or link_path_in_response_body");
    }
    if let Some(verification) = &proxy.verification {
        require(!verification.endpoints.is_empty(), "proxy.verification.endpoints", "at least one")?;
        require(matches!(verification.method.as_str(), "GET" | "POST" | "HEAD"), "proxy.verification.method", "must be GET, POST or HEAD")?;
        for (name, template) in &verification.headers {
            names(entry, &format!("proxy.verification.headers.{name}"), template)?;
        }
    }
    Ok(())
}

/// Every name must be one that a connection of this entry can have.
fn names(entry: &Entry, field: &str, template: &Template) -> Check {
    for name in template.names() {
        let known = match name {
            Name::ConnectionConfig(key) => entry.connection_config.contains_key(key),
            Name::Credential(key) => entry.auth.credential_fields().contains(&key.as_str()) || entry.credentials.contains_key(key),
            Name::Random | Name::Now(_) => true,
            Name::Integration(_) | Name::Step(..) => false,
        };
        require(known, field, &format!("`{name}` is not something that a connection of this provider has"))?;
    }
    Ok(())
}

/// Fills each hole with its constant, or a word that fits into a host, and looks at the URL.
fn url_template(entry: &Entry, field: &str, template: &Template) -> Check {
    names(entry, field, template)?;
    require(!template.is_secret(), field, "a URL must not carry credentials")?;
    let Some(sample) = template.sample() else {
        // The whole URL is the connection's; its field must have a pattern that pins the scheme.
        return Ok(());
    };
    let url = Url::parse(&sample).map_err(|error| (field.to_owned(), format!("`{template}` is not a URL: {error}")))?;
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    require(url.scheme() == "https" || (url.scheme() == "http" && loopback), field, "must be https (http only for a loopback host)")?;
    require(url.username().is_empty() && url.password().is_none(), field, "must not carry credentials")
}

fn public_page(field: &str, text: &str) -> Check {
    let fine = Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.host().is_some());
    require(fine, field, &format!("`{text}` is not an https URL"))
}

/// RFC 9110, 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn require(fine: bool, field: &str, problem: &str) -> Check {
    if fine { Ok(()) } else { fail(field, problem) }
}

fn fail(field: &str, problem: &str) -> Check {
    Err((field.to_owned(), problem.to_owned()))
}
