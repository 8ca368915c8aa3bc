//! An action as a tool.

use rmcp::model::{JsonObject, Tool};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use syncline_domain::FunctionDefinition;

/// `None` for an action whose input is something other than an object: the protocol knows named arguments only.
pub(super) fn of(action: &FunctionDefinition) -> Option<Tool> {
    let input = match &action.input {
        Some(schema) => of_object(schema)?,
        None => of_anything(),
    };
    let description = (!action.description.is_empty()).then(|| action.description.clone().into());
    let mut tool = Tool::new_with_raw(action.name.to_string(), description, input);
    tool.output_schema = action.output.as_deref().and_then(of_object).map(Into::into);
    Some(tool)
}

/// The schema as it was deployed, if it is an object's.
fn of_object(schema: &RawValue) -> Option<JsonObject> {
    let mut schema: JsonObject = serde_json::from_str(schema.get()).ok()?;
    if !says_object(&schema) {
        // A type that holds itself is a reference to its definition. Clients want the word in the outermost place.
        let target = schema.get("$ref")?.as_str()?.strip_prefix('#')?.to_owned();
        let whole = Value::Object(schema);
        whole.pointer(&target)?.as_object().filter(|definition| says_object(definition))?;
        let Value::Object(referring) = whole else { return None };
        schema = referring;
        schema.insert("type".to_owned(), json!("object"));
    }
    Some(schema)
}

fn says_object(schema: &JsonObject) -> bool {
    schema.get("type").is_some_and(|kind| kind == "object")
}

/// For an action that does not say what it takes. Some clients refuse a schema without `properties`.
fn of_anything() -> JsonObject {
    [("type".to_owned(), json!("object")), ("properties".to_owned(), json!({}))].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(schema: &Value) -> Option<Value> {
        let action = json!({ "name": "a", "kind": "action", "input": schema });
        of(&serde_json::from_value(action).unwrap()).map(|tool| tool.schema_as_json_value())
    }

    #[test]
    fn only_objects_are_named_arguments() {
        for schema in
            [json!({}), json!(true), json!({ "type": "string" }), json!({ "type": ["object", "null"] }), json!({ "$ref": "#/$defs/A" })]
        {
            assert_eq!(input(&schema), None, "{schema}");
        }
        let plain = json!({ "type": "object", "properties": { "z": {}, "a": {} }, "x-own": 1 });
        assert_eq!(input(&plain).unwrap().to_string(), plain.to_string());
    }

    #[test]
    fn a_recursive_type_says_what_it_is() {
        let node = json!({ "$ref": "#/$defs/Node", "$defs": { "Node": { "type": "object", "properties": { "next": { "$ref": "#/$defs/Node" } } } } });
        let mut said = node.clone();
        said["type"] = json!("object");
        assert_eq!(input(&node), Some(said));
        assert_eq!(input(&json!({ "$ref": "#/$defs/Text", "$defs": { "Text": { "type": "string" } } })), None);
    }
}
