//! The schemas of the standard types.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Definitions, Id, Schema};

macro_rules! schemas {
    ($($schema:tt: $($of:ty),+;)+) => {$($(
        impl Schema for $of {
            fn schema(_: &mut Definitions) -> Value {
                json!($schema)
            }
        }
    )+)+};
}

schemas! {
    {"type": "boolean"}: bool;
    {"type": "string"}: String, str, char;
    {"type": "integer"}: i8, i16, i32, i64, isize;
    {"type": "integer", "minimum": 0}: u8, u16, u32, u64, usize;
    {"type": "number"}: f32, f64;
    {"type": "null"}: ();
    {}: Value;
    {"type": "object"}: serde_json::Map<String, Value>;
}

macro_rules! ids {
    ($($of:ty),+) => { $(impl Id for $of {})+ };
}

ids!(String, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl<T: Schema> Schema for Option<T> {
    fn schema(definitions: &mut Definitions) -> Value {
        let mut schema = T::schema(definitions);
        match schema.get("type") {
            // `enum` lists every value: a null beside the type alone would still be refused.
            Some(Value::String(of)) if schema.get("enum").is_none() => {
                schema["type"] = json!([of, "null"]);
                schema
            }
            None if schema.as_object().is_some_and(serde_json::Map::is_empty) => schema,
            _ => json!({ "anyOf": [schema, { "type": "null" }] }),
        }
    }
}

macro_rules! wrappers {
    ($($of:ident),+) => { $(impl<T: Schema + ?Sized> Schema for $of<T> {
        fn schema(definitions: &mut Definitions) -> Value {
            T::schema(definitions)
        }
    })+ };
}

wrappers!(Box, Rc, Arc);

impl<T: Schema + ?Sized> Schema for &T {
    fn schema(definitions: &mut Definitions) -> Value {
        T::schema(definitions)
    }
}

fn array<T: Schema>(definitions: &mut Definitions) -> Value {
    json!({ "type": "array", "items": T::schema(definitions) })
}

fn map<T: Schema>(definitions: &mut Definitions) -> Value {
    json!({ "type": "object", "additionalProperties": T::schema(definitions) })
}

impl<T: Schema> Schema for Vec<T> {
    fn schema(definitions: &mut Definitions) -> Value {
        array::<T>(definitions)
    }
}

impl<T: Schema> Schema for [T] {
    fn schema(definitions: &mut Definitions) -> Value {
        array::<T>(definitions)
    }
}

impl<T: Schema, const N: usize> Schema for [T; N] {
    fn schema(definitions: &mut Definitions) -> Value {
        json!({ "type": "array", "items": T::schema(definitions), "minItems": N, "maxItems": N })
    }
}

impl<T: Schema, S> Schema for HashSet<T, S> {
    fn schema(definitions: &mut Definitions) -> Value {
        array::<T>(definitions)
    }
}

impl<T: Schema> Schema for BTreeSet<T> {
    fn schema(definitions: &mut Definitions) -> Value {
        array::<T>(definitions)
    }
}

impl<T: Schema, S> Schema for HashMap<String, T, S> {
    fn schema(definitions: &mut Definitions) -> Value {
        map::<T>(definitions)
    }
}

impl<T: Schema> Schema for BTreeMap<String, T> {
    fn schema(definitions: &mut Definitions) -> Value {
        map::<T>(definitions)
    }
}

impl<A: Schema, B: Schema> Schema for (A, B) {
    fn schema(definitions: &mut Definitions) -> Value {
        json!({ "type": "array", "prefixItems": [A::schema(definitions), B::schema(definitions)], "minItems": 2, "maxItems": 2 })
    }
}
