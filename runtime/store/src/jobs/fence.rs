//! Proof that a worker still holds its job.

use syncline_domain::JobId;

use crate::Error;
use crate::database::{Sql, Transaction, values};

/// What a worker shows with every write of its run: a worker that slept through its lease finds that the number has moved on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fence {
    /// The job.
    pub job: JobId,
    /// Its number when the worker claimed it.
    pub fence: i64,
}

impl Fence {
    /// Fails with [`Error::Fenced`] unless the job is still this worker's; then it stays so until the transaction ends.
    pub(crate) async fn check(self, transaction: &mut Transaction) -> Result<(), Error> {
        // Differs because in PostgreSQL a rescuer could take the job between this check and the commit.
        const HELD: Sql = Sql::differs(
            "SELECT id FROM jobs WHERE id = $1 AND fence = $2 AND state = 'running'",
            "SELECT id FROM jobs WHERE id = $1 AND fence = $2 AND state = 'running' FOR SHARE",
        );
        transaction.row(HELD, values![self.job, self.fence]).await?.map(drop).ok_or(Error::Fenced)
    }
}
