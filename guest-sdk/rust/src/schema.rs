//! JSON Schemas (draft 2020-12) of the author's types.

mod definitions;
mod implementations;

pub use definitions::Definitions;
#[doc(hidden)]
pub use definitions::{ObjectSchema, assert_id, words};

use serde_json::Value;

/// A type with a JSON Schema. Derive it: `#[derive(Serialize, Deserialize, Schema)]`.
///
/// The derive follows serde's `rename`, `rename_all`, `skip`, `default`, `skip_serializing_if` and `deny_unknown_fields`, takes doc
/// comments as descriptions, and refuses what it cannot describe. `Option` and `default` fields are not required.
/// `#[schema(format = "date-time")]` adds a format, `#[schema(as = "String")]` describes a field as another type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON Schema",
    label = "this type needs a schema",
    note = "add `#[derive(Schema)]` to `{Self}`, or use `serde_json::Value` for any JSON"
)]
pub trait Schema {
    /// The schema, or a reference to it in `definitions`.
    fn schema(definitions: &mut Definitions) -> Value;
}

/// A record type: what a sync saves. Derive it: `#[derive(Serialize, Deserialize, Model)]`.
///
/// It has a field `id`, a String or an integer. Its name on the wire is the struct's; `#[model(name = "..")]` sets another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "a model is expected here",
    note = "add `#[derive(Model)]` to `{Self}`"
)]
pub trait Model: Schema {
    /// The model's name on the wire.
    const NAME: &'static str;
}

/// What a model's `id` can be.
#[diagnostic::on_unimplemented(
    message = "a model's `id` is a String or an integer, not `{Self}`",
    label = "cannot be an id",
    note = "for a type of your own that looks like one as JSON, add `#[schema(as = \"String\")]` to the field"
)]
pub trait Id {}

/// The whole schema of a type, with everything it refers to under `$defs`.
pub fn schema_of<T: Schema + ?Sized>() -> Value {
    let mut definitions = Definitions::default();
    let root = T::schema(&mut definitions);
    definitions.into_document(root)
}
