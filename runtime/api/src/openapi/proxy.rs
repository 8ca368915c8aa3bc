//! The proxy answers to every method, with and without a path. Its handler is described once; here it becomes an operation for each.

use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{OpenApi, PathItem, RefOr};

const DESCRIBED: &str = "/proxy/{path}";

/// An operation for each method, under a path and under none.
pub(super) fn expand(document: &mut OpenApi) {
    let item = document.paths.paths.shift_remove(DESCRIBED).expect("the proxy is described");
    let described = item.get.expect("the proxy is described with GET");
    for (path, of_path) in [("/proxy", "Root"), (DESCRIBED, "")] {
        let operation = |method: &str, has_body: bool| {
            let mut operation = described.clone();
            operation.operation_id = Some(format!("proxy{method}{of_path}"));
            operation.request_body.take_if(|_| !has_body);
            if let Some(parameters) = &mut operation.parameters {
                let is_path =
                    |one: &RefOr<_>| matches!(one, RefOr::T(utoipa::openapi::path::Parameter { parameter_in: ParameterIn::Path, .. }));
                parameters.retain(|one| path == DESCRIBED || !is_path(one));
            }
            Some(operation)
        };
        let mut item = PathItem::default();
        item.get = operation("Get", false);
        item.put = operation("Put", true);
        item.post = operation("Post", true);
        item.delete = operation("Delete", true);
        item.patch = operation("Patch", true);
        document.paths.paths.insert(path.to_owned(), item);
    }
}
