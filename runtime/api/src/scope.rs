//! What a key may do. Scopes: wire contract 1.4.

use http::StatusCode;

use crate::error::ApiError;
use crate::issue::Issue;

/// What a key of an environment can be given.
pub(crate) const ENVIRONMENT: &[&str] = &[
    ALL_OF_ENVIRONMENT,
    "environment:integrations:list",
    "environment:integrations:list_credentials",
    "environment:integrations:list_functions",
    "environment:integrations:read",
    "environment:integrations:read_credentials",
    "environment:integrations:create",
    "environment:integrations:update",
    "environment:integrations:delete",
    "environment:integrations:*",
    "environment:connections:list",
    "environment:connections:list_credentials",
    "environment:connections:read",
    "environment:connections:read_credentials",
    "environment:connections:create",
    "environment:connections:update",
    "environment:connections:delete",
    "environment:connections:*",
    "environment:connect_sessions:write",
    "environment:syncs:read",
    "environment:syncs:execute",
    "environment:syncs:update",
    "environment:syncs:variant:create",
    "environment:syncs:variant:delete",
    "environment:syncs:*",
    "environment:functions:list",
    "environment:functions:read",
    "environment:functions:delete",
    "environment:functions:compile",
    "environment:functions:dryrun",
    "environment:functions:invocations",
    "environment:functions:*",
    "environment:deploy",
    "environment:records:read",
    "environment:records:write",
    "environment:records:*",
    "environment:logs:read",
    "environment:actions:execute",
    "environment:actions:*",
    "environment:proxy",
    "environment:variables:read",
    "environment:webhook_signing_key:rotate",
    "environment:mcp",
    // Ours: the wire changes an environment's webhooks in its dashboard only.
    "environment:webhooks:read",
    "environment:webhooks:update",
    "environment:webhooks:*",
];

/// What a key of the account can be given.
pub(crate) const ACCOUNT: &[&str] = &[
    ALL_OF_ACCOUNT,
    "account:environments:create",
    "account:environments:delete",
    "account:environments:set_production",
    "account:environments:api_keys:create",
    "account:environments:api_keys:delete",
    // Ours: the wire lists neither environments nor keys.
    "account:environments:list",
    "account:environments:api_keys:list",
];

/// Everything in the key's environment.
pub const ALL_OF_ENVIRONMENT: &str = "environment:*";
/// Everything that a key of the account can do.
pub const ALL_OF_ACCOUNT: &str = "account:*";

/// What is wrong with this scope of a key of an environment, if anything.
pub fn scope_problem(scope: &str) -> Option<String> {
    if ENVIRONMENT.contains(&scope) {
        return None;
    }
    let told = match scope {
        "*" => format!("`*` is not a scope; `{ALL_OF_ENVIRONMENT}` is everything in an environment"),
        _ if scope.starts_with("account:") => format!("`{scope}` is not a scope of an environment's key; an account's key has it"),
        _ => format!("`{scope}` is not a scope; those that exist are {}", ENVIRONMENT.join(", ")),
    };
    Some(told)
}

/// The scopes, each once; an issue for each that does not exist.
pub(crate) fn checked(scopes: Vec<String>) -> Result<Vec<String>, Vec<Issue>> {
    if scopes.is_empty() {
        let message = format!("is empty, so that the key could do nothing; leave it out for `{ALL_OF_ENVIRONMENT}`");
        return Err(vec![Issue::new("too_small", &["scopes"], message)]);
    }
    let problems = scopes.iter().enumerate().filter_map(|(at, scope)| Some((at, scope_problem(scope)?)));
    let issues: Vec<Issue> =
        problems.map(|(at, problem)| Issue::new("invalid_value", &["scopes", &at.to_string()], problem)).take(MAX_ISSUES).collect();
    if !issues.is_empty() {
        return Err(issues);
    }
    let mut kept = Vec::new();
    for scope in scopes {
        if !kept.contains(&scope) {
            kept.push(scope);
        }
    }
    Ok(kept)
}

/// A body can hold millions of wrong scopes; nobody reads that many.
const MAX_ISSUES: usize = 10;

/// Whether one of `granted` covers `wanted`: itself, or a prefix of it that ends in `*`.
pub(crate) fn covers(granted: &[String], wanted: &str) -> bool {
    granted.iter().any(|scope| match scope.strip_suffix('*') {
        Some(prefix) => wanted.starts_with(prefix),
        None => scope == wanted,
    })
}

/// 403 unless one of `wanted` is covered.
pub(crate) fn require_any(granted: &[String], wanted: &[&str]) -> Result<(), ApiError> {
    debug_assert!(wanted.iter().all(|scope| ENVIRONMENT.contains(scope) || ACCOUNT.contains(scope)), "{wanted:?} can be given to no key");
    if wanted.iter().any(|scope| covers(granted, scope)) {
        return Ok(());
    }
    let message = match wanted {
        [one] => format!("Insufficient scope. Required: {one}"),
        several => format!("Insufficient scope. Required one of: {}", several.join(" or ")),
    };
    Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_covers_what_is_under_it_and_nothing_beside() {
        let granted = |scope: &str| vec![scope.to_owned()];
        assert!(covers(&granted("environment:*"), "environment:records:read"));
        assert!(covers(&granted("environment:records:*"), "environment:records:read"));
        assert!(covers(&granted("environment:proxy"), "environment:proxy"));
        assert!(!covers(&granted("environment:*"), "account:environments:create"));
        assert!(!covers(&granted("environment:proxy"), "environment:proxy:more"));
        assert!(!covers(&granted("environment:records:*"), "environment:recordsx:read"));
        assert!(!covers(&granted("environment:connections:list"), "environment:connections:list_credentials"));
        assert!(!covers(&[], "environment:proxy"));
        let either = ["environment:proxy", "environment:deploy"];
        assert!(require_any(&granted("environment:deploy"), &either).is_ok());
        let refused = require_any(&granted("environment:mcp"), &either).unwrap_err();
        assert_eq!(refused.message(), "Insufficient scope. Required one of: environment:proxy or environment:deploy");
        let refused = require_any(&[], &["environment:proxy"]).unwrap_err();
        assert_eq!(refused.message(), "Insufficient scope. Required: environment:proxy");
    }

    #[test]
    fn a_key_is_given_only_scopes_that_exist() {
        let read = |scopes: &[&str]| {
            let told = |issues: Vec<Issue>| issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            checked(scopes.iter().map(|&scope| scope.to_owned()).collect()).map_err(told)
        };
        assert_eq!(read(&["environment:proxy", "environment:records:*", "environment:proxy"]).unwrap().len(), 2);
        assert!(read(&["environment:proxy", "environment:prxy"]).unwrap_err().starts_with("scopes.1: `environment:prxy` is not a scope"));
        assert!(read(&["*"]).unwrap_err().contains("environment:*"));
        assert!(read(&["account:*"]).unwrap_err().contains("account's key"));
        assert!(read(&[]).unwrap_err().contains("is empty"));
        assert!(
            ENVIRONMENT.iter().all(|scope| scope.starts_with("environment:")) && ACCOUNT.iter().all(|scope| scope.starts_with("account:"))
        );
    }
}
