//! Looking through the connections of an environment by what people know of them, however many there are.

use std::fmt;
use std::str::FromStr;

use syncline_domain::{ConnectionRowId, EnvironmentId, IntegrationId, Timestamp};

use super::list::contains;
use super::{ConnectionRow, Connections, connection};
use crate::Error;
use crate::database::{Sql, Value, values};

/// Which connections; what is empty does not matter.
#[derive(Clone, Debug)]
pub struct BrowseConnections {
    /// Where.
    pub environment: EnvironmentId,
    /// Of this integration.
    pub integration: Option<IntegrationId>,
    /// That need attention, because their credentials could not be renewed; or that do not.
    pub in_trouble: Option<bool>,
    /// Of the product's user with this id.
    pub user: Option<String>,
    /// With a label of this name, and of this value where one is given.
    pub tag: Option<(String, Option<String>)>,
    /// Anywhere in the id, or in the user's name or e-mail address, in any case.
    pub search: Option<String>,
    /// Older than this one.
    pub before: Option<ConnectionCursor>,
    /// At most so many.
    pub limit: u32,
    /// At most so many are looked at for one page that is narrowed by what no index knows. What is rare among millions would otherwise be looked
    /// for in all of them; the page's cursor goes on from there.
    pub looked_at: u32,
}

/// A place in the list: `1769860800000000-42`, when the connection was made and its row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ConnectionCursor {
    /// When it was made.
    pub at: Timestamp,
    /// Its row.
    pub id: ConnectionRowId,
}

/// A page of connections.
#[derive(Clone, Debug)]
pub struct ConnectionPage {
    /// Newest first, without credentials.
    pub rows: Vec<ConnectionRow>,
    /// The `before` of the page that follows; there may be one though this page is not full.
    pub next: Option<ConnectionCursor>,
}

impl fmt::Display for ConnectionCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at.unix_micros(), self.id)
    }
}

impl FromStr for ConnectionCursor {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (at, id) = text.split_once('-').unwrap_or((text, ""));
        Ok(Self { at: Timestamp::from_unix_micros(at.parse()?), id: ConnectionRowId(id.parse()?) })
    }
}

/// A page, and the last of so many rows of the index that it is read from: `$4` there is how many, `$5` what the index begins with.
struct Texts {
    page: Sql,
    floor: Sql,
}

