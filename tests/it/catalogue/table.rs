//! How each provider behaves, written down apart from the catalogue: what it insists on, and what it answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::others::{AtWorld, Bought, OTHERS, Signed};
use super::paging::{Last, List, Next};

/// One provider.
pub(super) struct Row {
    pub(super) key: &'static str,
    pub(super) way: Way,
    /// That each request of its API must have besides the credential.
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) list: List,
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
    Bought(Bought),
    Signed(Signed),
    AtWorld(AtWorld),
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
        if let Way::Bought(bought) = &self.way {
            return (bought.answers)(token);
        }
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
            _ => None,
        }
    }

    /// The header that its API wants, and what must stand there; `None` where each request is signed anew.
    pub(super) fn credential(&self, token: &str) -> Option<(&'static str, String)> {
        Some(match &self.way {
            Way::Browser(_) | Way::Machine { .. } => ("authorization", format!("Bearer {token}")),
            Way::Key(name, prefix) => (name, format!("{prefix}{}", api_key(self.key))),
            Way::Pair => ("authorization", format!("Basic {}", STANDARD.encode(format!("{}:{}", username(self.key), api_key(self.key))))),
            Way::Bought(Bought { shows: (name, how), .. }) => (name, how(token)),
            Way::Signed(_) | Way::AtWorld(_) => return None,
        })
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
use Last::{Absent, Empty, Null, NullAround, Stays};
use Next::{Cursor, LastItem, LinkBody, LinkHeader, LinkHeaderAlways, Moment, Offset, Page, PathBody};

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
    row(key, Way::Browser(Browser { client, body, separator, pkce, asks: &[], returns: &[], answers }))
}

const fn machine(key: &'static str, client: Client, grant: &'static str) -> Row {
    row(key, Way::Machine { client, grant, asks: &[] })
}

const fn key(key: &'static str, header: &'static str, prefix: &'static str) -> Row {
    row(key, Way::Key(header, prefix))
}

const fn pair(key: &'static str) -> Row {
    row(key, Way::Pair)
}

/// Its list is said by [`Row::paged`].
pub(super) const fn row(key: &'static str, way: Way) -> Row {
    Row { key, way, headers: &[], list: OTHERWISE }
}

/// Of a provider whose lists go on at another endpoint or with another text in the same field, or of which no way of paging is known that
/// would be right for all of them: the entry says none, and whoever pages is told so.
const OTHERWISE: List = List { path: "/things", body: None, items: "", size: None, next: Next::Otherwise, says: &[] };

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

    pub(super) const fn sending(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    /// Path and items of a list, its page size, and what leads on.
    pub(super) const fn paged(self, path: &'static str, items: &'static str, size: &'static str, next: Next) -> Self {
        let size = if size.is_empty() { None } else { Some(size) };
        Self { list: List { path, body: None, items, size, next, says: &[] }, ..self }
    }

    /// That list is asked for with a POST.
    pub(super) const fn posting(self, body: &'static str) -> Self {
        Self { list: List { body: Some(body), ..self.list }, ..self }
    }

    /// What each caller has to say, because it differs between the lists of this provider.
    pub(super) const fn saying(self, says: &'static [(&'static str, &'static str)]) -> Self {
        Self { list: List { says, ..self.list }, ..self }
    }
}

/// Every provider that is tried.
pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(OTHERS)
}

