//! How each provider behaves, written down apart from the catalogue: what it insists on, and what it answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// One provider.
pub(super) struct Row {
    pub(super) key: &'static str,
    pub(super) way: Way,
    /// That each request of its API must have besides the credential.
    pub(super) headers: &'static [(&'static str, &'static str)],
}

pub(super) enum Way {
    Browser(Browser),
    /// Client credentials, or what the provider calls them.
    Machine {
        client: Client,
        grant: &'static str,
        asks: &'static [(&'static str, &'static str)],
    },
    /// A key in this header, after this prefix.
    Key(&'static str, &'static str),
    /// Name and password.
    Pair,
}

pub(super) struct Browser {
    pub(super) client: Client,
    pub(super) body: Body,
    /// `None` where the provider has no scopes to ask for.
    pub(super) separator: Option<&'static str>,
    /// `None` where it takes both.
    pub(super) pkce: Option<bool>,
    /// Further parameters that the authorization must have.
    pub(super) asks: &'static [(&'static str, &'static str)],
    /// Further parameters of the way back, which become connection config.
    pub(super) returns: &'static [(&'static str, &'static str)],
    pub(super) answers: Answers,
}

#[derive(Clone, Copy)]
pub(super) enum Client {
    Basic,
    Body,
}

#[derive(Clone, Copy)]
pub(super) enum Body {
    Form,
    Json,
    Either,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// With a refresh token and an end.
    Standard,
    /// Nothing that ends, so nothing to refresh.
    Forever,
    /// `ok`, a team, and a bot's token at the top.
    Slack,
}

impl Row {
    pub(super) fn answer(&self, token: &str, refresh: &str) -> Value {
        let answers = if let Way::Browser(browser) = &self.way { browser.answers } else { Answers::Forever };
        match answers {
            Answers::Standard => json!({ "access_token": token, "refresh_token": refresh, "expires_in": 3600, "token_type": "bearer" }),
            Answers::Forever => json!({ "access_token": token, "token_type": "bearer" }),
            Answers::Slack => json!({
                "ok": true, "access_token": token, "token_type": "bot", "scope": "one,two", "bot_user_id": "U1",
                "team": { "id": "T1", "name": "Team" }, "authed_user": { "id": "U2" },
            }),
        }
    }

    pub(super) fn token(&self) -> Option<(Client, Body)> {
        match &self.way {
            Way::Browser(browser) => Some((browser.client, browser.body)),
            Way::Machine { client, .. } => Some((*client, Body::Form)),
            Way::Key(..) | Way::Pair => None,
        }
    }

    /// The header that its API wants, and what must stand there.
    pub(super) fn credential(&self, token: &str) -> (&'static str, String) {
        match &self.way {
            Way::Browser(_) | Way::Machine { .. } => ("authorization", format!("Bearer {token}")),
            Way::Key(name, prefix) => (name, format!("{prefix}{}", api_key(self.key))),
            Way::Pair => ("authorization", format!("Basic {}", STANDARD.encode(format!("{}:{}", username(self.key), api_key(self.key))))),
        }
    }
}

/// As the provider makes them: an entry may know their form.
pub(super) fn api_key(key: &str) -> String {
    match key {
        "sendgrid" => "SG.canary-of-sendgrid".to_owned(),
        _ => format!("canary-of-{key}"),
    }
}

pub(super) fn username(key: &str) -> &'static str {
    match key {
        "twilio" => "AC0123456789abcdef0123456789abcdef",
        _ => "ada",
    }
}

use Answers::{Forever, Slack, Standard};
use Body::{Either, Form, Json};
use Client::{Basic, Body as InBody};

const SPACE: Option<&str> = Some(" ");
const COMMA: Option<&str> = Some(",");

const fn browser(
    key: &'static str,
    client: Client,
    body: Body,
    separator: Option<&'static str>,
    pkce: Option<bool>,
    answers: Answers,
) -> Row {
    Row { key, way: Way::Browser(Browser { client, body, separator, pkce, asks: &[], returns: &[], answers }), headers: &[] }
}

const fn key(key: &'static str, header: &'static str, prefix: &'static str) -> Row {
    Row { key, way: Way::Key(header, prefix), headers: &[] }
}

const fn pair(key: &'static str) -> Row {
    Row { key, way: Way::Pair, headers: &[] }
}

