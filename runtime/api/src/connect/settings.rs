//! What a backend presets for the flows of a session.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use syncline_connect::{IntegrationDefaults, SessionSettings};
use syncline_domain::{EndUser, Organization};
use url::Url;
use utoipa::ToSchema;

use crate::body::storable;
use crate::connections::end_user::EndUserBody;
use crate::error::ApiError;

const MAX_CHARS: usize = 255;

/// What the flows of one integration begin with.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConnectDefaults)]
#[serde(deny_unknown_fields)]
pub(super) struct DefaultsBody {
    /// Scopes instead of the integration's, joined by commas
    #[serde(default)]
    user_scopes: Option<String>,
    /// Added to the authorization request
    #[serde(default)]
    authorization_params: BTreeMap<String, String>,
    /// Values that the user is not asked for
    #[serde(default)]
    #[schema(value_type = Object)]
    connection_config: Map<String, Value>,
}

/// What the page that connects shows for one integration.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConnectOverrides)]
#[serde(deny_unknown_fields)]
pub(super) struct OverridesBody {
    /// Your own help page, an https URL
    #[serde(default)]
    #[schema(format = "uri")]
    docs_connect: Option<String>,
}

/// The organization of the product's user.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewOrganization)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationBody {
    /// Your own id of it
    #[schema(min_length = 1, max_length = 255)]
    id: String,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 255)]
    display_name: Option<String>,
}

/// The product's user, with the organization that the wire writes beside it.
pub(super) fn end_user(user: Option<EndUserBody>, organization: Option<OrganizationBody>) -> Result<Option<EndUser>, ApiError> {
    let wrong = |field: &str| Err(ApiError::invalid_body(&["organization", field], "has 1 to 255 characters"));
    let Some(user) = user else {
        let nobody = ApiError::invalid_body(&["organization"], "is kept with the end user: give `end_user` too");
        return if organization.is_some() { Err(nobody) } else { Ok(None) };
    };
    let mut user = user.check()?;
    if let Some(organization) = organization {
        if organization.id.is_empty() || organization.id.chars().count() > MAX_CHARS {
            return wrong("id");
        }
        if organization.display_name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > MAX_CHARS) {
            return wrong("display_name");
        }
        storable(&["organization", "id"], &organization.id)?;
        storable(&["organization", "display_name"], organization.display_name.as_deref().unwrap_or_default())?;
        user.organization = Some(Organization { id: organization.id, display_name: organization.display_name });
    }
    Ok(Some(user))
}

/// The settings, and the webhook address that older backends wrote among the defaults.
pub(super) fn check(
    defaults: BTreeMap<String, DefaultsBody>,
    overrides: BTreeMap<String, OverridesBody>,
    return_to: Option<&str>,
) -> Result<(SessionSettings, Option<String>), ApiError> {
    let mut webhook_url = None;
    let defaults = defaults.into_iter().map(|(key, mut body)| {
        if let Some(Value::String(url)) = body.connection_config.remove("webhook_url") {
            webhook_url = Some(url);
        }
        let DefaultsBody { user_scopes, authorization_params, connection_config } = body;
        (key, IntegrationDefaults { user_scopes, authorization_params, connection_config })
    });
    let defaults = defaults.collect();
    let docs_connect = overrides.into_iter().filter_map(|(key, body)| Some((key, body.docs_connect?)));
    let docs_connect = docs_connect.map(|(key, url)| match Url::parse(&url) {
        Ok(parsed) if parsed.scheme() == "https" => Ok((key, url)),
        _ => Err(ApiError::invalid_body(&["overrides", &key, "docs_connect"], "is not an absolute https URL")),
    });
    let docs_connect = docs_connect.collect::<Result<_, _>>()?;
    let return_to = return_to.map(destination).transpose()?;
    Ok((SessionSettings { defaults, docs_connect, return_to }, webhook_url))
}

/// Where a browser goes at the end. Only a backend can name it, so that nobody else makes this server send browsers elsewhere.
fn destination(text: &str) -> Result<Url, ApiError> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && url.password().is_none() => {
            Ok(url)
        }
        _ => Err(ApiError::invalid_body(&["return_to"], "is not an absolute http or https URL without a password")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_nowhere_but_to_a_page() {
        for bad in ["javascript:alert(1)", "data:text/html,x", "/relative", "//host", "https://user:pw@host/", "app://done", ""] {
            assert!(destination(bad).is_err(), "{bad}");
        }
        assert_eq!(destination("http://localhost:3000/done?tab=1").unwrap().as_str(), "http://localhost:3000/done?tab=1");
    }

    #[test]
    fn help_pages_are_https_and_the_old_webhook_address_is_found() {
        let overrides = |url: &str| BTreeMap::from([("k".to_owned(), OverridesBody { docs_connect: Some(url.to_owned()) })]);
        for bad in ["http://docs.example", "javascript:alert(1)", "docs", ""] {
            assert!(check(BTreeMap::new(), overrides(bad), None).is_err(), "{bad}");
        }
        let config = Map::from_iter([("webhook_url".to_owned(), "https://hooks.example".into()), ("subdomain".to_owned(), "a".into())]);
        let body = DefaultsBody { user_scopes: None, authorization_params: BTreeMap::new(), connection_config: config };
        let (settings, url) = check([("k".to_owned(), body)].into(), overrides("https://docs.example"), None).unwrap();
        assert_eq!(url.as_deref(), Some("https://hooks.example"));
        assert_eq!(settings.defaults["k"].connection_config.len(), 1);
        assert_eq!(settings.docs_connect["k"], "https://docs.example");
    }
}
