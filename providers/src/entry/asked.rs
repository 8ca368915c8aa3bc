//! The fields that a person is asked for: those of the auth mode, in the words of the entry where it has some.

use super::auth::{Auth, ClientProof};
use super::field::{Field, FieldDefect, check_all};
use super::{Entry, standard};

/// Where a value belongs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldPlace {
    /// `credentials`: proves who connects.
    Credentials,
    /// `connection_config`: says where the account is.
    ConnectionConfig,
}

/// A field with its name and place.
#[derive(Clone, Debug)]
pub struct AskedField {
    /// Where its value belongs.
    pub place: FieldPlace,
    /// The wire's name of the value.
    pub name: String,
    /// How it is asked for. Automated and hidden ones are here too.
    pub field: Field,
}

impl Entry {
    /// Everything that a connection carries by a person's word: fields with an `order` first, then credentials, then the configuration.
    pub fn fields(&self) -> Vec<AskedField> {
        let base = self.auth.base_fields();
        let own = |name: &str| self.credentials.get(name).cloned();
        let mode = base.iter().map(|(name, optional)| {
            let standard = || Field { optional: *optional, ..standard::field(name).expect("every base field is a standard field") };
            ((*name).to_owned(), own(name).unwrap_or_else(standard))
        });
        let declared = self.credentials.iter().filter(|(name, _)| !base.iter().any(|(known, _)| known == name));
        let credentials = mode.chain(declared.map(|(name, field)| (name.clone(), field.clone())));
        let credentials = credentials.map(|(name, field)| AskedField { place: FieldPlace::Credentials, name, field });
        let config = self.connection_config.iter().map(|(name, field)| AskedField {
            place: FieldPlace::ConnectionConfig,
            name: name.clone(),
            field: field.clone(),
        });
        let mut all: Vec<AskedField> = credentials.chain(config).collect();
        all.sort_by_key(|asked| asked.field.order.unwrap_or(u32::MAX));
        all
    }

    /// Checks what a person supplied as credentials against the fields of the mode.
    pub fn check_credentials(&self, supplied: &serde_json::Map<String, serde_json::Value>) -> Result<(), FieldDefect> {
        let fields = self.fields();
        let fields = fields.iter().filter(|asked| asked.place == FieldPlace::Credentials);
        check_all(fields.map(|asked| (asked.name.as_str(), &asked.field)), supplied, &self.credentials)
    }

    /// Checks what a connection says against the fields declared here.
    pub fn check_connection_config(&self, config: &serde_json::Map<String, serde_json::Value>) -> Result<(), FieldDefect> {
        check_all(self.connection_config.iter().map(|(name, field)| (name.as_str(), field)), config, &self.connection_config)
    }

    /// Checks the settings of an integration against the fields declared here.
    pub fn check_integration_config(&self, config: &serde_json::Map<String, serde_json::Value>) -> Result<(), FieldDefect> {
        check_all(self.integration_config.iter().map(|(name, field)| (name.as_str(), field)), config, &self.integration_config)
    }
}

impl Auth {
    /// The credentials that a mode always asks for, and whether they may be left out.
    pub(crate) fn base_fields(&self) -> &'static [(&'static str, bool)] {
        match self {
            Self::ApiKey => &[("apiKey", false)],
            Self::Basic | Self::Signature(_) => &[("username", false), ("password", false)],
            Self::ClientCredentials(client) => match client.proof {
                ClientProof::Secret(_) => &[("client_id", false), ("client_secret", false)],
                ClientProof::PrivateKeyJwt(_) => &[("client_id", false), ("client_private_key", false), ("client_certificate", true)],
                ClientProof::Certificate => &[("client_id", false), ("client_certificate", false), ("client_private_key", false)],
            },
            Self::Tba => &[("token_id", false), ("token_secret", false)],
            Self::Bill(_) => &[("username", false), ("password", false), ("organization_id", false), ("dev_key", false)],
            Self::AwsSigV4(_) => &[("role_arn", false), ("region", true)],
            Self::OAuth2(_)
            | Self::OAuth1(_)
            | Self::Jwt(_)
            | Self::TwoStep(_)
            | Self::App(_)
            | Self::AppWithUser(_)
            | Self::Mcp(_)
            | Self::InstallPlugin { .. }
            | Self::None => &[],
        }
    }
}
