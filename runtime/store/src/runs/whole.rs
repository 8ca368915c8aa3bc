//! A run from its beginning to its end at once: what is left to write of one that was over before anything of it was written.

use syncline_domain::{ConnectionName, Variant};

use super::finish::Ended;
use super::{FinishRun, NewRun, Runs, place};
use crate::database::values;
use crate::{Error, LogLine, run_logs};

impl Runs<'_> {
    /// Inserts a run that is over, with what it said. It is a run of no sync and no job: theirs are noted when they begin.
    pub async fn insert_finished(&self, new: NewRun, lines: Vec<LogLine>, end: FinishRun) -> Result<(), Error> {
        debug_assert!(new.sync.is_none() && new.job.is_none() && end.job.is_none(), "a job's run is noted when it begins");
        let cipher = self.0.cipher();
        let input = new.input.as_ref().map(|input| cipher.seal(place(&new.id, "input"), input.as_bytes()));
        let Ended { output, error, counts, cpu_time, peak_memory_bytes, host_calls } = Ended::of(&end, cipher);
        let sql =
            "INSERT INTO runs (id, environment, function, function_name, kind, connection, connection_name, integration_key, variant,
                       trigger_kind, state, attempt, input, output, error, counts, cpu_time_us, peak_memory_bytes, host_calls, started_at, finished_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
        let values = values![
            new.id,
            new.environment,
            new.function,
            new.function_name.as_str(),
            new.kind.as_str(),
            new.connection,
            new.connection_name.as_ref().map(ConnectionName::as_str),
            new.integration_key.as_str(),
            new.variant.as_ref().map(Variant::as_str),
            new.trigger.as_str(),
            end.state.as_str(),
            i64::from(new.attempt),
            input,
            output,
            error,
            counts,
            cpu_time,
            peak_memory_bytes,
            host_calls,
            new.now,
            end.now
        ];
        let lines = (!lines.is_empty()).then(|| run_logs::json(&lines));
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    transaction.execute(sql, values).await?;
                    match lines {
                        Some(lines) => run_logs::insert_in(transaction, new.id, lines).await,
                        None => Ok(()),
                    }
                })
            })
            .await
    }
}
