//! Values bound to the parameters of a statement.

use sqlx::Arguments as _;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use syncline_domain::{
    ApiKeyId, AsyncActionId, ComponentId, ConnectSessionId, ConnectionRowId, DeploymentId, EnvironmentId, FunctionId, IncomingWebhookId,
    IntegrationId, JobId, OperationId, OperatorId, RunId, SyncId, Timestamp, WebhookDeliveryId, WebhookEndpointId,
};

/// A parameter. Lists are arrays in PostgreSQL and JSON arrays (for `json_each`) in SQLite.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Bool(bool),
    Integers(Vec<Option<i64>>),
    Texts(Vec<String>),
    /// PostgreSQL only: SQLite takes bytes row by row.
    BytesList(Vec<Option<Vec<u8>>>),
}

impl Value {
    /// A column of values of one kind as a list. Missing texts do not occur.
    pub(crate) fn list(column: Vec<Self>) -> Self {
        match column.first() {
            Some(Self::Text(_)) => {
                Self::Texts(column.into_iter().filter_map(|value| if let Self::Text(text) = value { text } else { None }).collect())
            }
            Some(Self::Bytes(_)) => {
                Self::BytesList(column.into_iter().map(|value| if let Self::Bytes(bytes) = value { bytes } else { None }).collect())
            }
            _ => Self::Integers(column.into_iter().map(|value| if let Self::Integer(number) = value { number } else { None }).collect()),
        }
    }
}

/// `values![a, b]`: anything that converts into a [`Value`].
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::database::Value::from($value)),*] };
}
pub(crate) use values;

pub(super) fn sqlite(values: Vec<Value>) -> Result<SqliteArguments, sqlx::Error> {
    encode_sqlite(values).map_err(sqlx::Error::Encode)
}

pub(super) fn postgres(values: Vec<Value>) -> Result<PgArguments, sqlx::Error> {
    encode_postgres(values).map_err(sqlx::Error::Encode)
}

fn encode_sqlite(values: Vec<Value>) -> Result<SqliteArguments, BoxDynError> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Integer(value) => arguments.add(value)?,
            Value::Text(value) => arguments.add(value.map(without_nul))?,
            Value::Bytes(value) => arguments.add(value)?,
            Value::Bool(value) => arguments.add(value)?,
            Value::Integers(list) => arguments.add(serde_json::to_string(&list)?)?,
            Value::Texts(list) => arguments.add(serde_json::to_string(&list)?)?,
            Value::BytesList(_) => return Err("SQLite has no lists of bytes".into()),
        }
    }
    Ok(arguments)
}

fn encode_postgres(values: Vec<Value>) -> Result<PgArguments, BoxDynError> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Integer(value) => arguments.add(value)?,
            Value::Text(value) => arguments.add(value.map(without_nul))?,
            Value::Bytes(value) => arguments.add(value)?,
            Value::Bool(value) => arguments.add(value)?,
            Value::Integers(list) => arguments.add(list)?,
            Value::Texts(list) => arguments.add(list)?,
            Value::BytesList(list) => arguments.add(list)?,
        }
    }
    Ok(arguments)
}

/// PostgreSQL has no texts with U+0000; they become the replacement character on both databases.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

macro_rules! from {
    ($($source:ty => |$value:ident| $convert:expr;)+) => {$(
        impl From<$source> for Value {
            fn from($value: $source) -> Self {
                $convert
            }
        }

        from!(@optional $source);
    )+};
    (@optional $source:ty) => {
        impl From<Option<$source>> for Value {
            fn from(value: Option<$source>) -> Self {
                // The kind of a missing value matters to PostgreSQL.
                value.map_or(<$source as Kind>::NULL, Self::from)
            }
        }
    };
}

trait Kind {
    const NULL: Value;
}

macro_rules! kinds {
    ($($null:ident: $($source:ty),+;)+) => {$($(
        impl Kind for $source {
            const NULL: Value = Value::$null(None);
        }
    )+)+};
}

kinds! {
    Integer: i64, Timestamp, EnvironmentId, ApiKeyId, IntegrationId, ConnectionRowId, ComponentId, FunctionId, JobId, ConnectSessionId,
        WebhookDeliveryId, WebhookEndpointId, OperatorId;
    Text: String, &str, RunId, SyncId, AsyncActionId, DeploymentId, OperationId, IncomingWebhookId;
    Bytes: Vec<u8>;
}

from! {
    i64 => |value| Self::Integer(Some(value));
    Timestamp => |value| Self::Integer(Some(value.unix_micros()));
    EnvironmentId => |value| Self::Integer(Some(value.0));
    ApiKeyId => |value| Self::Integer(Some(value.0));
    IntegrationId => |value| Self::Integer(Some(value.0));
    ConnectionRowId => |value| Self::Integer(Some(value.0));
    ComponentId => |value| Self::Integer(Some(value.0));
    FunctionId => |value| Self::Integer(Some(value.0));
    JobId => |value| Self::Integer(Some(value.0));
    ConnectSessionId => |value| Self::Integer(Some(value.0));
    WebhookDeliveryId => |value| Self::Integer(Some(value.0));
    WebhookEndpointId => |value| Self::Integer(Some(value.0));
    OperatorId => |value| Self::Integer(Some(value.0));
    String => |value| Self::Text(Some(value));
    &str => |value| Self::Text(Some(value.to_owned()));
    RunId => |value| Self::Text(Some(value.to_string()));
    SyncId => |value| Self::Text(Some(value.to_string()));
    AsyncActionId => |value| Self::Text(Some(value.to_string()));
    IncomingWebhookId => |value| Self::Text(Some(value.to_string()));
    DeploymentId => |value| Self::Text(Some(value.to_string()));
    OperationId => |value| Self::Text(Some(value.to_string()));
    Vec<u8> => |value| Self::Bytes(Some(value));
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Vec<i64>> for Value {
    fn from(list: Vec<i64>) -> Self {
        Self::Integers(list.into_iter().map(Some).collect())
    }
}

impl From<Vec<Option<i64>>> for Value {
    fn from(list: Vec<Option<i64>>) -> Self {
        Self::Integers(list)
    }
}

impl From<Vec<String>> for Value {
    fn from(list: Vec<String>) -> Self {
        Self::Texts(list)
    }
}

impl From<Vec<Option<Vec<u8>>>> for Value {
    fn from(list: Vec<Option<Vec<u8>>>) -> Self {
        Self::BytesList(list)
    }
}
