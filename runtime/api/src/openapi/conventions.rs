//! What endpoints have in common: who may call, and the errors that any of them may answer.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, OpenApi, PathItem, Ref, RefOr, Required, Response, ResponseBuilder, SecurityRequirement,
};
use utoipa::{Modify, PartialSchema, ToSchema};

/// An environment's API key.
pub(crate) const API_KEY: &str = "api_key";
/// A connect session's token, for browsers.
pub(crate) const CONNECT_SESSION: &str = "connect_session";
/// The same token where a browser has no headers to set.
pub(crate) const CONNECT_SESSION_QUERY: &str = "connect_session_query";
/// An account's key: environments and their keys.
pub(crate) const ACCOUNT_KEY: &str = "account_key";
/// The operator's token.
pub(crate) const OPERATOR: &str = "operator";

/// What every error looks like.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `ApiError` writes by hand")]
pub(crate) struct Error {
    error: ErrorBody,
}

/// Why the request failed. Further fields depend on the code: `payload`, `upstream`, `additional_properties`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `ApiError` writes by hand")]
pub(crate) struct ErrorBody {
    /// Stable; programs decide by it
    code: String,
    /// For people; may change
    message: String,
    /// What is wrong with a body, query, path or header, field by field
    #[schema(required = false)]
    errors: Vec<ErrorIssue>,
}

/// One thing that is wrong.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `Issue` writes")]
pub(crate) struct ErrorIssue {
    code: String,
    message: String,
    /// Where, from the outside in
    path: Vec<String>,
}

/// Adds the security schemes and the error's schema.
pub(super) struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut OpenApi) {
        let bearer = |description: &str| {
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build())
        };
        let in_query = ApiKeyValue::with_description("connect_session_token", "The same token, in the query");
        let components = ComponentsBuilder::new()
            .security_scheme(API_KEY, bearer("An environment's API key"))
            .security_scheme(CONNECT_SESSION, bearer("The token of a connect session: `nango_connect_session_` and 64 hexadecimal digits"))
            .security_scheme(CONNECT_SESSION_QUERY, SecurityScheme::ApiKey(ApiKey::Query(in_query)))
            .security_scheme(ACCOUNT_KEY, bearer("An account's API key: environments and their keys"))
            .security_scheme(OPERATOR, bearer("The operator's token, derived from the encryption key"))
            .schema(Error::name(), Error::schema())
            .schema(ErrorBody::name(), ErrorBody::schema())
            .schema(ErrorIssue::name(), ErrorIssue::schema())
            .build();
        document.components = Some(components);
        env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    }
}

/// Gives each operation the answers that its kind may have and that it does not describe itself. An operation that says nothing of who may
/// call it takes an API key.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        // What the provider answers can have any status, so no status has a form.
        if path.starts_with("/proxy") {
            for (operation, _) in operations(item) {
                operation.security.get_or_insert_with(|| vec![SecurityRequirement::new(API_KEY, Vec::<String>::new())]);
            }
            continue;
        }
        for (operation, mutates) in operations(item) {
            let security = operation.security.get_or_insert_with(|| vec![SecurityRequirement::new(API_KEY, Vec::<String>::new())]);
            let open = security.iter().all(|requirement| *requirement == SecurityRequirement::default());
            let has_body = operation.request_body.is_some();
            if mutates && !open {
                operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
            let has_json = operation.request_body.as_ref().is_some_and(is_json);
            let statuses = [
                (true, "400", "The request is not valid, or names something that does not exist"),
                (!open, "401", "No key, or none that this server knows"),
                (!open, "403", "The key lacks the scope"),
                (true, "404", "There is no such thing"),
                (mutates, "409", "Something else stands in the way, or a request with the same `Idempotency-Key` is under way"),
                (has_body, "413", "The body is too large"),
                (has_json, "415", "The body is not JSON"),
                (mutates, "422", "The `Idempotency-Key` was used for another request"),
                (true, "429", "Too many requests; `Retry-After` says when to come back"),
                (true, "500", "A fault of the server's; its log has the reason"),
                (true, "503", "The server is starting, stopping or busy; try again"),
            ];
            for (applies, status, description) in statuses {
                if applies {
                    operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(failure(description)));
                }
            }
        }
    }
}

fn is_json(body: &RefOr<RequestBody>) -> bool {
    matches!(body, RefOr::T(body) if body.content.contains_key("application/json"))
}

fn failure(description: &str) -> Response {
    let schema = Ref::from_schema_name(Error::name());
    ResponseBuilder::new().description(description).content("application/json", ContentBuilder::new().schema(Some(schema)).build()).build()
}

/// What every operation takes that changes something and knows its caller.
fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("A key of your choice, such as a UUID: the same request with the same key has one effect and is answered again"))
        .schema(Some(schema.build()))
        .build()
}

/// Each operation of a path, and whether it changes anything.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = (&mut Operation, bool)> {
    let PathItem { get, put, post, delete, patch, head, .. } = item;
    [(get, false), (head, false), (put, true), (post, true), (delete, true), (patch, true)]
        .into_iter()
        .filter_map(|(operation, mutates)| operation.as_mut().map(|operation| (operation, mutates)))
}
