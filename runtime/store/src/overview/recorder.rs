//! Writes what this process counts, a row for each environment and minute in which something happened.
//!
//! *Invariant:* what was counted is written once, however often it is tried: a row holds the process's whole figures of its minute, and is
//! replaced. A crash loses what was counted since the last write, and nothing else does.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use syncline_domain::{Clock, EnvironmentId, Figure, Figures, Metrics, Outage, Timestamp};
use tokio::sync::Mutex;

use crate::Error;
use crate::database::{Database, Sql, values};

/// What a crash may cost, and how old the newest figures of the overview may be.
const INTERVAL: Duration = Duration::from_secs(10);
/// For a clock that stands still just before the end of an interval.
const SHORTEST: Duration = Duration::from_millis(100);
const MINUTE_US: i64 = 60_000_000;
/// Kept in memory while the database is away: a week of one environment, or a day of seven. Then figures go on growing where they are counted,
/// and all of them belong to the minute in which the database is back.
const MOST_WAITING: usize = 10_080;

/// Of one process.
pub(crate) struct Recorder {
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    /// Random: another process, or the same after a restart, has other rows.
    node: i64,
    /// When the counters were read last.
    read_at: Timestamp,
    /// The minute of the latest row.
    latest: i64,
    /// What the counters said.
    seen: HashMap<EnvironmentId, Figures>,
    /// By minute and environment: this minute's figures, and those of earlier ones that are not on disk.
    minutes: BTreeMap<(i64, EnvironmentId), Row>,
}

#[derive(Default)]
struct Row {
    figures: Figures,
    is_written: bool,
}

impl Recorder {
    pub(crate) fn new(metrics: Arc<Metrics>, clock: Arc<dyn Clock>) -> Self {
        let state = State { node: random_node(), read_at: clock.now(), latest: i64::MIN, seen: HashMap::new(), minutes: BTreeMap::new() };
        Self { metrics, clock, state: Mutex::new(state) }
    }

    /// Writes at the end of every ten seconds of the clock, so that a minute's figures are of that minute. Never returns.
    pub(crate) async fn run(self: Arc<Self>, database: Database) {
        let mut outage = Outage::of("the figures of the overview could not be written");
        loop {
            let interval = i64::try_from(INTERVAL.as_micros()).expect("seconds");
            let gone = self.clock.now().unix_micros().rem_euclid(interval);
            tokio::time::sleep(Duration::from_micros((interval - gone).unsigned_abs()).max(SHORTEST)).await;
            match self.record(&database).await {
                Err(Error::Closed) => {}
                tried => _ = outage.note(tried),
            }
        }
    }

    /// Writes what is not on disk yet; nothing where nothing happened.
    pub(crate) async fn record(&self, database: &Database) -> Result<(), Error> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        if state.minutes.len() < MOST_WAITING {
            state.read(&self.metrics, now);
        }
        let rows: Vec<_> = state.minutes.iter().filter(|(_, row)| !row.is_written).map(|(key, row)| row.json(*key, state.node)).collect();
        if !rows.is_empty() {
            let rows = serde_json::to_string(&rows).expect("plain values are JSON");
            let sql = *UPSERT;
            database.execute(sql, values![rows]).await?;
        }
        let minute = minute(now);
        state.minutes.retain(|(at, _), _| *at >= minute);
        state.minutes.values_mut().for_each(|row| row.is_written = true);
        Ok(())
    }
}

impl State {
    /// Adds what happened since the last reading to the minute in which most of it did.
    fn read(&mut self, metrics: &Metrics, now: Timestamp) {
        // A reading at the end of a minute tells of that minute. A clock that was set, or a process that stood still, tells of the present.
        let at = minute(self.read_at.max(now.minus(INTERVAL)).min(now));
        if at < self.latest {
            // The clock was set back: the rows of these minutes are written and forgotten here, and must not be replaced.
            self.node = random_node();
            self.minutes.retain(|_, row| !row.is_written);
        }
        self.latest = at;
        for (environment, figures) in metrics.figures() {
            let seen = self.seen.entry(environment).or_default();
            let more = figures.since(seen);
            if !more.is_empty() {
                *seen = figures;
                let row = self.minutes.entry((at, environment)).or_default();
                *row = Row { figures: row.figures.plus(&more), is_written: false };
            }
        }
        self.read_at = now;
    }
}

impl Row {
    /// In the order of the columns.
    fn json(&self, (at, environment): (i64, EnvironmentId), node: i64) -> Vec<i64> {
        let count = |count: &u64| i64::try_from(*count).unwrap_or(i64::MAX);
        let figures = Figure::ALL.iter().map(|figure| count(&self.figures.get(*figure)));
        [environment.0, at, node].into_iter().chain(figures).chain(self.figures.durations().iter().map(count)).collect()
    }
}

fn random_node() -> i64 {
    let mut node = [0; 8];
    getrandom::fill(&mut node).expect("the system has randomness");
    // Positive, for whoever reads the table.
    i64::from_le_bytes(node) & i64::MAX
}

fn minute(at: Timestamp) -> i64 {
    at.unix_micros() - at.unix_micros().rem_euclid(MINUTE_US)
}

/// Of the table, behind its key.
pub(super) fn columns() -> impl Iterator<Item = String> {
    let durations = (0..Figures::DURATIONS).map(|at| format!("calls_took_{at}"));
    Figure::ALL.iter().map(|figure| figure.as_str().to_owned()).chain(durations)
}

// Differs because each database has its own way with lists. An environment that was deleted meanwhile keeps nobody else's figures from disk.
static UPSERT: LazyLock<Sql> = LazyLock::new(|| {
    let text = |value: fn(usize) -> String, from: &str| {
        let (mut names, mut selected, mut set) = (String::new(), String::new(), String::new());
        for (at, name) in columns().enumerate() {
            let _ = write!(names, ", {name}");
            let _ = write!(selected, ", {}", value(at + 3));
            let _ = write!(set, "{}{name} = excluded.{name}", if at == 0 { "" } else { ", " });
        }
        let (environment, at, node) = (value(0), value(1), value(2));
        let sql = format!(
            "INSERT INTO overview_minutes (environment, at, node{names})
             SELECT {environment}, {at}, {node}{selected} FROM {from} JOIN environments e ON e.id = {environment} WHERE TRUE
             ON CONFLICT (environment, at, node) DO UPDATE SET {set}"
        );
        // Once in the life of a process.
        &*sql.leak()
    };
    Sql::differs(
        text(|at| format!("(o.value ->> {at})"), "json_each($1) o"),
        text(|at| format!("(o ->> {at})::BIGINT"), "json_array_elements($1::JSON) o"),
    )
});
