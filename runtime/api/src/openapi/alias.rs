//! Names that old clients still use for endpoints that have better ones.

use utoipa::openapi::{Deprecated, OpenApi};

use super::common::operations;

/// The old name, the endpoint's own, and which of its methods the old name has.
const ALIASES: &[(&str, &str)] = &[];

/// Describes each old name as its endpoint, and as deprecated.
pub(super) fn add(document: &mut OpenApi) {
    for (old, path) in ALIASES {
        let mut item = document.paths.paths.get(*path).expect("an alias names an endpoint").clone();
        for (operation, _) in operations(&mut item) {
            operation.deprecated = Some(Deprecated::True);
            operation.operation_id = operation.operation_id.take().map(|id| format!("{id}_deprecated"));
            operation.description = Some(format!("The same as `{path}`, for old clients."));
        }
        document.paths.paths.insert((*old).to_owned(), item);
    }
}
