//! The forms in the API's description, made from the same table that reads them.

use serde_json::{Map, Value, json};
use syncline_domain::AuthMode;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, OpenApi, Ref, Required, ResponseBuilder, Schema, SecurityRequirement, Type, schema::ObjectBuilder,
};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::{API_KEY, AWS_SIGV4, BASIC, BILL, CLIENT_CREDENTIALS, Form, JWT, LONG, NONE, Others, SIGNATURE, TBA, TWO_STEP};
use crate::authorize::attempt::Asked;
use crate::openapi::{CONNECT_SESSION_QUERY, Error};

/// A connection that was made.
#[derive(ToSchema)]
#[schema(as = MadeConnection, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(super) struct Made {
    connection_id: String,
    provider_config_key: String,
    /// Whether functions of yours still have to agree
    is_pending: bool,
}

/// The path, the form, the operation's id and what a person supplies.
const ENDPOINTS: [(&str, &Form, &str, &str); 10] = [
    ("/api-auth/api-key/{key}", &API_KEY, "connectApiKey", "an API key"),
    ("/api-auth/basic/{key}", &BASIC, "connectBasic", "a name and a password"),
    ("/oauth2/auth/{key}", &CLIENT_CREDENTIALS, "connectClientCredentials", "OAuth 2.0 client credentials"),
    ("/auth/tba/{key}", &TBA, "connectTba", "a NetSuite token"),
    ("/auth/two-step/{key}", &TWO_STEP, "connectTwoStep", "what a token is bought with"),
    ("/auth/jwt/{key}", &JWT, "connectJwt", "what tokens are signed with"),
    ("/auth/bill/{key}", &BILL, "connectBill", "a Bill.com account"),
    ("/auth/aws-sigv4/{key}", &AWS_SIGV4, "connectAwsSigV4", "a role in an AWS account"),
    ("/auth/signature/{key}", &SIGNATURE, "connectSignature", "a name and a password for signatures"),
    ("/auth/unauthenticated/{key}", &NONE, "connectUnauthenticated", "no credentials"),
];

/// Adds every form's endpoint.
pub(crate) fn describe(document: &mut OpenApi) {
    for (path, form, id, what) in ENDPOINTS {
        document.paths.add_path_operation(path, vec![HttpMethod::Post], operation(form, id, what));
    }
    let made = ComponentsBuilder::new().schema(Made::name(), Made::schema()).build();
    document.components.get_or_insert_default().schemas.extend(made.schemas);
}

fn operation(form: &Form, id: &str, what: &str) -> Operation {
    let mode = form.mode.as_str();
    let json = |name: &str| ContentBuilder::new().schema(Some(Ref::from_schema_name(name))).build();
    let body = ContentBuilder::new().schema(Some(form.schema())).build();
    OperationBuilder::new()
        .tag("authorize")
        .operation_id(Some(id))
        .summary(Some(format!("Connect with {what}")))
        .description(Some(format!(
            "Makes a connection of an integration with auth mode `{mode}`. Fields that the integration presets may be left out."
        )))
        .parameters(Some(parameters()))
        .request_body(Some(RequestBodyBuilder::new().content("application/json", body).required(Some(Required::True)).build()))
        .response("200", ResponseBuilder::new().description("The connection").content("application/json", json(&Made::name())).build())
        .response(
            "4XX",
            ResponseBuilder::new()
                .description("`connection_test_failed`: the provider's own status, where it refused the credentials")
                .content("application/json", json(&Error::name()))
                .build(),
        )
        .response(
            "502",
            ResponseBuilder::new().description("The provider did not answer").content("application/json", json(&Error::name())).build(),
        )
        .security(SecurityRequirement::new(CONNECT_SESSION_QUERY, Vec::<String>::new()))
        .build()
}

fn parameters() -> Vec<Parameter> {
    let key = ParameterBuilder::new()
        .name("key")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("Key of the integration"))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    std::iter::once(key).chain(Asked::into_params(|| Some(ParameterIn::Query))).collect()
}

impl Form {
    /// What [`Form::read`] takes.
    fn schema(&self) -> Schema {
        let mut properties =
            Map::from_iter([("type".to_owned(), json!({ "type": "string", "description": format!("`{}`", self.mode.as_str()) }))]);
        for field in self.fields {
            let mut property = if field.is_required {
                json!({ "type": "string", "minLength": 1, "maxLength": field.max_chars })
            } else {
                json!({ "type": ["string", "null"], "maxLength": field.max_chars })
            };
            if self.mode == AuthMode::AwsSigv4 && field.name == "region" {
                property["pattern"] = "^[a-z0-9-]*$".into();
            }
            properties.insert(field.name.to_owned(), property);
        }
        let required: Vec<&str> = self.fields.iter().filter(|field| field.is_required).map(|field| field.name).collect();
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        match self.others {
            Others::Ignored => {}
            Others::Refused => schema["additionalProperties"] = Value::Bool(false),
            Others::Kept => {
                schema["description"] = "The provider's own fields: `GET /providers/{provider}` lists them".into();
                schema["additionalProperties"] = json!({
                    "oneOf": [{ "type": ["string", "null"], "maxLength": LONG }, { "type": "number" }, { "type": "object" }]
                });
            }
        }
        serde_json::from_value(schema).expect("a schema of plain data")
    }
}