macro_rules! page {
    ($index:literal, $user:literal, $name:literal, $email:literal, $tag:literal, $narrow:literal) => {
        concat!(
            "SELECT c.*, i.key AS integration_key, i.provider FROM connections c ",
            $index,
            " JOIN integrations i ON i.id = c.integration
             WHERE c.environment = $1 AND c.deleted_at IS NULL AND NOT c.pending AND (c.created_at, c.id) < ($2, $3)
                 AND (c.created_at, c.id) >= ($4, $5)
                 AND ($6 IS NULL OR c.integration = $6) AND ($7 IS NULL OR ($7 = 'trouble') = (c.auth_error IS NOT NULL))
                 AND ($8 IS NULL OR ",
            $user,
            " = $8) AND ($9 IS NULL OR ",
            $tag,
            " = COALESCE($10, ",
            $tag,
            ")) AND ($11 IS NULL OR LOWER(c.name) LIKE $11 ESCAPE '\\' OR LOWER(",
            $name,
            ") LIKE $11 ESCAPE '\\' OR LOWER(",
            $email,
            ") LIKE $11 ESCAPE '\\')",
            $narrow,
            " ORDER BY c.created_at DESC, c.id DESC LIMIT $12"
        )
    };
}

macro_rules! on_sqlite {
    ($index:literal, $narrow:literal) => {
        page!(
            $index,
            "c.end_user ->> '$.id'",
            "c.end_user ->> '$.display_name'",
            "c.end_user ->> '$.email'",
            "(SELECT value FROM json_each(c.tags) WHERE key = $9)",
            $narrow
        )
    };
}

macro_rules! on_postgres {
    ($narrow:literal) => {
        page!(
            "",
            "c.end_user::JSONB ->> 'id'",
            "c.end_user::JSONB ->> 'display_name'",
            "c.end_user::JSONB ->> 'email'",
            "(c.tags::JSONB ->> $9)",
            $narrow
        )
    };
}

macro_rules! floor {
    ($narrow:literal) => {
        concat!(
            "SELECT created_at, id FROM connections c WHERE environment = $1 AND deleted_at IS NULL AND NOT pending
                 AND (created_at, id) < ($2, $3)",
            $narrow,
            " ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $4"
        )
    };
}

// The same question in four texts: a planner sees which index answers it only where the text says so. Differs because each database has its own
// way with JSON, and because SQLite keeps no figures of how many an integration or a person has: it is told the index.
const ANY: Texts = Texts { page: Sql::differs(on_sqlite!("", ""), on_postgres!("")), floor: Sql::differs(floor!(""), floor!("")) };
const OF_INTEGRATION: Texts = Texts {
    page: Sql::differs(
        on_sqlite!("INDEXED BY connections_of_integration", " AND c.integration = $6"),
        on_postgres!(" AND c.integration = $6"),
    ),
    floor: Sql::differs(floor!(" AND integration = $5"), floor!(" AND integration = $5")),
};
const IN_TROUBLE: Texts = Texts {
    page: Sql::differs(
        on_sqlite!("INDEXED BY connections_in_trouble", " AND c.auth_error IS NOT NULL"),
        on_postgres!(" AND c.auth_error IS NOT NULL"),
    ),
    floor: Sql::differs(floor!(" AND auth_error IS NOT NULL"), floor!(" AND auth_error IS NOT NULL")),
};
const OF_USER: Texts = Texts {
    page: Sql::differs(
        on_sqlite!("INDEXED BY connections_of_user", " AND c.end_user IS NOT NULL AND c.end_user ->> '$.id' = $8"),
        on_postgres!(" AND c.end_user IS NOT NULL AND c.end_user::JSONB ->> 'id' = $8"),
    ),
    floor: Sql::differs(
        floor!(" AND end_user IS NOT NULL AND end_user ->> '$.id' = $5"),
        floor!(" AND end_user IS NOT NULL AND end_user::JSONB ->> 'id' = $5"),
    ),
};

impl Connections<'_> {
    /// A page, found by an index whatever is asked for.
    pub async fn browse(&self, browse: BrowseConnections) -> Result<ConnectionPage, Error> {
        let before = browse.before.map_or([i64::MAX, i64::MAX], |cursor| [cursor.at.unix_micros(), cursor.id.0]);
        let (texts, by) = index(&browse);
        let floor = if is_narrowed_further(&browse) { self.floor(texts.floor, &browse, before, by).await? } else { None };
        let from = floor.map_or([i64::MIN, i64::MIN], |cursor| [cursor.at.unix_micros(), cursor.id.0]);
        let (tag, value) = browse.tag.map_or((None, None), |(name, value)| (Some(name), value));
        let values = values![
            browse.environment,
            before[0],
            before[1],
            from[0],
            from[1],
            Value::Integer(browse.integration.map(|id| id.0)),
            browse.in_trouble.map(|is| if is { "trouble" } else { "well" }),
            browse.user,
            tag,
            value,
            browse.search.as_deref().map(contains),
            i64::from(browse.limit) + 1,
        ];
        let rows = self.0.database().rows(texts.page, values).await?;
        let mut rows = rows.iter().map(connection).collect::<Result<Vec<_>, _>>()?;
        let is_full = rows.len() > browse.limit as usize;
        rows.truncate(browse.limit as usize);
        let last = rows.last().map(|row| ConnectionCursor { at: row.created_at, id: row.id });
        Ok(ConnectionPage { rows, next: if is_full { last } else { floor } })
    }

    async fn floor(
        &self,
        sql: Sql,
        browse: &BrowseConnections,
        before: [i64; 2],
        by: Option<Value>,
    ) -> Result<Option<ConnectionCursor>, Error> {
        let mut values = values![browse.environment, before[0], before[1], i64::from(browse.looked_at.max(1)) - 1];
        values.extend(by);
        let row = self.0.database().row(sql, values).await?;
        row.map(|row| Ok(ConnectionCursor { at: row.time("created_at")?, id: ConnectionRowId(row.get("id")?) })).transpose()
    }
}

/// The texts whose index leaves least to look at, and what it begins with.
fn index(browse: &BrowseConnections) -> (&'static Texts, Option<Value>) {
    if let Some(user) = &browse.user {
        return (&OF_USER, Some(Value::Text(Some(user.clone()))));
    }
    if browse.in_trouble == Some(true) {
        return (&IN_TROUBLE, None);
    }
    browse.integration.map_or((&ANY, None), |id| (&OF_INTEGRATION, Some(Value::Integer(Some(id.0)))))
}

/// By more than the index knows.
fn is_narrowed_further(browse: &BrowseConnections) -> bool {
    let known = u32::from(browse.user.is_some()) + u32::from(browse.in_trouble == Some(true)) + u32::from(browse.integration.is_some());
    known > 1 || browse.in_trouble == Some(false) || browse.tag.is_some() || browse.search.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let cursor = ConnectionCursor { at: Timestamp::from_unix_micros(1_769_860_800_000_000), id: ConnectionRowId(42) };
        assert_eq!(cursor.to_string(), "1769860800000000-42");
        assert_eq!("1769860800000000-42".parse(), Ok(cursor));
        for text in ["", "-", "1", "1-", "-1", "1-x", "99999999999999999999-1"] {
            assert!(text.parse::<ConnectionCursor>().is_err(), "{text}");
        }
    }
}
