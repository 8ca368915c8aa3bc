//! Finding connections.

use syncline_domain::{ConnectionName, EnvironmentId, IntegrationKey, Tags};

use super::{ConnectionRow, Connections, connection};
use crate::Error;
use crate::database::{Sql, values};
use crate::jobs::payload;

/// Which connections; what is empty does not matter.
#[derive(Clone, Debug)]
pub struct ConnectionFilter {
    /// Exactly this id.
    pub connection: Option<ConnectionName>,
    /// Anywhere in the id or in the user's name or e-mail address, in any case.
    pub search: Option<String>,
    /// Of this user.
    pub end_user_id: Option<String>,
    /// Of this organization.
    pub end_user_organization_id: Option<String>,
    /// Of one of these integrations.
    pub integrations: Vec<IntegrationKey>,
    /// With all of these labels.
    pub tags: Tags,
    /// At most so many.
    pub limit: u32,
    /// From 0.
    pub page: u32,
}

impl Default for ConnectionFilter {
    fn default() -> Self {
        Self {
            connection: None,
            search: None,
            end_user_id: None,
            end_user_organization_id: None,
            integrations: Vec::new(),
            tags: Tags::new(),
            limit: 10_000,
            page: 0,
        }
    }
}

macro_rules! list {
    (user: $user:literal, organization: $organization:literal, name: $name:literal, email: $email:literal, integrations: $integrations:literal,
     tags: $tags:literal) => {
        concat!(
            "SELECT c.*, i.key AS integration_key, i.provider FROM connections c JOIN integrations i ON i.id = c.integration
             WHERE c.environment = $1 AND c.deleted_at IS NULL AND NOT c.pending AND ($2 IS NULL OR c.name = $2)
                 AND ($3 IS NULL OR LOWER(c.name) LIKE $3 ESCAPE '\\' OR LOWER(",
            $name,
            ") LIKE $3 ESCAPE '\\' OR LOWER(",
            $email,
            ") LIKE $3 ESCAPE '\\')
                 AND ($4 IS NULL OR ",
            $user,
            " = $4) AND ($5 IS NULL OR ",
            $organization,
            " = $5)
                 AND ($6 OR i.key ",
            $integrations,
            ") AND ($8 OR ",
            $tags,
            ") ORDER BY c.created_at DESC, c.id DESC LIMIT $10 OFFSET $11"
        )
    };
}

// Differs because each database has its own way with JSON and lists.
const LIST: Sql = Sql::differs(
    list!(
        user: "c.end_user ->> '$.id'",
        organization: "c.end_user ->> '$.organization.id'",
        name: "c.end_user ->> '$.display_name'",
        email: "c.end_user ->> '$.email'",
        integrations: "IN (SELECT value FROM json_each($7))",
        tags: "NOT EXISTS (SELECT 1 FROM json_each($9) wanted WHERE NOT EXISTS (
                   SELECT 1 FROM json_each(c.tags) has WHERE has.key = wanted.key AND has.value = wanted.value))"
    ),
    list!(
        user: "c.end_user::JSONB ->> 'id'",
        organization: "c.end_user::JSONB #>> '{organization,id}'",
        name: "c.end_user::JSONB ->> 'display_name'",
        email: "c.end_user::JSONB ->> 'email'",
        integrations: "= ANY ($7)",
        tags: "c.tags::JSONB @> $9::JSONB"
    ),
);

impl Connections<'_> {
    /// Newest first, without credentials.
    pub async fn list(&self, environment: EnvironmentId, filter: ConnectionFilter) -> Result<Vec<ConnectionRow>, Error> {
        let integrations: Vec<String> = filter.integrations.iter().map(ToString::to_string).collect();
        let values = values![
            environment,
            filter.connection.as_ref().map(ConnectionName::as_str),
            filter.search.as_deref().map(contains),
            filter.end_user_id,
            filter.end_user_organization_id,
            integrations.is_empty(),
            integrations,
            filter.tags.is_empty(),
            payload::json(&filter.tags),
            i64::from(filter.limit),
            i64::from(filter.limit) * i64::from(filter.page),
        ];
        self.0.database().rows(LIST, values).await?.iter().map(connection).collect()
    }
}

/// A pattern for `LIKE` that means the text itself.
pub(super) fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.to_lowercase().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
