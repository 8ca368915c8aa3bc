//! Finding connections by their name, whatever integration they are of.

use syncline_domain::{ConnectionName, EnvironmentId};

use super::{ConnectionRow, Connections, connection};
use crate::Error;
use crate::database::values;

impl Connections<'_> {
    /// All of this name, at most one for each integration, without credentials. [`Self::list`] would look at every connection for them: the name
    /// is in an index behind the integration.
    pub async fn named(&self, environment: EnvironmentId, name: &ConnectionName) -> Result<Vec<ConnectionRow>, Error> {
        let sql = "SELECT c.*, i.key AS integration_key, i.provider FROM integrations i JOIN connections c ON c.integration = i.id AND c.name = $2
                   WHERE i.environment = $1 AND i.deleted_at IS NULL AND c.deleted_at IS NULL AND NOT c.pending ORDER BY i.key";
        self.0.database().rows(sql, values![environment, name.as_str()]).await?.iter().map(connection).collect()
    }
}
