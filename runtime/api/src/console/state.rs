//! What the console's handlers share.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use syncline_domain::{Secret, Timestamp};

use crate::console::gate::Gate;
use crate::state::App;

/// One per server.
pub(super) struct Console {
    pub(super) app: Arc<App>,
    pub(super) gate: Gate,
    /// Path of the server as the browser sees it: empty, or that of the public URL. No slash at its end.
    pub(super) base: String,
}

impl Console {
    pub(super) fn new(app: Arc<App>) -> Self {
        let base = app.options.public_url.path().trim_end_matches('/').to_owned();
        Self { app, gate: Gate::default(), base }
    }

    /// Path of the console as the browser sees it.
    pub(super) fn root(&self) -> String {
        format!("{}/console", self.base)
    }

    /// URL of a provider's picture: of this origin, whatever name the browser knows it by.
    pub(super) fn logo(&self, provider: &str) -> String {
        format!("{}/providers/{provider}/logo.svg", self.base)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// 256 random bits that survive in cookies and forms.
    pub(super) fn token(&self) -> Secret {
        let random = [self.salt(), self.salt()];
        Secret::new(URL_SAFE_NO_PAD.encode(random.as_flattened()))
    }

    /// 128 random bits.
    pub(super) fn salt(&self) -> [u8; 16] {
        (self.app.randomness)()
    }
}
