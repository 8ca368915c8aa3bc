//! A key of the account: it makes and deletes environments and their keys, and opens none.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use syncline_store::AccountKeyRow;

use super::{Principal, admit};
use crate::error::ApiError;
use crate::scope;
use crate::state::App;

/// The account's key behind the request.
#[derive(Clone, Debug)]
pub(crate) struct AccountCaller(Arc<AccountKeyRow>);

impl AccountCaller {
    pub(super) fn new(row: AccountKeyRow) -> Self {
        Self(Arc::new(row))
    }

    /// Everything that the key may do, as one text.
    pub(crate) fn rights(&self) -> String {
        self.0.scopes.join(" ")
    }

    /// 403 unless the key has the scope.
    pub(crate) fn require(&self, scope: &'static str) -> Result<(), ApiError> {
        scope::require_any(&self.0.scopes, &[scope])
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AccountCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(parts.extensions.get::<Self>().expect("every route of the account is behind `authenticate_account`").clone())
    }
}

/// Lets the request through with its [`AccountCaller`], or answers 401, 403 to an environment's key, or 429.
pub(crate) async fn authenticate_account(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    admit(&app, request, next, |principal| match principal {
        Principal::Account(caller) => Ok(caller),
        Principal::Environment(_) => {
            let message = "this needs an account's API key (SYNCLINE_ACCOUNT_KEY of the server); this one is an environment's";
            Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", message))
        }
    })
    .await
}