impl Row {
    const fn asking(self, asks: &'static [(&'static str, &'static str)]) -> Self {
        let way = match self.way {
            Way::Browser(browser) => Way::Browser(Browser { asks, ..browser }),
            Way::Machine { client, grant, .. } => Way::Machine { client, grant, asks },
            other => other,
        };
        Self { way, ..self }
    }

    const fn returning(self, returns: &'static [(&'static str, &'static str)]) -> Self {
        let way = match self.way {
            Way::Browser(browser) => Way::Browser(Browser { returns, ..browser }),
            other => other,
        };
        Self { way, ..self }
    }

    const fn sending(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }
}

const fn machine(key: &'static str, client: Client, grant: &'static str) -> Row {
    Row { key, way: Way::Machine { client, grant, asks: &[] }, headers: &[] }
}

pub(super) const ROWS: &[Row] = &[
    // Its token endpoint answers with a form to whoever does not ask for JSON.
    browser("github", InBody, Form, SPACE, None, Forever),
    browser("slack", InBody, Form, COMMA, Some(false), Slack),
    browser("notion", Basic, Json, None, Some(false), Forever).asking(&[("owner", "user")]),
    browser("airtable", Basic, Form, SPACE, Some(true), Standard),
    browser("twitter-v2", Basic, Form, SPACE, Some(true), Standard),
    browser("zoom", Basic, Form, SPACE, None, Standard),
    browser("reddit", Basic, Form, SPACE, Some(false), Standard).asking(&[("duration", "permanent")]),
    browser("spotify", Basic, Form, SPACE, None, Standard),
    browser("linear", InBody, Form, COMMA, None, Standard),
    browser("jira", InBody, Either, SPACE, None, Standard).asking(&[("audience", "api.atlassian.com"), ("prompt", "consent")]),
    browser("quickbooks", Basic, Form, SPACE, None, Standard).returning(&[("realmId", "4620816365")]),
    browser("xero", Basic, Form, SPACE, None, Standard),
    browser("dropbox", InBody, Form, SPACE, None, Standard).asking(&[("token_access_type", "offline")]),
    browser("strava", InBody, Either, COMMA, None, Standard),
    browser("figma", Basic, Form, None, None, Standard),
    browser("asana", InBody, Form, SPACE, None, Standard),
    browser("gitlab", InBody, Form, SPACE, None, Standard),
    browser("discord", InBody, Form, SPACE, None, Standard),
    browser("hubspot", InBody, Form, SPACE, None, Standard),
    browser("google-drive", InBody, Form, SPACE, None, Standard).asking(&[("access_type", "offline")]),
    browser("google-calendar", InBody, Form, SPACE, None, Standard).asking(&[("access_type", "offline")]),
    browser("outlook", InBody, Form, SPACE, None, Standard),
    browser("intercom", InBody, Either, None, None, Forever),
    browser("box", InBody, Form, SPACE, None, Standard),
    browser("calendly", Basic, Form, None, None, Standard),
    browser("pipedrive", Basic, Form, None, None, Standard),
    machine("zoom-cc", Basic, "account_credentials"),
    machine("spotify-oauth2-cc", Basic, "client_credentials"),
    machine("crowdstrike", InBody, "client_credentials"),
    machine("auth0-cc", InBody, "client_credentials").asking(&[("audience", "https://acme.eu.auth0.com/api/v2/")]),
    key("sendgrid", "authorization", "Bearer "),
    key("openai", "authorization", "Bearer "),
    key("anthropic", "x-api-key", "").sending(&[("anthropic-version", "2023-06-01")]),
    key("github-pat", "authorization", "Bearer "),
    key("airtable-pat", "authorization", "Bearer "),
    key("apollo", "x-api-key", ""),
    key("brevo-api-key", "api-key", ""),
    key("klaviyo", "authorization", "Klaviyo-API-Key "),
    key("elevenlabs", "xi-api-key", ""),
    key("gitlab-pat", "private-token", ""),
    key("shortcut", "shortcut-token", ""),
    key("resend", "authorization", "Bearer "),
    key("vercel", "authorization", "Bearer "),
    pair("twilio"),
    pair("mailjet"),
    pair("razorpay"),
    pair("gong"),
];
