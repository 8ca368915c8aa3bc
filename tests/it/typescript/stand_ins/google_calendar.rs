//! Google Calendar's events with sync tokens that can become invalid.
//!
//! Source of the shapes: <https://developers.google.com/workspace/calendar/api/guides/sync> and `.../v3/reference/events/list`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::typescript::stand_in::{Shared, StandIn, page};

/// A page may hold fewer events than asked for.
const PAGE: usize = 2;

pub(crate) struct GoogleCalendar {
    events: Vec<Entry>,
    /// Counts changes: a sync token is what it was then.
    version: u64,
    /// Older tokens are no longer valid.
    oldest: u64,
}

struct Entry {
    calendar: &'static str,
    event: Value,
    version: u64,
}

type Access = State<Arc<Shared<GoogleCalendar>>>;

pub(crate) async fn start() -> StandIn<GoogleCalendar> {
    let router = Router::new().route("/calendars/{calendar}/events", get(list));
    StandIn::start(GoogleCalendar::new(), router, Router::new()).await
}

impl GoogleCalendar {
    fn new() -> Self {
        let mut world = Self { events: Vec::new(), version: 0, oldest: 0 };
        let at =
            |day: u32, hour: u32| json!({ "dateTime": format!("2026-02-{day:02}T{hour:02}:00:00+01:00"), "timeZone": "Europe/Berlin" });
        world.put(
            "primary",
            "standup",
            json!({ "summary": "Stand-up", "start": at(2, 9), "end": at(2, 10), "recurrence": ["RRULE:FREQ=DAILY"] }),
        );
        world.put(
            "primary",
            "standup_20260204",
            json!({ "summary": "Stand-up, later", "start": at(4, 11), "end": at(4, 12), "recurringEventId": "standup" }),
        );
        world.put(
            "primary",
            "fair",
            json!({ "summary": "Food fair", "start": { "date": "2026-02-12" }, "end": { "date": "2026-02-14" }, "status": "tentative" }),
        );
        world.put("primary", "tasting", json!({
            "summary": "Tasting", "location": "Kitchen", "start": at(6, 15), "end": at(6, 16), "hangoutLink": "https://meet.google.com/abc-defg-hij",
            "attendees": [{ "email": "ada@example.com", "responseStatus": "accepted" }, { "email": "grace@example.com", "responseStatus": "needsAction" }],
        }));
        world.put("team@group.calendar.google.com", "offsite", json!({ "summary": "Offsite", "start": at(20, 9), "end": at(20, 18) }));
        world
    }

    /// An event is made, or changed.
    pub(crate) fn put(&mut self, calendar: &'static str, id: &str, fields: Value) {
        let mut event = json!({
            "kind": "calendar#event", "etag": format!("\"{}\"", self.version), "id": id, "status": "confirmed",
            "htmlLink": format!("https://www.google.com/calendar/event?eid={id}"), "organizer": { "email": "owner@example.com", "self": true },
            "updated": format!("2026-01-{:02}T10:00:00.000Z", self.version % 28 + 1),
        });
        let Value::Object(fields) = fields else { panic!("fields of an event are an object") };
        event.as_object_mut().unwrap().extend(fields);
        self.store(calendar, event);
    }

    pub(crate) fn cancel(&mut self, calendar: &'static str, id: &str) {
        let event = json!({ "kind": "calendar#event", "etag": format!("\"{}\"", self.version), "id": id, "status": "cancelled" });
        self.store(calendar, event);
    }

    /// As after a change of permissions, or simply after a while. What was deleted until now is never told.
    pub(crate) fn forget_tokens(&mut self) {
        self.version += 1;
        self.oldest = self.version;
        self.events.retain(|entry| entry.event["status"] != "cancelled");
    }

    fn store(&mut self, calendar: &'static str, event: Value) {
        self.version += 1;
        self.events.retain(|entry| !(entry.calendar == calendar && entry.event["id"] == event["id"]));
        self.events.push(Entry { calendar, event, version: self.version });
    }
}

fn error(code: StatusCode, reason: &str, message: &str) -> Response {
    let errors = json!([{ "domain": "calendar", "reason": reason, "message": message }]);
    (code, Json(json!({ "error": { "errors": errors, "code": code.as_u16(), "message": message } }))).into_response()
}

async fn list(State(shared): Access, Path(calendar): Path<String>, Query(asked): Query<BTreeMap<String, String>>) -> Response {
    let world = shared.world();
    if !world.events.iter().any(|entry| entry.calendar == calendar) {
        return error(StatusCode::NOT_FOUND, "notFound", "Not Found");
    }
    let since: u64 = asked.get("syncToken").map_or(0, |token| token.trim_start_matches("sync-").parse().unwrap());
    if asked.contains_key("syncToken") && since < world.oldest {
        return error(StatusCode::GONE, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.");
    }
    let found: Vec<Value> = world
        .events
        .iter()
        .filter(|entry| entry.calendar == calendar && entry.version > since)
        .filter(|entry| since > 0 || entry.event["status"] != "cancelled")
        .map(|entry| entry.event.clone())
        .collect();
    let start = asked.get("pageToken").map_or(0, |token| token.trim_start_matches("page-").parse().unwrap());
    let (items, next) = page(&found, start, PAGE);
    let mut body =
        json!({ "kind": "calendar#events", "summary": calendar, "timeZone": "Europe/Berlin", "accessRole": "owner", "items": items });
    match next {
        Some(next) => body["nextPageToken"] = format!("page-{next}").into(),
        None => body["nextSyncToken"] = format!("sync-{}", world.version).into(),
    }
    Json(body).into_response()
}