const ROWS: &[Row] = &[
    // Its token endpoint answers with a form to whoever does not ask for JSON.
    browser("github", InBody, Form, SPACE, None, Forever).paged("/user/repos", "", "per_page", LinkHeader),
    browser("slack", InBody, Form, COMMA, Some(false), Slack)
        .paged("/conversations.list", "channels", "limit", Cursor("cursor", "response_metadata/next_cursor", Empty))
        .saying(&[("response_path", "channels")]),
    browser("notion", Basic, Json, None, Some(false), Forever)
        .asking(&[("owner", "user")])
        .paged("/v1/search", "results", "page_size", Cursor("start_cursor", "next_cursor", Null))
        .posting("{}"),
    browser("airtable", Basic, Form, SPACE, Some(true), Standard).paged(
        "/v0/app1/Tasks",
        "records",
        "pageSize",
        Cursor("offset", "offset", Absent),
    ),
    browser("twitter-v2", Basic, Form, SPACE, Some(true), Standard).paged(
        "/2/users/1/tweets",
        "data",
        "max_results",
        Cursor("pagination_token", "meta/next_token", Absent),
    ),
    browser("zoom", Basic, Form, SPACE, None, Standard)
        .paged("/users", "users", "page_size", Cursor("next_page_token", "next_page_token", Empty))
        .saying(&[("response_path", "users")]),
    browser("reddit", Basic, Form, SPACE, Some(false), Standard).asking(&[("duration", "permanent")]).paged(
        "/r/rust/new",
        "data/children",
        "limit",
        Cursor("after", "data/after", Null),
    ),
    browser("spotify", Basic, Form, SPACE, None, Standard).paged("/me/playlists", "items", "limit", LinkBody("next", Null)),
    // The cursor stands beside `hasNextPage`, on the last page too.
    browser("linear", InBody, Form, COMMA, None, Standard)
        .paged("/graphql", "data/issues/nodes", "variables/first", Cursor("variables/after", "data/issues/pageInfo/endCursor", Stays))
        .posting(r#"{"query": "query($first: Int, $after: String) { issues(first: $first, after: $after) { nodes { id } } }"}"#)
        .saying(&[
            ("type", "cursor"),
            ("cursor_name_in_request", "variables.after"),
            ("cursor_path_in_response", "data.issues.pageInfo.endCursor"),
            ("limit_name_in_request", "variables.first"),
            ("response_path", "data.issues.nodes"),
        ]),
    browser("jira", InBody, Either, SPACE, None, Standard).asking(&[("audience", "api.atlassian.com"), ("prompt", "consent")]).paged(
        "/rest/api/3/search/jql",
        "issues",
        "maxResults",
        Cursor("nextPageToken", "nextPageToken", Absent),
    ),
    // The page is part of the query's text: `STARTPOSITION 1 MAXRESULTS 100`.
    browser("quickbooks", Basic, Form, SPACE, None, Standard).returning(&[("realmId", "4620816365")]),
    browser("xero", Basic, Form, SPACE, None, Standard)
        .paged("/api.xro/2.0/Contacts", "Contacts", "pageSize", Page("page", 1))
        .saying(&[("response_path", "Contacts")]),
    // `list_folder` goes on at `list_folder/continue`, with the cursor alone.
    browser("dropbox", InBody, Form, SPACE, None, Standard).asking(&[("token_access_type", "offline")]),
    // A page may be short without being the last; only an empty one is the end.
    browser("strava", InBody, Either, COMMA, None, Standard).paged("/api/v3/athlete/activities", "", "", Page("page", 1)),
    browser("figma", Basic, Form, None, None, Standard)
        .paged("/v1/files/1/versions", "versions", "page_size", LinkBody("pagination/next_page", Absent))
        .saying(&[
            ("type", "link"),
            ("link_path_in_response_body", "pagination.next_page"),
            ("limit_name_in_request", "page_size"),
            ("response_path", "versions"),
        ]),
    browser("asana", InBody, Form, SPACE, None, Standard).paged(
        "/api/1.0/tasks",
        "data",
        "limit",
        Cursor("offset", "next_page/offset", NullAround),
    ),
    browser("gitlab", InBody, Form, SPACE, None, Standard).paged("/api/v4/projects", "", "per_page", LinkHeader),
    // Members are counted by `-1.user.id`, messages go backwards: no way of paging is all of Discord's.
    browser("discord", InBody, Form, SPACE, None, Standard).paged("/users/@me/guilds", "", "limit", LastItem("after")).saying(&[
        ("type", "cursor"),
        ("cursor_name_in_request", "after"),
        ("cursor_path_in_response", "-1.id"),
        ("limit_name_in_request", "limit"),
    ]),
    browser("hubspot", InBody, Form, SPACE, None, Standard).paged(
        "/crm/v3/objects/contacts",
        "results",
        "limit",
        Cursor("after", "paging/next/after", Absent),
    ),
    browser("google-drive", InBody, Form, SPACE, None, Standard).asking(&[("access_type", "offline")]).paged(
        "/files",
        "files",
        "pageSize",
        Cursor("pageToken", "nextPageToken", Absent),
    ),
    browser("google-calendar", InBody, Form, SPACE, None, Standard).asking(&[("access_type", "offline")]).paged(
        "/calendars/primary/events",
        "items",
        "maxResults",
        Cursor("pageToken", "nextPageToken", Absent),
    ),
    browser("outlook", InBody, Form, SPACE, None, Standard).paged(
        "/v1.0/me/messages",
        "value",
        "$top",
        LinkBody("@odata.nextLink", Absent),
    ),
    browser("intercom", InBody, Either, None, None, Forever).paged(
        "/contacts",
        "data",
        "per_page",
        Cursor("starting_after", "pages/next/starting_after", Absent),
    ),
    // Markers are for those who ask for them.
    browser("box", InBody, Form, SPACE, None, Standard).paged(
        "/2.0/folders/0/items?usemarker=true",
        "entries",
        "limit",
        Cursor("marker", "next_marker", Empty),
    ),
    browser("calendly", Basic, Form, None, None, Standard).paged(
        "/scheduled_events",
        "collection",
        "count",
        Cursor("page_token", "pagination/next_page_token", Null),
    ),
    browser("pipedrive", Basic, Form, None, None, Standard).paged(
        "/api/v2/deals",
        "data",
        "limit",
        Cursor("cursor", "additional_data/next_cursor", Null),
    ),
    machine("zoom-cc", Basic, "account_credentials")
        .paged("/users", "users", "page_size", Cursor("next_page_token", "next_page_token", Empty))
        .saying(&[("response_path", "users")]),
    machine("spotify-oauth2-cc", Basic, "client_credentials").paged("/artists/1/albums", "items", "limit", LinkBody("next", Null)),
    machine("crowdstrike", InBody, "client_credentials").paged("/devices/queries/devices/v1", "resources", "limit", Offset("offset")),
    machine("auth0-cc", InBody, "client_credentials").asking(&[("audience", "https://acme.eu.auth0.com/api/v2/")]).paged(
        "/api/v2/users",
        "",
        "per_page",
        Page("page", 0),
    ),
    key("sendgrid", "authorization", "Bearer ").paged("/v3/suppression/bounces", "", "limit", Offset("offset")),
    // Both name the last item of each page, the last page's too.
    key("openai", "authorization", "Bearer ").paged("/v1/files", "data", "limit", Cursor("after", "last_id", Stays)),
    key("anthropic", "x-api-key", "").sending(&[("anthropic-version", "2023-06-01")]).paged(
        "/v1/messages/batches",
        "data",
        "limit",
        Cursor("after_id", "last_id", Stays),
    ),
    key("github-pat", "authorization", "Bearer ").paged("/user/repos", "", "per_page", LinkHeader),
    key("airtable-pat", "authorization", "Bearer ").paged("/v0/app1/Tasks", "records", "pageSize", Cursor("offset", "offset", Absent)),
    key("apollo", "x-api-key", "")
        .paged("/api/v1/contacts/search", "contacts", "per_page", Page("page", 1))
        .posting("{}")
        .saying(&[("response_path", "contacts")]),
    key("brevo-api-key", "api-key", "")
        .paged("/v3/contacts", "contacts", "limit", Offset("offset"))
        .saying(&[("response_path", "contacts")]),
    key("klaviyo", "authorization", "Klaviyo-API-Key ").paged("/api/profiles", "data", "page[size]", LinkBody("links/next", Null)),
    // The history goes on by the last item's id, agents by `cursor`: no way of paging is all of theirs.
    key("elevenlabs", "xi-api-key", "")
        .paged("/v2/voices", "voices", "page_size", Cursor("next_page_token", "next_page_token", Null))
        .saying(&[
            ("type", "cursor"),
            ("cursor_name_in_request", "next_page_token"),
            ("cursor_path_in_response", "next_page_token"),
            ("limit_name_in_request", "page_size"),
            ("response_path", "voices"),
        ]),
    key("gitlab-pat", "private-token", "").paged("/api/v4/projects", "", "per_page", LinkHeader),
    key("shortcut", "shortcut-token", "").paged("/api/v3/search/stories?query=owner:ada", "data", "page_size", PathBody("next", Null)),
    key("resend", "authorization", "Bearer ").paged("/domains", "data", "limit", LastItem("after")),
    key("vercel", "authorization", "Bearer ")
        .paged("/v6/deployments", "deployments", "limit", Moment("until", "pagination/next"))
        .saying(&[("response_path", "deployments")]),
    // Its last page links on, to one that has no results and links on again, for ever.
    key("sentry", "authorization", "Bearer ").paged("/organizations/acme/issues/", "", "per_page", LinkHeaderAlways),
    pair("twilio")
        .paged("/2010-04-01/Accounts/AC1/Messages.json", "messages", "PageSize", PathBody("next_page_uri", Null))
        .saying(&[("response_path", "messages")]),
    pair("mailjet").paged("/v3/REST/contact", "Data", "Limit", Offset("Offset")),
    pair("razorpay").paged("/orders", "items", "count", Offset("skip")),
    // It takes no page size.
    pair("gong").paged("/v2/calls", "calls", "", Cursor("cursor", "records/cursor", Absent)).saying(&[("response_path", "calls")]),
];
