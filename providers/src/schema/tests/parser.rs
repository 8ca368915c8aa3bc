//! The schema against the parser: each example is spoiled in every place, and both must say the same of it.

use serde_json::{Value, json};

use super::{files, marked, read, validator};
use crate::load::parse_shipped;
use crate::readme::examples;
use crate::{Bases, examine};

/// What only the parser can tell: it knows what values mean and how blocks depend on each other.
const MEANING: &[&str] = &[
    // Templates, and where addresses come from.
    "is not known here",
    "must not carry credentials",
    "begins with `connectionConfig.",
    "carries the ${apiKey}",
    "sends none of the fields",
    // What one field asks of another.
    "is missing: TBA signs with",
    "is missing: JWT exchanges",
    "is missing: TWO_STEP exchanges",
    "is missing: `signed` has ${timestamp}",
    "must be signed: in the body",
    "only for `client_proof",
    "nobody could fill it in",
    "is not a field of the same block",
    "which is read from it",
];

/// The entry with one thing spoiled, and what that is.
fn spoiled(entry: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let mut places = vec![String::new()];
    while let Some(place) = places.pop() {
        let mut with = |what: String, change: &dyn Fn(&mut Value)| {
            let mut changed = entry.clone();
            change(changed.pointer_mut(&place).unwrap());
            all.push((what, changed));
        };
        match entry.pointer(&place).unwrap() {
            Value::Object(block) => {
                with(format!("{place}: another key"), &|block| block["zzz"] = json!("x"));
                if !place.is_empty() {
                    with(format!("{place}: a text"), &|block| *block = json!("x"));
                }
                for name in block.keys() {
                    with(format!("{place}: without {name}"), &|block| {
                        block.as_object_mut().unwrap().shift_remove(name);
                    });
                    places.push(format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")));
                }
            }
            Value::Array(items) => {
                with(format!("{place}: a number"), &|list| *list = json!(1.5));
                places.extend((0..items.len()).map(|index| format!("{place}/{index}")));
            }
            _ => {
                with(format!("{place}: a block"), &|value| *value = json!({ "zzz": "x" }));
                with(format!("{place}: a list of lists"), &|value| *value = json!([[]]));
            }
        }
    }
    all
}

#[test]
fn what_the_parser_refuses_the_schema_marks_and_nothing_else() {
    let validator = validator();
    let alone = files().into_iter().map(|(_, entry)| entry).filter(|entry| entry.get("base").is_none());
    // Webhooks have the most to say.
    let shipped = alone.enumerate().filter(|(index, entry)| index % 20 == 0 || entry.get("webhook").is_some()).map(|(_, entry)| entry);
    let entries: Vec<Value> = examples().iter().map(|text| read(text)).chain(shipped).collect();
    let (mut cases, mut refused, mut wrong) = (0, 0, Vec::new());
    for entry in &entries {
        for (what, changed) in spoiled(entry) {
            cases += 1;
            let problems = parse_shipped(&changed.to_string()).err().unwrap_or_default();
            let marked = marked(&validator, &changed);
            refused += usize::from(!problems.is_empty());
            let only_meaning =
                !problems.is_empty() && problems.iter().all(|(_, problem)| MEANING.iter().any(|meaning| problem.contains(meaning)));
            match (problems.is_empty(), marked.is_empty()) {
                (true, false) => wrong.push(format!("{}{what}: marked, but it is fine: {}", entry["key"], marked.join("; "))),
                (false, true) if !only_meaning => wrong.push(format!("{}{what}: not marked: {problems:?}", entry["key"])),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 5_000 && refused > 4_000, "{cases} {refused}");
}

/// A key that no block knows, in the files of entries that start from another.
#[test]
fn what_is_unknown_on_a_base_is_unknown_to_both() {
    let validator = validator();
    let mut cases = 0;
    for (path, entry) in files().into_iter().filter(|(_, entry)| entry.get("base").is_some()).step_by(3) {
        for (what, changed) in spoiled(&entry).into_iter().filter(|(what, _)| what.ends_with("another key")) {
            cases += 1;
            let is_known = examine(&path, &changed.to_string(), &Bases::default()).is_ok();
            assert_eq!(marked(&validator, &changed).is_empty(), is_known, "{}{what}", path.display());
        }
    }
    assert!(cases > 100, "{cases}");
}
