//! How a schema is put together: named types once under `$defs`, so that types can be recursive.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Id, Schema};

const PREFIX: &str = "#/$defs/";

/// The named types of a schema in the making.
#[derive(Default)]
pub struct Definitions {
    /// Rust's name of the type → its name under `$defs`.
    names: BTreeMap<&'static str, String>,
    schemas: Map<String, Value>,
    /// Names that something refers to; the root is inlined if nothing does.
    referred: BTreeMap<String, u32>,
}

impl Definitions {
    /// A reference to the type's schema, which `build` gives when it is needed for the first time.
    ///
    /// Two types of one name in different modules get different names here.
    pub fn reference<T: ?Sized>(&mut self, name: &str, build: impl FnOnce(&mut Self) -> Value) -> Value {
        let key = std::any::type_name::<T>();
        let name = match self.names.get(key) {
            Some(name) => name.clone(),
            None => {
                let mut unique = name.to_owned();
                let mut count = 1;
                while self.schemas.contains_key(&unique) {
                    count += 1;
                    unique = format!("{name}{count}");
                }
                self.names.insert(key, unique.clone());
                self.schemas.insert(unique.clone(), Value::Null);
                let schema = build(self);
                self.schemas.insert(unique.clone(), schema);
                unique
            }
        };
        let reference = format!("{PREFIX}{name}");
        *self.referred.entry(name).or_default() += 1;
        json!({ "$ref": reference })
    }

    pub(crate) fn into_document(mut self, root: Value) -> Value {
        let name = root.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix(PREFIX));
        let mut document = match name {
            Some(name) if self.referred.get(name) == Some(&1) => self.schemas.remove(name).unwrap_or_default(),
            _ => root,
        };
        if let (Value::Object(document), false) = (&mut document, self.schemas.is_empty()) {
            document.insert("$defs".to_owned(), Value::Object(self.schemas));
        }
        document
    }
}

/// An object's schema, field by field. What `#[derive(Schema)]` writes.
pub struct ObjectSchema<'a> {
    definitions: &'a mut Definitions,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl<'a> ObjectSchema<'a> {
    #[doc(hidden)]
    pub fn new(definitions: &'a mut Definitions) -> Self {
        Self { definitions, properties: Map::new(), required: Vec::new() }
    }

    #[doc(hidden)]
    pub fn field<T: Schema>(mut self, name: &str, required: bool, description: Option<&str>, format: Option<&str>) -> Self {
        let mut schema = T::schema(self.definitions);
        if let Value::Object(schema) = &mut schema {
            // Beside `$ref` too: 2020-12 lets other keywords stand there.
            for (keyword, text) in [("description", description), ("format", format)] {
                if let Some(text) = text {
                    schema.insert(keyword.to_owned(), text.into());
                }
            }
        }
        self.properties.insert(name.to_owned(), schema);
        if required {
            self.required.push(name.into());
        }
        self
    }

    #[doc(hidden)]
    pub fn finish(self, description: Option<&str>, closed: bool) -> Value {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), "object".into());
        schema.insert("properties".to_owned(), Value::Object(self.properties));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(self.required));
        }
        if closed {
            schema.insert("additionalProperties".to_owned(), false.into());
        }
        if let Some(description) = description {
            schema.insert("description".to_owned(), description.into());
        }
        Value::Object(schema)
    }
}

/// The schema of an enum without fields.
#[doc(hidden)]
pub fn words(words: &[&str], description: Option<&str>) -> Value {
    let mut schema = json!({ "type": "string", "enum": words });
    if let Some(description) = description {
        schema["description"] = description.into();
    }
    schema
}

#[doc(hidden)]
pub fn assert_id<T: Id>() {}
