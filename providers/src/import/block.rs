//! A map of the file, and which of its keys were read: the rest must be told.

use std::collections::BTreeSet;

use super::node::{Map, Node};

pub(super) struct Block<'a> {
    path: String,
    map: &'a Map,
    read: BTreeSet<String>,
}

/// A value that was read, with its dotted path below the definition.
#[derive(Clone)]
pub(super) struct Found<'a> {
    pub(super) path: String,
    pub(super) node: &'a Node,
}

impl<'a> Block<'a> {
    pub(super) fn new(path: &str, map: &'a Map) -> Self {
        Self { path: path.to_owned(), map, read: BTreeSet::new() }
    }

    /// The value of a key, which counts as read; `None` where there is none.
    pub(super) fn take(&mut self, name: &str) -> Option<Found<'a>> {
        self.read.insert(name.to_owned());
        let node = self.written(name).filter(|node| !node.is_nothing())?;
        Some(Found { path: self.path_of(name), node })
    }

    /// The value of a key, even if it is nothing. It does not count as read.
    pub(super) fn written(&self, name: &str) -> Option<&'a Node> {
        self.map.iter().find(|(known, _)| known == name).map(|(_, node)| node)
    }

    /// Whether there is a value.
    pub(super) fn has(&self, name: &str) -> bool {
        self.written(name).is_some_and(|node| !node.is_nothing())
    }

    /// What was not read: name, and value with its path.
    pub(super) fn rest(self) -> Vec<(String, Found<'a>)> {
        let unread = self.map.iter().filter(|(name, node)| !self.read.contains(name) && !node.is_nothing());
        unread.map(|(name, node)| (name.clone(), Found { path: self.path_of(name), node })).collect()
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}
