//! A file in the format of Nango's `providers.yaml`: what of each definition is refused, and what has no counterpart.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use syncline_providers::{EntryDefect, Imported, dry_run, import};

use super::{count, listed, step};

/// Every definition. Two files cannot describe one key.
pub(super) fn check<'a>(file: &'a Path, text: &str, claimed: &mut BTreeMap<String, &'a Path>) -> Vec<Imported> {
    // Only what could be read got here.
    let mut definitions = import(file, text).unwrap_or_default();
    for one in definitions.iter_mut().filter(|one| one.entry.is_ok()) {
        if let Some(other) = claimed.insert(one.key.clone(), file) {
            let problem = format!("`{}` is described in {} already", one.key, other.display());
            one.entry = Err(vec![EntryDefect { file: file.to_owned(), line: one.line, field: one.key.clone(), problem }]);
        }
    }
    definitions
}

/// First what has to be mended.
pub(super) fn told(file: &Path, definitions: &[Imported]) -> String {
    let refused: Vec<&EntryDefect> = definitions.iter().filter_map(|one| one.entry.as_ref().err()).flatten().collect();
    let good: Vec<&Imported> = definitions.iter().filter(|one| one.entry.is_ok()).collect();
    let mut lines = Vec::new();
    if !refused.is_empty() {
        lines.push("Refused:".to_owned());
        lines.extend(refused.iter().map(|defect| format!("  {defect}")));
    }
    if good.iter().any(|one| !one.notes.is_empty()) {
        lines.push("Not supported, and left out:".to_owned());
        lines.extend(good.iter().flat_map(|one| &one.notes).map(|note| format!("  {note}")));
    }
    let keys: Vec<&str> = good.iter().map(|one| one.key.as_str()).collect();
    lines.push(format!("{}: {} of {} can be used: {}", file.display(), good.len(), count(definitions.len(), "provider"), keys.join(", ")));
    lines.push(format!(
        "`syncline providers import {} --output DIR` writes them as entries of your own, whose check shows what each would send.\n",
        file.display()
    ));
    lines.join("\n")
}

pub(super) fn document(file: &Path, definitions: &[Imported]) -> Value {
    let one = |definition: &Imported| match &definition.entry {
        Ok(entry) => json!({
            "key": definition.key, "ok": true, "auth_mode": entry.auth.mode(), "not_supported": listed(&definition.notes),
            "steps": dry_run(entry).into_iter().map(step).collect::<Vec<_>>(),
        }),
        Err(defects) => json!({ "key": definition.key, "ok": false, "defects": listed(defects) }),
    };
    let is_fine = definitions.iter().all(|one| one.entry.is_ok());
    json!({ "file": file.display().to_string(), "ok": is_fine, "providers": definitions.iter().map(one).collect::<Vec<_>>() })
}
