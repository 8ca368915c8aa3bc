//! An entry of ours in the making: its values, and where in the file each of them comes from.

use serde_json::{Map, Value, json};

use super::block::Found;
use super::expression::{self, Words};
use super::node::Node;
use crate::catalogue::shipped;
use crate::entry::auth::Problems;

/// Something to say of a definition.
pub(super) struct Remark {
    /// `None` for that of the definition.
    pub(super) line: Option<usize>,
    /// Dotted, below the definition; empty for all of it.
    pub(super) field: String,
    pub(super) problem: String,
}

impl Remark {
    pub(super) fn new(line: Option<usize>, field: &str, problem: &str) -> Self {
        Self { line, field: field.to_owned(), problem: problem.to_owned() }
    }
}

pub(super) struct Draft {
    key: String,
    /// In our own format.
    pub(super) entry: Value,
    /// Whether a shipped entry gave it what the definition does not say.
    pub(super) has_base: bool,
    /// What templates call things in its mode.
    pub(super) words: Words,
    /// Our dotted path, the line, and the path in the file.
    origins: Vec<(String, usize, String)>,
    pub(super) notes: Vec<Remark>,
    pub(super) defects: Vec<Remark>,
}

impl Draft {
    pub(super) fn new(key: &str, base: Option<Value>) -> Self {
        let has_base = base.is_some();
        let mut entry = base.unwrap_or_else(|| json!({}));
        let fields = entry.as_object_mut().expect("an entry is an object");
        // Doubts belong to the entry that they were noted of.
        fields.shift_remove("unsure");
        fields.shift_remove("key");
        fields.shift_insert(0, "key".to_owned(), key.into());
        let (origins, notes, defects) = (Vec::new(), Vec::new(), Vec::new());
        Self { key: key.to_owned(), entry, has_base, words: Words::default(), origins, notes, defects }
    }

    /// Sets a value, and makes the blocks around it.
    pub(super) fn put(&mut self, path: &[&str], found: &Found<'_>, value: Value) {
        self.origins.push((path.join("."), found.node.line, found.path.clone()));
        self.set(path, value);
    }

    /// The same with a value that nothing in the file says.
    pub(super) fn set(&mut self, path: &[&str], value: Value) {
        let (last, blocks) = path.split_last().expect("a path has a name");
        let mut block = &mut self.entry;
        for name in blocks {
            let object = block.as_object_mut().expect("only blocks have values below them");
            block = object.entry(*name).or_insert_with(|| Value::Object(Map::new()));
        }
        block.as_object_mut().expect("only blocks have values below them").insert((*last).to_owned(), value);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.entry.as_object_mut().expect("an entry is an object").shift_remove(name);
    }

    /// Where something comes from that was written as part of a larger value.
    pub(super) fn came(&mut self, path: String, node: &Node, field: String) {
        self.origins.push((path, node.line, field));
    }

    /// What was written at `from` belongs to `to`.
    pub(super) fn moved(&mut self, from: &str, to: &str) {
        for (path, ..) in &mut self.origins {
            if let Some(rest) = path.strip_prefix(from) {
                *path = format!("{to}{rest}");
            }
        }
    }

    /// It works without.
    pub(super) fn note(&mut self, found: &Found<'_>, problem: &str) {
        self.notes.push(Remark::new(Some(found.node.line), &found.path, problem));
    }

    /// It cannot work so.
    pub(super) fn refuse(&mut self, found: &Found<'_>, problem: &str) {
        self.defects.push(Remark::new(Some(found.node.line), &found.path, problem));
    }

    /// The same of something that is not there.
    pub(super) fn miss(&mut self, field: &str, problem: &str) {
        self.defects.push(Remark::new(None, field, problem));
    }

    /// What the checks of our own files find, in the words of this one.
    pub(super) fn refuse_all(&mut self, problems: Problems) {
        // `sources` follow from `docs`, of which the same is told.
        for (field, problem) in problems.into_iter().filter(|(field, _)| field != "sources") {
            let is_within = |path: &str| field.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let origin = self.origins.iter().filter(|(path, ..)| is_within(path)).max_by_key(|(path, ..)| path.len());
            let remark = match origin {
                Some((path, line, theirs)) => Remark::new(Some(*line), &format!("{theirs}{}", &field[path.len()..]), &problem),
                // There the fields of signing in are not below a block.
                None => Remark::new(None, field.strip_prefix("auth.").unwrap_or(&field), &problem),
            };
            self.defects.push(remark);
        }
    }

    /// Whether the provider's answers or callbacks say this of a connection.
    pub(super) fn is_told(&self, name: &str) -> bool {
        let lists = ["/auth/token_response_metadata", "/auth/callback_metadata"].map(|path| self.entry.pointer(path));
        lists.into_iter().flatten().filter_map(Value::as_array).flatten().any(|told| *told == name)
    }

