//! OAuth 2.0 (RFC 6749) as a strict provider has it, for several providers at once: a realm is one of them.

use std::collections::BTreeMap;

use axum::Router;
use axum::routing::{get, post};
use syncline_domain::Timestamp;

use super::World;

mod authorize;
mod consent;
mod token;

pub(super) use authorize::redirect_target;
pub(super) use consent::{Decision, decided};

/// How clients prove themselves (RFC 6749, 2.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ClientAuth {
    Body,
    Basic,
    /// A public client.
    None,
}

/// How token requests must be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    Form,
    Json,
}

/// What distinguishes one provider from another.
pub(super) struct Realm {
    pub(super) auth: ClientAuth,
    pub(super) format: Format,
    /// Whether a code challenge is required; where it is not, it is still checked if there is one.
    pub(super) needs_pkce: bool,
    /// Whether each request must name the resource that the token is for (RFC 8707).
    pub(super) needs_resource: bool,
    pub(super) rules: Rules,
}

/// What a test may change while it runs.
pub(crate) struct Rules {
    /// Of access tokens.
    pub(crate) life_s: u64,
    /// Whether answers say `expires_in`.
    pub(crate) says_life: bool,
    /// Whether answers hold a refresh token at all.
    pub(crate) gives_refresh_token: bool,
    /// Whether each refresh ends the refresh token that bought it.
    pub(crate) rotates: bool,
    /// For how long such a token may still be used, in seconds.
    pub(crate) grace_s: u64,
    /// What the callback says of the issuer (RFC 9207).
    pub(crate) iss: Iss,
    pub(crate) consent: Consent,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Iss {
    Absent,
    Right,
    Other(String),
}

/// What the person does who is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Consent {
    /// Sees a page with two links.
    Asked,
    Approves,
    Denies,
}

pub(super) struct Client {
    pub(super) realm: String,
    pub(super) secret: Option<String>,
    pub(super) redirect_uris: Vec<String>,
}

/// What a code stands for, until it is exchanged.
pub(super) struct Code {
    pub(super) realm: String,
    pub(super) client: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
    pub(super) scope: String,
    pub(super) resource: Option<String>,
    pub(super) issued_at: Timestamp,
    /// The tokens that it bought.
    pub(super) family: Option<u64>,
}

/// One authorization and all tokens that come of it.
pub(super) struct Family {
    pub(super) realm: String,
    pub(super) client: String,
    pub(super) scope: String,
    pub(super) resource: Option<String>,
    pub(super) is_revoked: bool,
}

pub(super) struct Refresh {
    pub(super) family: u64,
    /// When it bought the next one.
    pub(super) used_at: Option<Timestamp>,
}

/// What happened at a realm's token endpoint.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Counts {
    pub(crate) exchanges: usize,
    pub(crate) refreshes: usize,
    /// Refresh tokens or codes that came a second time.
    pub(crate) reuses: usize,
    pub(crate) invalid_grants: usize,
}

#[derive(Default)]
pub(super) struct Desk {
    pub(super) realms: BTreeMap<String, Realm>,
    pub(super) clients: BTreeMap<String, Client>,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) families: Vec<Family>,
    pub(super) refreshes: BTreeMap<String, Refresh>,
    pub(super) counts: BTreeMap<String, Counts>,
    pub(super) pending: BTreeMap<String, Decision>,
    /// The scopes of the last authorization request, as they were written.
    pub(super) last_scope: String,
}

pub(super) fn routes() -> Router<World> {
    Router::new()
        .route("/{realm}/authorize", get(authorize::authorize))
        .route("/{realm}/token", post(token::token))
        .route("/decisions/{ticket}/{decision}", get(consent::decision))
}

impl Desk {
    /// Opens the realms, each with one client.
    pub(super) fn open(&mut self, world: &World) {
        let realm = |auth, format, needs_pkce, iss| Realm {
            auth,
            format,
            needs_pkce,
            needs_resource: false,
            rules: Rules {
                life_s: 3_600,
                says_life: true,
                gives_refresh_token: true,
                rotates: true,
                grace_s: 0,
                iss,
                consent: Consent::Approves,
            },
        };
        let realms = [
            ("acme", realm(ClientAuth::Body, Format::Form, true, Iss::Absent)),
            ("evil", realm(ClientAuth::Body, Format::Form, true, Iss::Absent)),
            ("basic", realm(ClientAuth::Basic, Format::Json, true, Iss::Absent)),
            ("named", realm(ClientAuth::Body, Format::Form, true, Iss::Right)),
            // An installation begins without a code challenge.
            ("github-user", realm(ClientAuth::Body, Format::Form, false, Iss::Absent)),
            ("mcp-as", Realm { needs_resource: true, ..realm(ClientAuth::None, Format::Form, true, Iss::Right) }),
        ];
        for (name, realm) in realms {
            if realm.auth != ClientAuth::None {
                let secret = Some(world.secret("client-secret"));
                self.clients.insert(client_of(name), Client { realm: name.to_owned(), secret, redirect_uris: Vec::new() });
            }
            self.realms.insert(name.to_owned(), realm);
        }
    }

    pub(super) fn rules(&self, realm: &str) -> &Rules {
        &self.realms[realm].rules
    }

    pub(super) fn count(&mut self, realm: &str) -> &mut Counts {
        self.counts.entry(realm.to_owned()).or_default()
    }
}

fn client_of(realm: &str) -> String {
    format!("client-of-{realm}")
}

impl World {
    /// The id and secret of a realm's client.
    pub(crate) fn client(&self, realm: &str) -> (String, String) {
        let id = client_of(realm);
        let secret = self.oauth2().clients[&id].secret.clone().expect("a realm's client is confidential");
        (id, secret)
    }

    /// Registers the one redirect URI of every realm's client.
    pub(crate) fn allow_redirect(&self, uri: &str) {
        for client in self.oauth2().clients.values_mut() {
            client.redirect_uris = vec![uri.to_owned()];
        }
    }

    /// Changes how a realm behaves.
    pub(crate) fn rules(&self, realm: &str, change: impl FnOnce(&mut Rules)) {
        change(&mut self.oauth2().realms.get_mut(realm).expect("a realm of this world").rules);
    }

    /// What happened at a realm's token endpoint so far.
    pub(crate) fn counts(&self, realm: &str) -> Counts {
        *self.oauth2().count(realm)
    }

    /// The scopes of the last authorization request, as they were written.
    pub(crate) fn last_scope(&self) -> String {
        self.oauth2().last_scope.clone()
    }

    /// The user takes every permission back.
    pub(crate) fn revoke_all(&self) {
        let families = {
            let mut desk = self.oauth2();
            desk.families.iter_mut().for_each(|family| family.is_revoked = true);
            desk.families.len()
        };
        for family in 0..families {
            self.revoke_family_tokens(family as u64);
        }
    }

    /// The issuer of a realm, as it spells itself.
    pub(super) fn issuer(&self, realm: &str) -> String {
        self.url(&format!("/{realm}"))
    }
}
