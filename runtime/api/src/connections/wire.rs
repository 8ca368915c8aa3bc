//! The public forms of a connection.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use syncline_domain::{AuthError, ConnectionName, ConnectionRowId, EndUser, IntegrationKey, Tags, Timestamp};
use syncline_store::ConnectionRow;
use utoipa::ToSchema;

use crate::connections::credentials::ShownCredentials;

/// A connection, as lists show it.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionSummary)]
pub(super) struct Summary<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[schema(format = DateTime)]
    created: String,
}

/// The product's user behind a connection.
#[derive(ToSchema)]
#[schema(as = EndUser)]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(crate) struct EndUserView {
    id: String,
    #[schema(required = true)]
    display_name: Option<String>,
    #[schema(required = true)]
    email: Option<String>,
    #[schema(required = true, value_type = Option<BTreeMap<String, String>>)]
    tags: (),
    #[schema(required = true)]
    organization: Option<OrganizationView>,
}

/// An organization of the product's users.
#[derive(ToSchema)]
#[schema(as = Organization)]
#[expect(dead_code, reason = "describes a type of the domain")]
struct OrganizationView {
    id: String,
    #[schema(required = true)]
    display_name: Option<String>,
}

/// Why credentials could not be renewed, and what happens next.
#[derive(ToSchema)]
#[schema(as = ConnectionAuthError)]
#[expect(dead_code, reason = "describes a type of the domain")]
struct AuthErrorView {
    /// Stable
    code: String,
    /// Of the latest failure, for a person
    message: String,
    #[schema(format = DateTime)]
    first_at: String,
    #[schema(format = DateTime)]
    last_at: String,
    /// How many failures there were
    failures: u32,
    /// On how many days
    days: u32,
    /// When it is tried again
    #[schema(required = true, format = DateTime)]
    retry_at: Option<String>,
    /// Whether only connecting again helps
    is_final: bool,
}

/// A connection as it is shown alone.
#[derive(Serialize, ToSchema)]
#[schema(as = Connection)]
pub(super) struct Full<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(format = DateTime, required = true)]
    last_fetched_at: Option<String>,
    /// Values of the provider's own fields
    #[schema(value_type = Object)]
    connection_config: Box<RawValue>,
    #[schema(required = true)]
    webhook_url_override: Option<&'a str>,
    /// Beyond the wire: why the credentials could not be renewed, and what happens next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AuthErrorView>)]
    auth_error: Option<&'a AuthError>,
    #[schema(value_type = ShownCredentials)]
    credentials: Value,
}

/// What every form of a connection has.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionHead)]
struct Head<'a> {
    #[schema(value_type = i64)]
    id: ConnectionRowId,
    #[schema(value_type = String)]
    connection_id: &'a ConnectionName,
    /// Key of the integration
    #[schema(value_type = String)]
    provider_config_key: &'a IntegrationKey,
    provider: &'a str,
    /// What is wrong with it; empty where nothing is
    errors: Vec<ErrorMark>,
    #[schema(value_type = Option<EndUserView>, required = true)]
    end_user: Option<&'a EndUser>,
    #[schema(value_type = BTreeMap<String, String>)]
    tags: &'a Tags,
    #[schema(value_type = Object)]
    metadata: Box<RawValue>,
}

/// That something is wrong with a connection.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionError)]
struct ErrorMark {
    /// `auth`: its credentials could not be renewed
    r#type: &'static str,
    log_id: String,
}

pub(super) fn summary(row: &ConnectionRow) -> Summary<'_> {
    Summary { head: head(row), created: row.created_at.to_millis_offset() }
}

/// `credentials` as the caller may see them: `{}` for one who may not.
pub(super) fn full(row: &ConnectionRow, credentials: Value) -> Full<'_> {
    Full {
        head: head(row),
        created_at: row.created_at.to_millis_offset(),
        updated_at: row.updated_at.to_millis_offset(),
        last_fetched_at: row.last_fetched_at.map(Timestamp::to_millis_offset),
        connection_config: object(Some(&row.connection_config)),
        webhook_url_override: row.webhook_url_override.as_deref(),
        auth_error: row.auth_error.as_ref(),
        credentials,
    }
}

fn head(row: &ConnectionRow) -> Head<'_> {
    Head {
        id: row.id,
        connection_id: &row.name,
        provider_config_key: &row.integration_key,
        provider: &row.provider,
        errors: errors(row),
        end_user: row.end_user.as_ref(),
        tags: &row.tags,
        metadata: object(row.metadata.as_deref()),
    }
}

fn errors(row: &ConnectionRow) -> Vec<ErrorMark> {
    row.auth_error.iter().map(|error| ErrorMark { r#type: "auth", log_id: error.log_id(row.id) }).collect()
}

/// Stored JSON as it is, so that no number loses a digit; nothing stored is `{}`.
fn object(text: Option<&str>) -> Box<RawValue> {
    RawValue::from_string(text.unwrap_or("{}").to_owned()).unwrap_or_default()
}

/// Removes refresh tokens wherever they are, whatever the provider called them.
pub(crate) fn without_refresh_tokens(value: &mut Value) {
    let is_refresh_token = |key: &str| {
        let letters = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
        letters.eq("refreshtoken".chars())
    };
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !is_refresh_token(key));
            fields.values_mut().for_each(without_refresh_tokens);
        }
        Value::Array(values) => values.iter_mut().for_each(without_refresh_tokens),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn refresh_tokens_go_wherever_they_hide() {
        let mut value = json!({ "access_token": "a", "refresh_token": "r", "raw": { "refreshToken": "r", "l": [{ "Refresh-Token": "r" }], "refresh_token_expires": 1 } });
        without_refresh_tokens(&mut value);
        assert_eq!(value, json!({ "access_token": "a", "raw": { "l": [{}], "refresh_token_expires": 1 } }));
    }
}
