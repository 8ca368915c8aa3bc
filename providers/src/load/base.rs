//! An entry that starts from another one: blocks are merged key by key, so a provider with several ways to connect is described once.
//!
//! The build script reads this file too: shipped entries are made whole when the server is built.

use serde_json::{Map, Value};

/// The key that names the entry to start from.
const BASE: &str = "base";

/// How long a chain of bases may be. Whoever reads an entry has to read them all.
const MAX_CHAIN: usize = 3;

/// Not passed on: who an entry is, and what nobody confirmed of it.
const OWN: &[&str] = &["key", "unsure"];

/// The entry with everything that its base says and it does not. `find` knows other entries as they are written, by their key and the key of
/// the one that asks: an entry with its own key as base means the one that it replaces.
pub(crate) fn whole(own: Value, find: &dyn Fn(&str, &str) -> Option<Value>) -> Result<Value, String> {
    let mut chain = vec![own];
    while let Some((entry, base)) = chain.last().and_then(|entry| Some((entry, entry.get(BASE)?))) {
        let asking = entry.get("key").and_then(Value::as_str).unwrap_or_default();
        let Some(key) = base.as_str() else { return Err("is the key of another entry".to_owned()) };
        if chain.len() > MAX_CHAIN {
            return Err(format!("goes through more than {MAX_CHAIN} entries, or in a circle"));
        }
        let Some(found) = find(key, asking) else { return Err(format!("there is no entry `{key}`")) };
        chain.push(found);
    }
    let mut whole = Value::Null;
    while let Some(entry) = chain.pop() {
        for name in OWN {
            remove(&mut whole, name);
        }
        whole = laid_over(entry, whole);
    }
    remove(&mut whole, BASE);
    Ok(whole)
}

/// A block that names its own `mode` or `type` is of another kind than the base's, and stands alone.
fn laid_over(own: Value, base: Value) -> Value {
    let (own, mut base) = match (own, base) {
        (Value::Object(own), Value::Object(base)) => (own, base),
        (own, _) => return own,
    };
    let is_of_another_kind = |name: &str| own.get(name).is_some_and(|kind| base.get(name) != Some(kind));
    if is_of_another_kind("mode") || is_of_another_kind("type") {
        base = Map::new();
    }
    for (name, value) in own {
        if value.is_null() {
            base.shift_remove(&name);
        } else {
            let below = base.get_mut(&name).map_or(Value::Null, Value::take);
            base.insert(name, laid_over(value, below));
        }
    }
    Value::Object(base)
}

fn remove(entry: &mut Value, name: &str) {
    if let Some(entry) = entry.as_object_mut() {
        entry.shift_remove(name);
    }
}
