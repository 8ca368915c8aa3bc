//! What a deployment changes, as people read it.

use std::process::ExitCode;

use serde::Deserialize;

use crate::cli::client::ClientError;
use crate::cli::exit;
use crate::cli::output::Output;

/// `{"data": changes}`
#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(crate) data: Changed,
}

/// What a deployment changes or changed.
#[derive(Deserialize)]
pub(crate) struct Changed {
    #[serde(default)]
    pub(crate) deployment: Option<String>,
    #[serde(default)]
    destructive: bool,
    pub(crate) functions: Vec<Function>,
    #[serde(default)]
    pub(crate) deleted: Vec<Function>,
}

/// A function of the deployment; `change` is empty for a deleted one.
#[derive(Deserialize)]
pub(crate) struct Function {
    pub(crate) integration: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) change: String,
    #[serde(default)]
    details: Vec<Detail>,
    #[serde(default)]
    connections: u64,
    #[serde(default)]
    lost_models: Vec<LostModel>,
}

#[derive(Deserialize)]
struct Detail {
    message: String,
}

#[derive(Deserialize)]
struct LostModel {
    name: String,
    records: u64,
}

/// Of 409 `destructive_deployment`.
#[derive(Deserialize)]
struct Refusal {
    error: RefusalError,
}

#[derive(Deserialize)]
struct RefusalError {
    payload: Changed,
}

impl Changed {
    /// What would change, where that is why the server refused.
    pub(crate) fn of_refusal(error: &anyhow::Error) -> Option<Self> {
        match error.downcast_ref() {
            Some(ClientError::Refused { code, body, .. }) if code == "destructive_deployment" => {
                serde_json::from_str(body).ok().map(|Refusal { error }| error.payload)
            }
            _ => None,
        }
    }

    /// Whether anything is other than before.
    pub(crate) fn is_change(&self) -> bool {
        !self.deleted.is_empty() || self.functions.iter().any(|function| function.change != "unchanged")
    }

    /// One line a function.
    pub(crate) fn print(&self, output: Output, document: &str) -> std::io::Result<()> {
        output.list(document, &HEADER, self.rows(), "The component has no functions.")
    }

    /// What does not stay as it is, for somebody who has to decide.
    pub(crate) fn table(&self, output: Output) -> String {
        output.table(&HEADER, self.rows().into_iter().filter(|row| row[0] != "unchanged").collect())
    }

    /// What was done, in a line below.
    pub(crate) fn conclude(&self, output: Output) -> std::io::Result<()> {
        match &self.deployment {
            Some(id) => output.note(&format!("\nThis is deployment {id}; `syncline rollback` goes back to the one before.")),
            None => output.note("\nNothing changed."),
        }
    }

    /// What would be done, likewise; the exit code says whether anything, if asked.
    pub(crate) fn conclude_dry_run(&self, tell: bool, output: Output) -> std::io::Result<ExitCode> {
        let (is_change, needs) = (self.is_change(), if self.destructive { " It needs --allow-destructive, or a yes." } else { "" });
        output.note(&if is_change { format!("\nThis is what would change.{needs}") } else { "\nNothing would change.".to_owned() })?;
        Ok(if is_change && tell { ExitCode::from(exit::WOULD_CHANGE) } else { ExitCode::SUCCESS })
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let row = |change: &str, function: &Function| {
            vec![
                change.to_owned(),
                function.integration.clone(),
                function.name.clone(),
                function.kind.clone(),
                function.what(change == "deleted"),
            ]
        };
        let there = self.functions.iter().map(|function| row(&function.change, function));
        there.chain(self.deleted.iter().map(|function| row("deleted", function))).collect()
    }
}

const HEADER: [&str; 5] = ["change", "integration", "function", "type", "what"];

impl Function {
    fn what(&self, deleted: bool) -> String {
        let mut told: Vec<String> = self.details.iter().map(|detail| detail.message.clone()).collect();
        if (deleted && self.kind == "sync") || !self.lost_models.is_empty() {
            told.push(format!("on {}", counted(self.connections, "connection")));
        }
        for model in &self.lost_models {
            told.push(format!("{} of {} not renewed any more", counted(model.records, "record"), model.name));
        }
        told.join("; ")
    }
}

fn counted(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changes_is_a_line_that_says_what_it_means() {
        let changed: Changed = serde_json::from_value(json!({
            "deployment": null, "destructive": true,
            "functions": [
                { "integration": "github", "type": "sync", "name": "issues", "version": 2, "change": "updated", "connections": 0, "lost_models": [],
                  "details": [{ "code": "schedule", "message": "runs every 5m, was every 1h" }, { "code": "grants", "message": "may now see credentials" }] },
                { "integration": "github", "type": "action", "name": "create", "version": 1, "change": "unchanged", "details": [], "connections": 0,
                  "lost_models": [] },
            ],
            "deleted": [
                { "integration": "github", "type": "sync", "name": "users", "version": 1, "connections": 3,
                  "lost_models": [{ "name": "User", "records": 1 }, { "name": "Team", "records": 20 }] },
                { "integration": "github", "type": "action", "name": "close", "version": 1, "connections": 0, "lost_models": [] },
            ],
        }))
        .unwrap();
        assert!(changed.is_change() && changed.destructive);
        insta::assert_snapshot!(changed.table(Output::new(false)), @r"
        CHANGE   INTEGRATION  FUNCTION  TYPE    WHAT
        updated  github       issues    sync    runs every 5m, was every 1h; may now see credentials
        deleted  github       users     sync    on 3 connections; 1 record of User not renewed any more; 20 records of Team not renewed any more
        deleted  github       close     action
        ");
    }
}
