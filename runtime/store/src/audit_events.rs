//! What people did in the console.
//!
//! ```text
//! begin ─▶ begun ─(the change)─▶ end ─▶ done · refused · failed
//! ```
//!
//! *Invariant:* an event is on disk before what it tells of is done. One that stays `begun` belongs to a process that disappeared: whether the
//! change was made is not known.

use syncline_domain::Timestamp;

use crate::database::{Row, values};
use crate::{Error, Store};

/// The audit log.
pub struct AuditEvents<'s>(pub(crate) &'s Store);

/// Something that somebody is about to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAuditEvent {
    /// Name of the environment that the page is of, if it is of one.
    pub environment: Option<String>,
    /// Who, where somebody is signed in.
    pub operator: Option<String>,
    /// By which the sessions of an operator are told apart; no part of their secret.
    pub session: Option<String>,
    /// Where they called from.
    pub address: Option<String>,
    /// `POST /console/{environment}/webhooks/rotate`
    pub action: String,
    /// What the path names.
    pub subject: String,
    /// The present.
    pub now: Timestamp,
}

/// Something that somebody did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditEventRow {
    /// Its row.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Name of the environment, if it was of one.
    pub environment: Option<String>,
    /// Who, by the name that they had; none before there were names, and where nobody was signed in.
    pub operator: Option<String>,
    /// Which of their sessions.
    pub session: Option<String>,
    /// Where they called from.
    pub address: Option<String>,
    /// The page's method and path, as the router knows it.
    pub action: String,
    /// What the path named.
    pub subject: String,
    /// What came of it.
    pub outcome: AuditOutcome,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuditOutcome {
    /// Not known: it is being done, or its process disappeared.
    Begun,
    /// Done.
    Done,
    /// Not done, and whoever asked was told why.
    Refused,
    /// Ended in an error of ours.
    Failed,
}

impl AuditOutcome {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Begun, "begun"), (Self::Done, "done"), (Self::Refused, "refused"), (Self::Failed, "failed")];

    /// As in the database.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).expect("every outcome is in the list").1
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(one, _)| *one)
    }
}

impl AuditEvents<'_> {
    /// Notes it, before it is done.
    pub async fn begin(&self, new: NewAuditEvent) -> Result<i64, Error> {
        let sql = "INSERT INTO audit_events (at, environment, operator, session, address, action, subject, outcome)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 'begun') RETURNING id";
        let values = values![new.now, new.environment, new.operator, new.session, new.address, new.action, new.subject];
        self.0.database().execute_returning(sql, values).await?.expect("an insert returns its row").get("id")
    }

    /// Notes what came of it.
    pub async fn end(&self, id: i64, outcome: AuditOutcome) -> Result<(), Error> {
        let values = values![id, outcome.as_str()];
        let sql = "UPDATE audit_events SET outcome = $2 WHERE id = $1";
        self.0.database().execute(sql, values).await.map(drop)
    }

    /// Newest first, those before one; at most `limit`.
    pub async fn list(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditEventRow>, Error> {
        let sql = "SELECT * FROM audit_events WHERE id < $1 ORDER BY id DESC LIMIT $2";
        let rows = self.0.database().rows(sql, values![before.unwrap_or(i64::MAX), i64::from(limit)]).await?;
        rows.iter().map(event).collect()
    }

    /// The same of one operator, by name.
    pub async fn list_of_operator(&self, operator: &str, before: Option<i64>, limit: u32) -> Result<Vec<AuditEventRow>, Error> {
        let sql = "SELECT * FROM audit_events WHERE operator = $3 AND id < $1 ORDER BY id DESC LIMIT $2";
        let values = values![before.unwrap_or(i64::MAX), i64::from(limit), operator];
        self.0.database().rows(sql, values).await?.iter().map(event).collect()
    }
}

fn event(row: &Row) -> Result<AuditEventRow, Error> {
    Ok(AuditEventRow {
        id: row.get("id")?,
        at: row.time("at")?,
        environment: row.get("environment")?,
        operator: row.get("operator")?,
        session: row.get("session")?,
        address: row.get("address")?,
        action: row.get("action")?,
        subject: row.get("subject")?,
        outcome: row.parse("audit_events", "outcome", AuditOutcome::parse)?,
    })
}
