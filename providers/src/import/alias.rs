//! Definitions that start from another one: whole top-level keys are taken over, from this file or from the shipped catalogue.

use std::collections::BTreeMap;

use serde_json::Value;

use super::draft::Remark;
use super::node::{Map, Node};
use crate::catalogue::shipped;

/// How long a chain may be; known files have chains of two.
const MAX_CHAIN: usize = 5;

/// A definition with everything that those say from which it starts.
pub(super) struct Resolved {
    /// Without `alias`.
    pub(super) map: Map,
    /// The shipped entry at the end of the chain, in our own format.
    pub(super) base: Option<Value>,
}

pub(super) fn resolve(key: &str, node: &Node, file: &BTreeMap<&str, &Node>) -> Result<Resolved, Remark> {
    let no_map = || Remark::new(Some(node.line), "", "must be a map of fields");
    let mut map = node.map().ok_or_else(no_map)?.clone();
    let mut resolved = Resolved { map: Map::new(), base: None };
    let mut chain = vec![key.to_owned()];
    loop {
        let alias = map.iter().position(|(name, _)| name == "alias").map(|at| map.remove(at).1);
        for (name, value) in std::mem::take(&mut map) {
            // A key without a value is one that takes what is inherited away.
            if !resolved.map.iter().any(|(known, _)| *known == name) {
                resolved.map.push((name, value));
            }
        }
        let Some(alias) = alias.filter(|alias| !alias.is_nothing()) else { return Ok(resolved) };
        let refuse = |problem: String| Err(Remark::new(Some(alias.line), "alias", &problem));
        let Some(target) = alias.text() else { return refuse("must be the key of another provider".to_owned()) };
        if chain.len() > MAX_CHAIN {
            return refuse(format!("goes through more than {MAX_CHAIN} definitions"));
        }
        let is_itself = chain.last() == Some(&target);
        let next = file.get(target.as_str()).filter(|_| !is_itself).and_then(|node| node.map());
        if let Some(next) = next {
            if chain.contains(&target) {
                return refuse(format!("`{target}` leads back here, in a circle"));
            }
            map.clone_from(next);
            chain.push(target);
            continue;
        }
        // Who names its own key means the shipped entry that it replaces.
        let Some(json) = shipped::json(&target) else {
            return refuse(format!("there is no provider `{target}`, neither in this file nor in the catalogue"));
        };
        resolved.base = Some(serde_json::from_str(json).expect("the build script wrote JSON"));
        return Ok(resolved);
    }
}
