//! Whether two JSON values are the same, and how a person sees where they are not.
//!
//! Numbers are compared by value (`1`, `1.0` and `1e0` are one number), objects without regard to the order of their members, lists in
//! their order. A member that is missing is not a member that is `null`: a function that stops sending a field has changed.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Number, Value};
use similar::{Algorithm, ChangeTag, TextDiff};

/// Lines of a difference that are shown.
const MAX_LINES: usize = 80;
const MAX_VALUE_CHARS: usize = 120;
const CONTEXT: usize = 3;
/// After this the difference is shown coarser.
const PATIENCE: Duration = Duration::from_millis(500);

/// Whether both mean the same.
pub fn equal(one: &Value, other: &Value) -> bool {
    first(one, other, &mut String::new()).is_none()
}

/// The first place where they differ, then all differing lines; `None` where there is no difference. `what` is the root's name.
pub fn difference(what: &str, recorded: &Value, now: &Value) -> Option<String> {
    let found = first(recorded, now, &mut what.to_owned())?;
    Some(format!("{found}\n{}", lines(recorded, now)))
}

/// The top-level members that differ.
pub fn changed_members(before: &Value, after: &Value) -> Vec<String> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return Vec::new() };
    let differs = |name: &&String| match (before.get(*name), after.get(*name)) {
        (Some(one), Some(other)) => !equal(one, other),
        _ => true,
    };
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    names.filter(differs).cloned().collect()
}

/// Says where and what, depth first.
fn first(recorded: &Value, now: &Value, path: &mut String) -> Option<String> {
    let length = path.len();
    match (recorded, now) {
        (Value::Object(recorded), Value::Object(now)) => {
            for (name, value) in recorded {
                push_member(path, name);
                match now.get(name) {
                    None => return Some(format!("{path}: recorded {}, now missing", shown(value))),
                    Some(other) => {
                        let found = first(value, other, path);
                        if found.is_some() {
                            return found;
                        }
                    }
                }
                path.truncate(length);
            }
            let (name, value) = now.iter().find(|(name, _)| !recorded.contains_key(*name))?;
            push_member(path, name);
            Some(format!("{path}: not recorded, now {}", shown(value)))
        }
        (Value::Array(recorded), Value::Array(now)) => {
            for (index, (one, other)) in recorded.iter().zip(now).enumerate() {
                let _ = write!(path, "[{index}]");
                let found = first(one, other, path);
                if found.is_some() {
                    return found;
                }
                path.truncate(length);
            }
            let (then, now) = (recorded.len(), now.len());
            (then != now).then(|| format!("{path}: recorded {then} {}, now {now}", if then == 1 { "item" } else { "items" }))
        }
        (Value::Number(one), Value::Number(other)) if same_number(one, other) => None,
        (one, other) if one == other => None,
        (one, other) => Some(format!("{path}: recorded {}, now {}", shown(one), shown(other))),
    }
}

fn same_number(one: &Number, other: &Number) -> bool {
    if one == other {
        return true;
    }
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}

fn push_member(path: &mut String, name: &str) {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let _ = if plain { write!(path, ".{name}") } else { write!(path, "[{}]", Value::from(name)) };
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= MAX_VALUE_CHARS {
        return text;
    }
    format!("{}…", text.chars().take(MAX_VALUE_CHARS).collect::<String>())
}

/// Line by line, with a little around each change: `-` was recorded, `+` is now.
fn lines(recorded: &Value, now: &Value) -> String {
    let pretty = |value: &Value| serde_json::to_string_pretty(&ordered(value)).expect("a value is JSON");
    let (recorded, now) = (pretty(recorded), pretty(now));
    let difference = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_lines(&recorded, &now);
    let mut text = String::new();
    let mut count = 0;
    for (index, group) in difference.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            text.push_str("  ...\n");
        }
        for change in group.iter().flat_map(|operation| difference.iter_changes(operation)) {
            count += 1;
            if count > MAX_LINES {
                continue;
            }
            let mark = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let _ = writeln!(text, "{mark} {}", change.value().trim_end_matches('\n'));
        }
    }
    if count > MAX_LINES {
        let _ = writeln!(text, "  ... and {} lines more", count - MAX_LINES);
    }
    text
}

/// Members sorted, so that their order makes no lines.
fn ordered(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut members: Vec<(&String, &Value)> = map.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            members.into_iter().map(|(name, value)| (name.clone(), ordered(value))).collect()
        }
        Value::Array(items) => items.iter().map(ordered).collect(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            // 1.0 is written as 1, as JavaScript does, so that it makes no line either.
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Value::from(float as i64),
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        let table = [
            ("1", "1.0", true),
            ("1e3", "1000", true),
            ("0.1", "1e-1", true),
            ("9007199254740993", "9007199254740992", false),
            ("9007199254740993", "9007199254740993", true),
            ("-1", "18446744073709551615", false),
            (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, true),
            (r#"{"a":null}"#, "{}", false),
            ("{}", r#"{"a":null}"#, false),
            ("[1,2]", "[2,1]", false),
            ("[1]", "[1,1]", false),
            (r#""1""#, "1", false),
            ("null", "false", false),
        ];
        for (one, other, same) in table {
            assert_eq!(equal(&parsed(one), &parsed(other)), same, "{one} and {other}");
            assert_eq!(equal(&parsed(other), &parsed(one)), same, "{other} and {one}");
        }
    }

    #[test]
    fn the_first_place_is_named_by_its_path() {
        let table = [
            (json!({ "a": [{ "b-c": 1 }] }), json!({ "a": [{ "b-c": 2 }] }), "x.a[0].b-c: recorded 1, now 2"),
            (json!({ "a b": 1 }), json!({}), r#"x["a b"]: recorded 1, now missing"#),
            (json!({}), json!({ "n": "v" }), r#"x.n: not recorded, now "v""#),
            (json!([1]), json!([1, 2]), "x: recorded 1 item, now 2"),
            (json!([]), json!([1]), "x: recorded 0 items, now 1"),
            (json!("a"), json!(null), r#"x: recorded "a", now null"#),
        ];
        for (recorded, now, expected) in table {
            let said = difference("x", &recorded, &now).unwrap();
            assert_eq!(said.lines().next().unwrap(), expected);
        }
        assert_eq!(difference("x", &json!({ "a": 1 }), &json!({ "a": 1.0 })), None);
    }

    #[test]
    fn only_changed_lines_and_what_is_around_them_are_shown() {
        let record = |id: usize, name: &str| json!({ "name": name, "id": id });
        let recorded: Vec<Value> = (0..100).map(|id| record(id, "same")).collect();
        let mut now = recorded.clone();
        now[50] = record(50, "other");
        let said = difference("batchSave.Item", &recorded.into(), &now.into()).unwrap();
        assert!(said.starts_with("batchSave.Item[50].name: recorded \"same\", now \"other\"\n"), "{said}");
        assert!(said.contains("-     \"name\": \"same\"\n+     \"name\": \"other\"\n"), "{said}");
        assert!(said.lines().count() < 12, "{said}");
        let many = difference("x", &json!((0..500).collect::<Vec<_>>()), &json!((500..1_000).collect::<Vec<_>>())).unwrap();
        assert!(many.contains("lines more") && many.lines().count() < 90, "{many}");
    }

    #[test]
    fn changed_members_are_named() {
        let before = json!({ "id": 1, "a": 1, "b": [1], "gone": 0 });
        assert_eq!(changed_members(&before, &json!({ "id": 1, "a": 1.0, "b": [2], "new": 0 })), ["b", "gone", "new"]);
    }
}
