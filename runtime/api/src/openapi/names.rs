//! The names that the outside chooses, described once: types of the domain know nothing of OpenAPI.

use utoipa::ToSchema;

/// Key of an integration
#[derive(ToSchema)]
#[schema(as = IntegrationKey, pattern = "^[A-Za-z0-9~:.@ _-]+$", max_length = 255, min_length = 1, example = "github")]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(crate) struct IntegrationKeyText(String);

/// Id of a connection, unique in its integration
#[derive(serde::Serialize, ToSchema)]
#[schema(
    as = ConnectionId,
    pattern = r#"^[A-Za-z0-9,.;:=+~\[\]|@${}"'\\/_ -]+$"#,
    max_length = 255,
    min_length = 1,
    example = "f3f62f2e-6c3f-4bd3-9d5c-1a8d8a4c3b52"
)]
pub(crate) struct ConnectionIdText(String);

/// A function's name
#[derive(ToSchema)]
#[schema(as = FunctionName, pattern = "^[A-Za-z0-9_-]+$", max_length = 255, min_length = 1, example = "issues")]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(crate) struct FunctionNameText(String);

/// Name of a sync's variant; `base` is the sync itself
#[derive(ToSchema)]
#[schema(as = VariantName, pattern = "^[A-Za-z0-9_-]+$", max_length = 255, min_length = 1, example = "team-a")]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(crate) struct VariantText(String);

/// A model's name
#[derive(ToSchema)]
#[schema(as = ModelName, pattern = "^[A-Z][A-Za-z0-9_-]*$", max_length = 255, min_length = 1, example = "Issue")]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(crate) struct ModelNameText(String);

/// An id, as text or as a number
#[derive(serde::Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what a reader by hand takes")]
pub(crate) enum IdText {
    Text(String),
    Number(i64),
}

/// `{"success": true}`
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that endpoints write by hand")]
pub(crate) struct Success {
    success: bool,
}

/// `{"result": "ok"}`
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that endpoints write by hand")]
pub(crate) struct Alive {
    result: String,
}
