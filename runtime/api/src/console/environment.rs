//! The environment that a page is about, and the frame that says so.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use syncline_console::pages::{self, Frame, Section};
use syncline_domain::{EnvironmentId, Role};
use syncline_store::EnvironmentRow;

use crate::console::refusal::Refusal;
use crate::console::role;
use crate::console::session::Session;
use crate::console::state::Console;

/// `{environment}` of the path, which exists, with what every page of it has around it.
pub(super) struct Here {
    pub(super) environment: EnvironmentId,
    pub(super) row: EnvironmentRow,
    name: String,
    all: Vec<String>,
    root: String,
    session: Session,
    params: Vec<(String, String)>,
}

impl Here {
    /// Another parameter of the path, decoded; empty where the route has none of this name.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The frame of a page in `section`.
    pub(super) fn frame(&self, section: Section) -> Frame {
        Frame {
            root: self.root.clone(),
            environment: self.name.clone(),
            environments: self.all.clone(),
            section,
            csrf: self.session.csrf.clone(),
            who: self.session.name.to_string(),
            role: self.role(),
            notice: None,
        }
    }

    /// Path of the console in this environment.
    pub(super) fn home(&self) -> String {
        format!("{}/{}", self.root, self.name)
    }

    /// The session's token for forms.
    pub(super) fn csrf(&self) -> String {
        self.session.csrf.clone()
    }

    /// The role of whoever asks, as pages know it.
    pub(super) fn role(&self) -> pages::Role {
        role::shown(self.session.role)
    }

    /// Whether whoever asks may do what developers do.
    pub(super) fn may_develop(&self) -> bool {
        self.session.role >= Role::Developer
    }

    /// Whether whoever asks may do what owners do.
    pub(super) fn may_own(&self) -> bool {
        self.session.role >= Role::Owner
    }
}

impl FromRequestParts<Arc<Console>> for Here {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, Refusal> {
        let unknown = || Refusal::not_found("There is no such environment");
        let session = Session::from_request_parts(parts, console).await?;
        let params = RawPathParams::from_request_parts(parts, console).await.map_err(|_| unknown())?;
        let params: Vec<_> = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let name = params.iter().find(|(name, _)| name == "environment").map(|(_, value)| value.clone()).ok_or_else(unknown)?;
        let all = console.app.store.environments().list().await?;
        let row = all.iter().find(|row| row.name.as_str() == name).ok_or_else(unknown)?.clone();
        let all = all.into_iter().map(|row| row.name.to_string()).collect();
        Ok(Self { environment: row.id, row, name, all, root: console.root(), session, params })
    }
}
