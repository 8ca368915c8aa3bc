//! One refresh at a time for a connection: in this process by a shared future, across nodes by a lease on its row.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use serde_json::{Map, Value};
use syncline_domain::ConnectionRowId;
use syncline_store::{ConnectionRow, EndRefresh, RefreshClaim, RefreshResult};
use tracing::Instrument as _;

use super::failure::{self, Failure};
use super::schedule::refresh_at;
use super::verdict::{self, Verdict, Wanted};
use crate::attempt::settings;
use crate::setting::Client;
use crate::{Connect, ConnectError, Grant, ModeError, connection_config, modes};

/// For everything that a provider is asked in one refresh.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than [`PATIENCE`] by what the store needs: a second refresh while the first one is under way would spend its token.
const LEASE: Duration = Duration::from_secs(30);
/// How long a caller waits for another node's.
const MAX_WAIT: Duration = Duration::from_secs(35);
/// Between two looks at another node's refresh. A refresh takes some hundred milliseconds.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

type Landing = Result<Arc<ConnectionRow>, Failure>;
type Flight = Shared<BoxFuture<'static, Landing>>;

/// The refreshes that are under way in this process.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<(ConnectionRowId, Wanted), Flight>>);

impl Connect {
    /// Joins the refresh that is under way, or begins one.
    pub(super) async fn fly(&self, id: ConnectionRowId, wanted: Wanted) -> Landing {
        let flight = {
            let mut flights = self.flights().0.lock().expect("nothing panics while it is held");
            flights.entry((id, wanted)).or_insert_with(|| self.take_off(id, wanted)).clone()
        };
        flight.await
    }

    fn take_off(&self, id: ConnectionRowId, wanted: Wanted) -> Flight {
        let this = self.clone();
        // On a task of its own: a caller that hangs up must not lose a token that the provider has given out.
        let lead = async move {
            let landing = this.lead(id, wanted).await;
            this.flights().0.lock().expect("nothing panics while it is held").remove(&(id, wanted));
            landing
        };
        let task = self.options().tasks.spawn(lead.in_current_span());
        let this = self.clone();
        async move {
            task.await.unwrap_or_else(|panic| {
                this.flights().0.lock().expect("nothing panics while it is held").remove(&(id, wanted));
                Err(Failure::internal(&panic))
            })
        }
        .boxed()
        .shared()
    }

    /// Takes the row's lease, or waits for whoever has it.
    async fn lead(&self, id: ConnectionRowId, wanted: Wanted) -> Landing {
        let give_up = self.now().plus(MAX_WAIT);
        loop {
            let claim = self.store().connections().begin_refresh(id, &self.options().node, self.now(), LEASE).await;
            match claim.map_err(|error| Failure::internal(&error))? {
                RefreshClaim::Gone => return Err(Failure::gone()),
                RefreshClaim::Busy { .. } if self.now() >= give_up => return Err(Failure::slow()),
                RefreshClaim::Busy { .. } => tokio::time::sleep(LOOK_AGAIN.mul_f64(0.5 + self.fraction())).await,
                RefreshClaim::Claimed { row, fence, was_interrupted } => {
                    return self.refresh(row, fence, was_interrupted, wanted).await;
                }
            }
        }
    }

