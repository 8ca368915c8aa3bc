//! How a provider pages its lists. The field names are those of a call's own `paginate` object, which is laid over this one.

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::schema;

/// Defaults for paging.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(transform = by_type)]
pub enum Paginate {
    /// The response names the next page.
    Cursor {
        /// The parameter that carries the cursor.
        cursor_name_in_request: String,
        /// Dotted path of the next cursor.
        cursor_path_in_response: String,
        /// Dotted path of the items; the whole body if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        response_path: Option<String>,
        /// The parameter that carries the page size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_name_in_request: Option<String>,
    },
    /// The response has the next page's address, in a header or in its body.
    #[schemars(extend(
        "if" = json!({ "not": { "required": ["link_rel_in_response_header"] } }),
        "then" = json!({ "required": ["link_path_in_response_body"] }),
    ))]
    Link {
        /// Relation in the `Link` header (RFC 8288).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link_rel_in_response_header: Option<String>,
        /// Dotted path of the address in the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link_path_in_response_body: Option<String>,
        /// Dotted path of the items.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        response_path: Option<String>,
        /// The parameter that carries the page size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_name_in_request: Option<String>,
    },
    /// The caller counts.
    Offset {
        /// The parameter that carries the offset.
        offset_name_in_request: String,
        /// Of the first page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset_start_value: Option<u64>,
        /// What the offset counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset_calculation_method: Option<OffsetMethod>,
        /// Dotted path of the items.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        response_path: Option<String>,
        /// The parameter that carries the page size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_name_in_request: Option<String>,
    },
}

/// In an editor, the type decides what may follow.
fn by_type(schema: &mut Schema) {
    schema::choice::join(schema, "type", "The kind of paging; it decides which other fields there are.");
}

/// What an offset counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OffsetMethod {
    /// Items seen.
    #[default]
    ByResponseSize,
    /// Pages seen.
    PerPage,
}
