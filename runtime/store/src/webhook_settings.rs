//! Where an environment's webhooks go, and what they are signed with.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use syncline_domain::{EnvironmentId, Secret};

use crate::crypto::{Cipher, Place};
use crate::database::{Row, Transaction, values};
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
    /// Whether a new connection is told.
    pub on_auth_creation: bool,
    /// Whether failing and recovering credentials are told.
    pub on_auth_refresh_error: bool,
    /// Whether the end of an asynchronous action is told.
    pub on_async_action_completion: bool,
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
}

const LOOKUP: &str = "SELECT * FROM webhook_settings WHERE environment = $1";

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
                       on_async_action_completion = CASE WHEN $10 THEN $11 ELSE on_async_action_completion END
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

    /// Replaces the signing key; webhooks are signed with the new one from now on.
    pub async fn rotate_signing_key(&self, environment: EnvironmentId) -> Result<Secret, Error> {
        let (key, sealed) = self.new_key(environment);
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    ensure_in(transaction, environment, sealed.clone()).await?;
                    let sql = "UPDATE webhook_settings SET signing_key = $2 WHERE environment = $1";
                    transaction.execute(sql, values![environment, sealed]).await
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
        let sealed = self.0.cipher().seal(place(&environment), key.expose().as_bytes());
        (key, sealed)
    }
}

async fn ensure_in(transaction: &mut Transaction, environment: EnvironmentId, sealed_key: Vec<u8>) -> Result<(), Error> {
    let sql = "INSERT INTO webhook_settings (environment, signing_key, on_auth_creation, on_auth_refresh_error)
               VALUES ($1, $2, TRUE, TRUE) ON CONFLICT (environment) DO NOTHING";
    transaction.execute(sql, values![environment, sealed_key]).await.map(drop)
}

fn place(environment: &EnvironmentId) -> Place<'_> {
    Place { table: "webhook_settings", column: "signing_key", row: environment }
}

fn settings(row: &Row, cipher: &Cipher) -> Result<WebhookSettings, Error> {
    let environment = EnvironmentId(row.get("environment")?);
    Ok(WebhookSettings {
        primary_url: row.get("primary_url")?,
        secondary_url: row.get("secondary_url")?,
        signing_key: Secret::new(cipher.open_text(place(&environment), row.get("signing_key")?)?),
        on_auth_creation: row.get("on_auth_creation")?,
        on_auth_refresh_error: row.get("on_auth_refresh_error")?,
        on_async_action_completion: row.get("on_async_action_completion")?,
    })
}