    async fn refresh(&self, row: ConnectionRow, fence: i64, was_interrupted: bool, wanted: Wanted) -> Landing {
        let entry = match self.entry(&row.provider) {
            Ok(entry) => entry,
            Err(error) => return self.land(&row, fence, RefreshResult::Unchanged, false).await.and(Err(Failure::internal(&error))),
        };
        // Somebody else may have renewed it while we waited.
        match verdict::of(&entry.auth, &row, wanted, self.now()) {
            Verdict::Renew => {}
            Verdict::AsItIs => return self.land(&row, fence, RefreshResult::Unchanged, false).await.map(|_| Arc::new(row)),
            Verdict::Unusable(failure) => {
                return self.land(&row, fence, RefreshResult::Unchanged, false).await.and(Err(failure));
            }
        }
        let begun = self.now();
        let renewed = match tokio::time::timeout(PATIENCE, self.renew(&row)).await {
            Ok(renewed) => renewed,
            Err(_) => Err(ModeError::Unavailable {
                code: "ETIMEDOUT".to_owned(),
                message: format!("{} did not answer within {} s", entry.display_name, PATIENCE.as_secs()),
                retry_after: None,
            }),
        };
        let now = self.now();
        match renewed {
            Ok((grant, connection_config)) => {
                let refresh_at = refresh_at(&entry.auth, &grant.credentials, now, self.fraction());
                let result = RefreshResult::Renewed { credentials: grant.credentials, connection_config, refresh_at };
                let had_failed = row.auth_error.is_some();
                // Committed before anybody uses it. If the row moved on meanwhile, what is there now counts.
                self.land(&row, fence, result, had_failed).await?;
                self.note_refresh(&row, begun, None);
                self.reread(&row).await
            }
            Err(cause) => {
                let error = failure::remember(&row, &cause, was_interrupted, now, self.fraction());
                let (failure, is_news) = (Failure::refused(&error), failure::is_news(row.auth_error.as_ref(), &error));
                tracing::warn!(
                    connection.id = row.id.0,
                    provider = row.provider,
                    code = error.code,
                    is_final = error.is_final,
                    "a token was not renewed"
                );
                self.note_refresh(&row, begun, Some(&error));
                let refresh_at = error.retry_at;
                let is_written = self.land(&row, fence, RefreshResult::Failed { error, refresh_at }, is_news).await?;
                // Not written: a reconnect or another refresh came in between, and its credentials are better than this failure.
                if is_written { Err(failure) } else { self.reread(&row).await }
            }
        }
    }

    async fn renew(&self, row: &ConnectionRow) -> Result<(Grant, Option<String>), ModeError> {
        let internal = |error: ConnectError| {
            tracing::error!(error = &error as &dyn std::error::Error, connection.id = row.id.0, "a refresh could not be prepared");
            ModeError::Unavailable {
                code: error.code().to_owned(),
                message: "the refresh could not be prepared".to_owned(),
                retry_after: None,
            }
        };
        let integration = self.integration_of(row).await.map_err(internal)?;
        let entry = self.entry(&row.provider).map_err(internal)?;
        let urls = self.urls(&integration).await.map_err(internal)?;
        let mut config: Map<String, Value> = serde_json::from_str(&row.connection_config).unwrap_or_default();
        let credentials = row.credentials.as_ref().expect("a claim brings the credentials");
        let own = match credentials {
            syncline_domain::Credentials::Oauth2(token) => token.config_override.as_ref(),
            syncline_domain::Credentials::AppWithUser { user, .. } => user.as_ref().and_then(|user| user.config_override.as_ref()),
            _ => None,
        };
        let own = own.and_then(|own| serde_json::from_str(own.expose()).ok());
        let setting = self.setting(&urls, &entry, &config, Client::new(settings(&integration), own));
        let mut grant = modes::renew(&setting, credentials).await?;
        let additions = std::mem::take(&mut grant.connection_config);
        let is_changed = additions.iter().any(|(name, value)| config.get(name) != Some(value));
        config.extend(additions);
        if is_changed && let Err(error) = connection_config::complete(&entry, &mut config) {
            // The token is good and must not be lost; what came beside it is not taken.
            tracing::warn!(connection.id = row.id.0, error = %error, "a refresh answered with values that break the entry's rules");
            return Ok((grant, None));
        }
        Ok((grant, is_changed.then(|| Value::Object(config).to_string())))
    }

    async fn land(&self, row: &ConnectionRow, fence: i64, result: RefreshResult, notify: bool) -> Result<bool, Failure> {
        let end = EndRefresh { id: row.id, fence, credentials_version: row.credentials_version, result, notify, now: self.now() };
        self.store().connections().end_refresh(end).await.map_err(|error| Failure::internal(&error))
    }

    async fn reread(&self, row: &ConnectionRow) -> Landing {
        let found = self.store().connections().lookup_with_credentials(row.id).await.map_err(|error| Failure::internal(&error))?;
        found.map(Arc::new).ok_or_else(Failure::gone)
    }
}
