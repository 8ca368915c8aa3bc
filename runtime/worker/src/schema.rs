//! JSON Schemas of models, inputs and outputs, compiled once a deployed function.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsonschema::Validator;
use serde_json::Value;
use syncline_domain::{FunctionDefinition, FunctionId, RecordText};
use syncline_host_api::host::{Failure, failure};
use syncline_store::FunctionRow;

/// Functions whose validators are kept. A validator of a large model takes some ten kilobytes.
const KEPT: usize = 4_096;

/// A function's compiled schemas.
#[derive(Debug)]
pub struct Schemas {
    /// In the order of the description.
    models: Vec<(String, Validator)>,
    input: Option<Validator>,
    output: Option<Validator>,
}

/// Compiled schemas of the functions that ran lately.
#[derive(Debug, Default)]
pub(crate) struct SchemaCache(Mutex<HashMap<FunctionId, Cached>>);

/// When the function was deployed, and its schemas of then.
type Cached = (i64, Arc<Schemas>);

impl SchemaCache {
    /// The schemas of a function, compiled where they are not yet or were deployed anew.
    pub(crate) fn of(&self, function: &FunctionRow) -> Result<Arc<Schemas>, String> {
        let deployed = function.deployed_at.unix_micros();
        let mut cache = self.0.lock().expect("nothing panics while it is held");
        if let Some((_, schemas)) = cache.get(&function.id).filter(|(of, _)| *of == deployed) {
            return Ok(Arc::clone(schemas));
        }
        let schemas = Arc::new(Schemas::new(&function.definition)?);
        if cache.len() >= KEPT {
            cache.clear();
        }
        cache.insert(function.id, (deployed, Arc::clone(&schemas)));
        Ok(schemas)
    }
}

impl Schemas {
    /// Compiles them all.
    pub fn new(definition: &FunctionDefinition) -> Result<Self, String> {
        let optional = |text: &Option<Box<serde_json::value::RawValue>>| text.as_ref().map(|text| compile(text.get())).transpose();
        let models = definition.models.iter().map(|model| Ok((model.name.to_string(), compile(model.schema.get())?)));
        Ok(Self {
            models: models.collect::<Result<_, String>>()?,
            input: optional(&definition.input)?,
            output: optional(&definition.output)?,
        })
    }

    /// The validator of a model that the function declared.
    pub(crate) fn model(&self, name: &str) -> Result<&Validator, Failure> {
        self.models.iter().find_map(|(declared, validator)| (declared == name).then_some(validator)).ok_or_else(|| {
            let declared = self.models.iter().map(|(declared, _)| declared.as_str()).collect::<Vec<_>>().join("`, `");
            failure("unknown_model", format!("`{name}` is not a model of this sync; it declares `{declared}`"))
        })
    }

    /// Whether the function declared that model; its failure names those that it did.
    pub fn declared(&self, model: &str) -> Result<(), Failure> {
        self.model(model).map(|_| ())
    }

    /// A batch for saving: a JSON array of records, each of which fits its model.
    pub fn records<'a>(&self, model: &str, batch: &'a str) -> Result<Vec<RecordText<'a>>, Failure> {
        let validator = self.model(model)?;
        let batch = parsed(model, batch)?;
        for (index, record) in batch.iter().enumerate() {
            check(validator, record.text()).map_err(|problem| {
                let remedy = "correct the record before it is saved, or the schema of the model";
                failure("invalid_record", format!("`{model}`, record {index} with the id `{}`: {problem}; {remedy}", record.id()))
            })?;
        }
        Ok(batch)
    }

    /// A batch for updating or deleting: of records, only the id must be there.
    pub fn partial_records<'a>(&self, model: &str, batch: &'a str) -> Result<Vec<RecordText<'a>>, Failure> {
        self.declared(model)?;
        parsed(model, batch)
    }

    /// Checks an action's input.
    pub fn check_input(&self, input: &str) -> Result<(), String> {
        self.input.as_ref().map_or(Ok(()), |validator| check(validator, input))
    }

    /// Checks an action's output.
    pub fn check_output(&self, output: &str) -> Result<(), String> {
        self.output.as_ref().map_or(Ok(()), |validator| check(validator, output))
    }
}

/// Compiles a schema. It may refer to itself, not to other documents.
pub fn compile(schema: &str) -> Result<Validator, String> {
    let schema: Value = serde_json::from_str(schema).map_err(|error| error.to_string())?;
    jsonschema::validator_for(&schema).map_err(|error| error.to_string())
}

fn parsed<'a>(model: &str, batch: &'a str) -> Result<Vec<RecordText<'a>>, Failure> {
    RecordText::parse_batch(batch).map_err(|defect| failure("invalid_record", format!("`{model}`, {defect}")))
}

/// Names the first place where `json` breaks the schema.
pub fn check(validator: &Validator, json: &str) -> Result<(), String> {
    let value: Value = serde_json::from_str(json).map_err(|error| format!("not JSON: {error}"))?;
    validator.validate(&value).map_err(|error| {
        let path = error.instance_path().to_string();
        if path.is_empty() { error.to_string() } else { format!("{error} at {path}") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_rule_is_named_with_its_place() {
        let validator =
            compile(r#"{"type":"object","properties":{"a":{"type":"object","properties":{"n":{"type":"integer"}}}},"required":["a"]}"#)
                .unwrap();
        assert!(check(&validator, r#"{"a":{"n":123456789012345678}}"#).is_ok());
        let problem = check(&validator, r#"{"a":{"n":"x"}}"#).unwrap_err();
        assert!(problem.contains("/a/n") && problem.contains("integer"), "{problem}");
    }

    #[test]
    fn a_schema_that_is_none_is_refused() {
        assert!(compile(r#"{"type":"objekt"}"#).is_err());
        assert!(compile(r#"{"$ref":"https://example.com/other.json"}"#).is_err());
    }
}
