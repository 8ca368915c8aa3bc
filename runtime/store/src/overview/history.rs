//! What happened, in steps of a minute or more.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::Duration;

use syncline_domain::{EnvironmentId, Figure, Figures, Timestamp};

use super::{Overview, recorder};
use crate::Error;
use crate::database::{Row, values};

/// Steps of time, one behind the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// When the first begins.
    pub since: Timestamp,
    /// How long each is: whole minutes.
    pub step: Duration,
    /// How many there are.
    pub steps: usize,
}

// Both databases sum whole numbers to more than a whole number's worth.
static HISTORY: LazyLock<String> = LazyLock::new(|| {
    let mut sums = String::new();
    for name in recorder::columns() {
        let _ = write!(sums, ", CAST(SUM({name}) AS BIGINT) AS {name}");
    }
    format!(
        "SELECT (at - $2) / $4 AS step{sums} FROM overview_minutes WHERE environment = $1 AND at >= $2 AND at < $3 GROUP BY (at - $2) / $4"
    )
});

impl Overview<'_> {
    /// The figures of each step of the span, of all processes together; as far as they are on disk.
    pub async fn history(&self, environment: EnvironmentId, span: Span) -> Result<Vec<Figures>, Error> {
        let step = i64::try_from(span.step.as_micros()).unwrap_or(i64::MAX).max(1);
        let until = span.since.plus(span.step * u32::try_from(span.steps).unwrap_or(u32::MAX));
        let mut all = vec![Figures::default(); span.steps];
        for row in self.0.database().rows(HISTORY.as_str(), values![environment, span.since, until, step]).await? {
            let at = usize::try_from(row.get::<i64>("step")?).ok();
            if let Some(figures) = at.and_then(|at| all.get_mut(at)) {
                *figures = read(&row)?;
            }
        }
        Ok(all)
    }
}

fn read(row: &Row) -> Result<Figures, Error> {
    let mut figures = Figures::default();
    for figure in Figure::ALL {
        figures.set(*figure, row.get::<i64>(figure.as_str())?.unsigned_abs());
    }
    let mut durations = [0; Figures::DURATIONS];
    for (at, count) in durations.iter_mut().enumerate() {
        *count = row.get::<i64>(&format!("calls_took_{at}"))?.unsigned_abs();
    }
    figures.set_durations(durations);
    Ok(figures)
}
