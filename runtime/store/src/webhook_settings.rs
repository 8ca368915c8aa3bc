//! Where an environment's webhooks go, and what they are signed with.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use syncline_domain::{EnvironmentId, Secret, Timestamp};

use crate::crypto::{Cipher, Place};
use crate::database::{Row, Sql, Transaction, values};
use crate::{Error, Store};

/// The settings, one row an environment, made when it is first asked for.
pub struct WebhookSettingsOf<'s>(pub(crate) &'s Store);

/// An environment's settings.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// Every webhook goes here.
    pub primary_url: Option<String>,
    /// And here.
    pub secondary_url: Option<String>,
    /// In the form of Standard Webhooks: `whsec_` and the Base64 of 32 random bytes.
    pub signing_key: Secret,
    /// The key before the last rotation and until when webhooks are signed with it as well.
    pub previous_key: Option<(Secret, Timestamp)>,
    /// Whether a new connection is told.
    pub on_auth_creation: bool,
    /// Whether failing and recovering credentials are told.
    pub on_auth_refresh_error: bool,
    /// Whether the end of an asynchronous action is told.
    pub on_async_action_completion: bool,
    /// Whether a sync that changed nothing is told.
    pub on_sync_completion_always: bool,
    /// Whether a sync that failed is told.
    pub on_sync_error: bool,
}

impl WebhookSettings {
    /// The keys of this moment: the present one, and the one before it during an overlap.
    pub fn keys(&self, now: Timestamp) -> (&Secret, Option<&Secret>) {
        (&self.signing_key, self.previous_key.as_ref().filter(|(_, until)| *until > now).map(|(key, _)| key))
    }
}

/// What changes; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct WebhookSettingsPatch {
    /// Another or no address.
    pub primary_url: Option<Option<String>>,
    /// Another or no address.
    pub secondary_url: Option<Option<String>>,
    /// Whether a new connection is told.
    pub on_auth_creation: Option<bool>,
    /// Whether failing and recovering credentials are told.
    pub on_auth_refresh_error: Option<bool>,
    /// Whether the end of an asynchronous action is told.
    pub on_async_action_completion: Option<bool>,
    /// Whether a sync that changed nothing is told.
    pub on_sync_completion_always: Option<bool>,
    /// Whether a sync that failed is told.
    pub on_sync_error: Option<bool>,
}

const LOOKUP: &str = "SELECT * FROM webhook_settings WHERE environment = $1";
// Differs because SQLite has one writer: of two rotations each must see the other's key.
const LOCKED: Sql = Sql::differs(LOOKUP, "SELECT * FROM webhook_settings WHERE environment = $1 FOR UPDATE");

