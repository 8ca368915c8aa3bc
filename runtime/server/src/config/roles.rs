//! What a process does of all that a server does.

use super::ConfigError;

/// The roles of one process. On PostgreSQL there may be any number of each; SQLite has one process with all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Roles {
    /// Answers the API and the console, and runs the actions that callers wait for.
    pub api: bool,
    /// Makes due syncs jobs, renews credentials, rescues jobs whose worker is gone, and forgets what is old.
    pub scheduler: bool,
    /// Runs jobs: syncs, events, asynchronous actions, webhooks.
    pub worker: bool,
}

impl Roles {
    /// What a process has that is told nothing.
    pub const ALL: Self = Self { api: true, scheduler: true, worker: true };

    /// Reads `api,worker`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut roles = Self { api: false, scheduler: false, worker: false };
        for name in text.split(',').map(str::trim) {
            match name {
                "api" => roles.api = true,
                "scheduler" => roles.scheduler = true,
                "worker" => roles.worker = true,
                other => {
                    return Err(ConfigError::new(format!(
                        "SYNCLINE_ROLES names `{other}`, which is no role; write api, scheduler or worker, or several with commas between them"
                    )));
                }
            }
        }
        Ok(roles)
    }
}
