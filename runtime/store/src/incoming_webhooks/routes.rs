//! By what connections are found.

use super::IncomingWebhooks;
use crate::Error;
use crate::database::values;

impl IncomingWebhooks<'_> {
    /// Makes connections findable by these fields of theirs (provider and field): from now on, and those that are there already. A field that is
    /// known costs a look; nothing is forgotten, because an older node may still need it.
    pub async fn declare_routes(&self, fields: Vec<(String, String)>) -> Result<(), Error> {
        for (provider, field) in fields {
            self.0
                .database()
                .write(move |transaction| {
                    Box::pin(async move {
                        let sql =
                            "INSERT INTO webhook_route_fields (provider, field) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING field";
                        if transaction.row(sql, values![provider.as_str(), field.as_str()]).await?.is_none() {
                            return Ok(());
                        }
                        let sql = "INSERT INTO connection_routes (integration, field, value, connection)
                                   SELECT integration, field, value, connection FROM connection_route_values
                                   WHERE provider = $1 AND field = $2
                                   ON CONFLICT DO NOTHING";
                        transaction.execute(sql, values![provider, field]).await.map(drop)
                    })
                })
                .await?;
        }
        Ok(())
    }
}
