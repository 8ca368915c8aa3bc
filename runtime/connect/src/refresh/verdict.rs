//! Whether a connection's credentials are good as they are.

use syncline_domain::Timestamp;
use syncline_providers::Auth;
use syncline_store::ConnectionRow;

use super::{Failure, is_alive};
use crate::modes;

/// How fresh credentials must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Freshness {
    /// As they are, even ended.
    AsStored,
    /// Not about to end.
    Usable,
    /// Newer than those now in the store, whatever happened before: a person asks.
    Forced,
    /// Newer than those of this version, which the provider has just refused.
    NewerThan(i64),
}

/// What is asked of the store's row, so that the answer is the same before and after waiting for another's refresh.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Wanted {
    Any,
    Unended,
    Newer { than: i64, is_patient: bool },
}

/// What to do.
pub(super) enum Verdict {
    AsItIs,
    Renew,
    Unusable(Failure),
}

impl Freshness {
    pub(super) fn wanted(self, row: &ConnectionRow) -> Wanted {
        match self {
            Self::AsStored => Wanted::Any,
            Self::Usable => Wanted::Unended,
            Self::Forced => Wanted::Newer { than: row.credentials_version, is_patient: false },
            Self::NewerThan(version) => Wanted::Newer { than: version, is_patient: true },
        }
    }

    /// Whether the caller would rather have the present token than an error.
    pub(super) fn takes_what_still_works(self) -> bool {
        matches!(self, Self::Usable | Self::NewerThan(_))
    }
}

pub(super) fn of(auth: &Auth, row: &ConnectionRow, wanted: Wanted, now: Timestamp) -> Verdict {
    let Some(credentials) = &row.credentials else { return Verdict::AsItIs };
    if wanted == Wanted::Any || !modes::is_renewable(auth, credentials) {
        return Verdict::AsItIs;
    }
    // After a failure, the provider is left alone until it is time again.
    let resting = row.auth_error.as_ref().filter(|error| error.is_final || error.retry_at.is_some_and(|at| at > now));
    match wanted {
        Wanted::Any => Verdict::AsItIs,
        Wanted::Newer { than, .. } if row.credentials_version > than => Verdict::AsItIs,
        Wanted::Newer { is_patient: true, .. } if resting.is_some() => Verdict::AsItIs,
        Wanted::Newer { .. } => Verdict::Renew,
        Wanted::Unended => match resting {
            Some(_) if is_alive(row, now) => Verdict::AsItIs,
            Some(error) => Verdict::Unusable(Failure::resting(error)),
            None if row.refresh_at.is_some_and(|at| at <= now) || !is_alive(row, now) => Verdict::Renew,
            None => Verdict::AsItIs,
        },
    }
}