    /// What the shipped entry of the same key knows of webhooks.
    pub(super) fn shipped_webhook(&self) -> Option<Value> {
        self.shipped()?.get("webhook").cloned()
    }

    /// The shipped entry of the same key.
    pub(super) fn shipped(&self) -> Option<Value> {
        serde_json::from_str(shipped::json(&self.key)?).ok()
    }

    /// A text; a list or a block is refused.
    pub(super) fn text(&mut self, found: &Found<'_>) -> Option<String> {
        let text = found.node.text();
        if text.is_none() {
            self.refuse(found, "must be a text");
        }
        text
    }

    /// Texts, or a single one.
    pub(super) fn texts(&mut self, found: &Found<'_>) -> Option<Vec<String>> {
        let texts = match found.node.list() {
            Some(list) => list.iter().map(Node::text).collect(),
            None => found.node.text().map(|text| vec![text]),
        };
        if texts.is_none() {
            self.refuse(found, "must be a list of texts");
        }
        texts
    }

    pub(super) fn flag(&mut self, found: &Found<'_>) -> Option<bool> {
        let flag = found.node.flag();
        if flag.is_none() {
            self.refuse(found, "must be true or false");
        }
        flag
    }

    /// A whole number of milliseconds, as seconds; never none.
    pub(super) fn seconds_of_ms(&mut self, found: &Found<'_>) -> Option<u64> {
        let ms: Option<u64> = found.node.text().and_then(|text| text.parse().ok());
        if ms.is_none() {
            self.refuse(found, "must be a number of milliseconds");
        }
        ms.map(|ms| (ms / 1000).max(1))
    }

    /// A text with holes, as ours are written.
    pub(super) fn template(&mut self, found: &Found<'_>) -> Option<String> {
        let text = self.text(found)?;
        expression::translate(&text, &self.words).map_err(|problem| self.refuse(found, &problem)).ok()
    }

    /// Texts with holes by name. Blocks within are flattened to dotted names, which make objects in a JSON body.
    pub(super) fn templates(&mut self, found: &Found<'_>, ours: &[&str]) -> Option<Map<String, Value>> {
        let Some(map) = found.node.map() else {
            self.refuse(found, "must be a block of texts");
            return None;
        };
        let mut templates = Map::new();
        for (name, node) in map.iter().filter(|(_, node)| !node.is_nothing()) {
            let inner = Found { path: format!("{}.{name}", found.path), node };
            if node.map().is_some() {
                let below = self.templates(&inner, ours)?;
                templates.extend(below.into_iter().map(|(below, value)| (format!("{name}.{below}"), value)));
            } else if let Some(template) = self.template(&inner) {
                self.came(format!("{}.{name}", ours.join(".")), node, inner.path);
                templates.insert(name.clone(), template.into());
            }
        }
        Some(templates)
    }

    /// Copies a text with holes.
    pub(super) fn put_template(&mut self, path: &[&str], found: Option<Found<'_>>) {
        if let Some(found) = found
            && let Some(template) = self.template(&found)
        {
            self.put(path, &found, template.into());
        }
    }

    /// Copies a block of them, without those of `skip`.
    pub(super) fn put_templates(&mut self, path: &[&str], found: Option<Found<'_>>, skip: &[(&str, &str)]) {
        if let Some(found) = found
            && let Some(mut templates) = self.templates(&found, path)
        {
            let is_left_out =
                |name: &str, value: &Value| skip.iter().any(|(known, said)| *known == name && (said.is_empty() || value == said));
            templates.retain(|name, value| !is_left_out(name, value));
            // Also without any: an alias that empties a block must not keep what it inherits.
            if !templates.is_empty() || self.has_base {
                self.put(path, &found, templates.into());
            }
        }
    }

    /// Copies texts.
    pub(super) fn put_texts(&mut self, path: &[&str], found: Option<Found<'_>>) {
        if let Some(found) = found
            && let Some(texts) = self.texts(&found)
        {
            self.put(path, &found, texts.into());
        }
    }

    /// Copies a text.
    pub(super) fn put_text(&mut self, path: &[&str], found: Option<Found<'_>>) {
        if let Some(found) = found
            && let Some(text) = self.text(&found)
        {
            self.put(path, &found, text.into());
        }
    }

    /// A block; anything else is refused.
    pub(super) fn map<'a>(&mut self, found: &Found<'a>) -> Option<&'a super::node::Map> {
        let map = found.node.map();
        if map.is_none() {
            self.refuse(found, "must be a block of fields");
        }
        map
    }
}
