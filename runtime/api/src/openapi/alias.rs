//! Names that old clients still use for endpoints that have better ones.

use http::Method;
use utoipa::openapi::{Deprecated, OpenApi, PathItem};

use super::conventions::operations;

/// The old name, the endpoint's own, and which of its methods the old name has.
const ALIASES: &[(&str, &str, &[Method])] = &[
    ("/connection", "/connections", &[Method::GET]),
    ("/connection/metadata", "/connections/metadata", &[Method::POST, Method::PATCH]),
    ("/connection/{connection}", "/connections/{connection}", &[Method::GET, Method::DELETE]),
];

/// Endpoints of old clients that have no better name, only better endpoints.
const OLD: &[&str] = &["/config/{key}", "/connection", "/connection/{connection}/metadata"];

/// Describes each old name as its endpoint, and as deprecated.
pub(super) fn add(document: &mut OpenApi) {
    for old in OLD {
        let item = document.paths.paths.get_mut(*old).expect("an old endpoint is described");
        operations(item).for_each(|(operation, _)| operation.deprecated = Some(Deprecated::True));
    }
    for (old, path, methods) in ALIASES {
        let mut item = document.paths.paths.get(*path).expect("an alias names an endpoint").clone();
        let PathItem { get, put, post, delete, patch, .. } = &mut item;
        for (method, operation) in
            [(Method::GET, get), (Method::PUT, put), (Method::POST, post), (Method::DELETE, delete), (Method::PATCH, patch)]
        {
            operation.take_if(|_| !methods.contains(&method));
        }
        for (operation, _) in operations(&mut item) {
            operation.deprecated = Some(Deprecated::True);
            operation.operation_id = operation.operation_id.take().map(|id| format!("{id}_deprecated"));
            operation.description = Some(format!("The same as `{path}`, for old clients."));
        }
        match document.paths.paths.get_mut(*old) {
            Some(own) => own.merge_operations(item),
            None => _ = document.paths.paths.insert((*old).to_owned(), item),
        }
    }
}