impl WebhookSettingsOf<'_> {
    /// An environment's settings. [`crate::Constraint::Reference`] when there is no such environment.
    pub async fn lookup(&self, environment: EnvironmentId) -> Result<WebhookSettings, Error> {
        let found = self.0.database().row(LOOKUP, values![environment]).await?;
        let row = match found {
            Some(row) => row,
            None => self.ensure(environment).await?,
        };
        settings(&row, self.0.cipher())
    }

    /// Changes them.
    pub async fn set(&self, environment: EnvironmentId, patch: WebhookSettingsPatch) -> Result<WebhookSettings, Error> {
        let key = self.new_key(environment);
        let sql = "UPDATE webhook_settings SET primary_url = CASE WHEN $2 THEN $3 ELSE primary_url END,
                       secondary_url = CASE WHEN $4 THEN $5 ELSE secondary_url END,
                       on_auth_creation = CASE WHEN $6 THEN $7 ELSE on_auth_creation END,
                       on_auth_refresh_error = CASE WHEN $8 THEN $9 ELSE on_auth_refresh_error END,
                       on_async_action_completion = CASE WHEN $10 THEN $11 ELSE on_async_action_completion END,
                       on_sync_completion_always = CASE WHEN $12 THEN $13 ELSE on_sync_completion_always END,
                       on_sync_error = CASE WHEN $14 THEN $15 ELSE on_sync_error END
                   WHERE environment = $1 RETURNING *";
        let values = values![
            environment,
            patch.primary_url.is_some(),
            patch.primary_url.flatten(),
            patch.secondary_url.is_some(),
            patch.secondary_url.flatten(),
            patch.on_auth_creation.is_some(),
            patch.on_auth_creation.unwrap_or_default(),
            patch.on_auth_refresh_error.is_some(),
            patch.on_auth_refresh_error.unwrap_or_default(),
            patch.on_async_action_completion.is_some(),
            patch.on_async_action_completion.unwrap_or_default(),
            patch.on_sync_completion_always.is_some(),
            patch.on_sync_completion_always.unwrap_or_default(),
            patch.on_sync_error.is_some(),
            patch.on_sync_error.unwrap_or_default(),
        ];
        let row = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    ensure_in(transaction, environment, key.1).await?;
                    Ok(transaction.row(sql, values).await?.expect("ensured above"))
                })
            })
            .await?;
        settings(&row, self.0.cipher())
    }

    /// Replaces the signing key. For `overlap` webhooks are signed with the one before as well; with none it is over at once, as for a key
    /// that got out, and for one that was never shown. A rotation within an overlap ends it: only one key before the present one is ever valid.
    pub async fn rotate_signing_key(&self, environment: EnvironmentId, overlap: Duration, now: Timestamp) -> Result<Secret, Error> {
        let (key, sealed) = self.new_key(environment);
        let cipher = self.0.cipher().clone();
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    ensure_in(transaction, environment, sealed.clone()).await?;
                    let row = transaction.row(LOCKED, values![environment]).await?.expect("ensured above");
                    let before = Secret::new(cipher.open_text(place(&environment, "signing_key"), row.get("signing_key")?)?);
                    // A ciphertext belongs to its column.
                    let previous = (!overlap.is_zero() && row.get("key_is_known")?)
                        .then(|| (cipher.seal(place(&environment, "previous_key"), before.expose().as_bytes()), now.plus(overlap)));
                    let (previous, until) = previous.unzip();
                    let sql = "UPDATE webhook_settings SET signing_key = $2, previous_key = $3, previous_key_until = $4,
                                   key_is_known = TRUE
                               WHERE environment = $1";
                    transaction.execute(sql, values![environment, sealed, previous, until]).await
                })
            })
            .await?;
        Ok(key)
    }

    async fn ensure(&self, environment: EnvironmentId) -> Result<Row, Error> {
        let (_, sealed) = self.new_key(environment);
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    ensure_in(transaction, environment, sealed).await?;
                    Ok(transaction.row(LOOKUP, values![environment]).await?.expect("ensured above"))
                })
            })
            .await
    }

    /// In clear and sealed. Random as the data keys are: whoever could inject its randomness could sign.
    fn new_key(&self, environment: EnvironmentId) -> (Secret, Vec<u8>) {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut()).expect("the system has randomness");
        let key = Secret::new(format!("whsec_{}", BASE64_STANDARD.encode(bytes.as_ref())));
        let sealed = self.0.cipher().seal(place(&environment, "signing_key"), key.expose().as_bytes());
        (key, sealed)
    }
}

async fn ensure_in(transaction: &mut Transaction, environment: EnvironmentId, sealed_key: Vec<u8>) -> Result<(), Error> {
    let sql = "INSERT INTO webhook_settings (environment, signing_key, key_is_known, on_auth_creation, on_auth_refresh_error)
               VALUES ($1, $2, FALSE, TRUE, TRUE) ON CONFLICT (environment) DO NOTHING";
    transaction.execute(sql, values![environment, sealed_key]).await.map(drop)
}

fn place<'e>(environment: &'e EnvironmentId, column: &'static str) -> Place<'e> {
    Place { table: "webhook_settings", column, row: environment }
}

fn settings(row: &Row, cipher: &Cipher) -> Result<WebhookSettings, Error> {
    let environment = EnvironmentId(row.get("environment")?);
    let previous: Option<Vec<u8>> = row.get("previous_key")?;
    let previous = previous.map(|sealed| cipher.open_text(place(&environment, "previous_key"), sealed)).transpose()?.map(Secret::new);
    Ok(WebhookSettings {
        primary_url: row.get("primary_url")?,
        secondary_url: row.get("secondary_url")?,
        signing_key: Secret::new(cipher.open_text(place(&environment, "signing_key"), row.get("signing_key")?)?),
        previous_key: previous.zip(row.optional_time("previous_key_until")?),
        on_auth_creation: row.get("on_auth_creation")?,
        on_auth_refresh_error: row.get("on_auth_refresh_error")?,
        on_async_action_completion: row.get("on_async_action_completion")?,
        on_sync_completion_always: row.get("on_sync_completion_always")?,
        on_sync_error: row.get("on_sync_error")?,
    })
}
