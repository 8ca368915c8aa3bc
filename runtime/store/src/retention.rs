//! For how long an environment's records are kept.

use syncline_domain::EnvironmentId;

use crate::database::values;
use crate::{Error, Store};

/// Wire contract 3.7.
pub(crate) const DEFAULT_PRUNE_AFTER_DAYS: u32 = 30;
/// Likewise.
pub(crate) const DEFAULT_DELETE_AFTER_DAYS: u32 = 60;

/// The policies.
pub struct RecordPolicies<'s>(pub(crate) &'s Store);

/// An environment's policy. 0 days: for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordPolicy {
    /// Payloads go that did not change for so long.
    pub prune_after_days: u32,
    /// Records go whose syncs did not run for so long.
    pub delete_after_days: u32,
}

impl Default for RecordPolicy {
    fn default() -> Self {
        Self { prune_after_days: DEFAULT_PRUNE_AFTER_DAYS, delete_after_days: DEFAULT_DELETE_AFTER_DAYS }
    }
}

impl RecordPolicies<'_> {
    /// The environment's own, or the default.
    pub async fn lookup(&self, environment: EnvironmentId) -> Result<RecordPolicy, Error> {
        let sql = "SELECT prune_after_days, delete_after_days FROM record_policies WHERE environment = $1";
        let Some(row) = self.0.database().row(sql, values![environment]).await? else { return Ok(RecordPolicy::default()) };
        let days = |column| -> Result<u32, Error> { Ok(u32::try_from(row.get::<i64>(column)?).unwrap_or(0)) };
        Ok(RecordPolicy { prune_after_days: days("prune_after_days")?, delete_after_days: days("delete_after_days")? })
    }

    /// Sets it.
    pub async fn set(&self, environment: EnvironmentId, policy: RecordPolicy) -> Result<(), Error> {
        let sql = "INSERT INTO record_policies (environment, prune_after_days, delete_after_days) VALUES ($1, $2, $3)
                   ON CONFLICT (environment) DO UPDATE SET prune_after_days = excluded.prune_after_days,
                                                           delete_after_days = excluded.delete_after_days";
        let values = values![environment, i64::from(policy.prune_after_days), i64::from(policy.delete_after_days)];
        self.0.database().execute(sql, values).await.map(drop)
    }
}
