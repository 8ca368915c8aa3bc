//! The public form of a provider, described; `syncline_providers::to_wire` writes it.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// A provider of the catalogue. Further fields say how its auth mode works (`authorization_url`, `token_url`, `default_scopes`, ...), with
/// `${...}` where a connection's own values go.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct Provider {
    /// Its key
    #[schema(example = "github")]
    name: String,
    /// For people
    #[schema(example = "GitHub")]
    display_name: String,
    categories: Vec<String>,
    auth_mode: AuthModeName,
    /// The provider's own API documentation
    docs: String,
    /// The provider's page on how an account's owner connects it
    #[schema(required = false)]
    docs_connect: String,
    proxy: ProviderProxy,
    /// What a connection has to say besides its credentials
    #[schema(required = false)]
    connection_config: BTreeMap<String, ProviderField>,
    /// What a person types in to connect
    #[schema(required = false)]
    credentials: BTreeMap<String, ProviderField>,
    /// What an operator sets in an integration
    #[schema(required = false)]
    integration_config: BTreeMap<String, ProviderField>,
    /// URL of the provider's logo
    logo_url: String,
}

/// How requests to the provider are made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct ProviderProxy {
    /// Where its API is; may hold `${...}`
    #[schema(required = false)]
    base_url: String,
    #[schema(required = false)]
    headers: BTreeMap<String, String>,
    #[schema(required = false)]
    query: BTreeMap<String, String>,
    /// Which headers of an answer say when to come back
    #[schema(required = false, value_type = Object)]
    retry: (),
    /// How its lists are paged
    #[schema(required = false, value_type = Object)]
    paginate: (),
    /// The requests that tell whether credentials work
    #[schema(required = false, value_type = Object)]
    verification: (),
}

/// A field of a form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct ProviderField {
    /// Always `string`
    r#type: String,
    /// For people, in the language of `Accept-Language`
    title: String,
    /// For people, in the language of `Accept-Language`
    description: String,
    /// A regular expression that the whole value matches
    #[schema(required = false)]
    pattern: String,
    #[schema(required = false)]
    format: String,
    #[schema(required = false)]
    example: String,
    /// What stands before the value where it is used
    #[schema(required = false)]
    prefix: String,
    /// What stands behind it
    #[schema(required = false)]
    suffix: String,
    #[schema(required = false)]
    default_value: String,
    #[schema(required = false)]
    doc_section: String,
    /// May be left out
    #[schema(required = false)]
    optional: bool,
    /// Not to be shown while it is typed
    #[schema(required = false)]
    secret: bool,
    /// Found out while connecting; nobody is asked
    #[schema(required = false)]
    automated: bool,
    /// Nobody is asked
    #[schema(required = false)]
    hidden: bool,
    /// The values that it may have
    #[schema(required = false)]
    r#enum: Vec<String>,
    #[schema(required = false)]
    order: i64,
    /// Asked only where another field has a value: `field`, `equals`
    #[schema(required = false, value_type = Object)]
    visible_when: (),
}

/// How a provider lets a caller in.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = AuthMode)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
enum AuthModeName {
    Oauth2,
    Oauth1,
    Oauth2Cc,
    ApiKey,
    Basic,
    Jwt,
    TwoStep,
    Signature,
    Tba,
    Bill,
    #[serde(rename = "AWS_SIGV4")]
    AwsSigv4,
    App,
    Custom,
    McpOauth2,
    McpOauth2Generic,
    InstallPlugin,
    None,
}
