//! HubSpot's contacts: the list, its archived half, and the search with its limits.
//!
//! Source of the shapes: <https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide> and `.../search/guide`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use syncline_domain::Timestamp;

use crate::typescript::stand_in::{Shared, StandIn, now, page};

/// What it says is the most for a page; it gives fewer, so that few contacts make several pages.
const LIMIT: u64 = 100;
const PAGE: usize = 3;
/// Whether or not they are asked for.
const ALWAYS: [&str; 3] = ["createdate", "hs_object_id", "lastmodifieddate"];

#[derive(Default)]
pub(crate) struct Hubspot {
    /// Id to contact with all its properties.
    contacts: BTreeMap<u64, Value>,
}

type Access = State<Arc<Shared<Hubspot>>>;

pub(crate) async fn start() -> StandIn<Hubspot> {
    let router = Router::new().route("/crm/v3/objects/contacts", get(list)).route("/crm/v3/objects/contacts/search", post(search));
    StandIn::start(Hubspot::new(), router, Router::new()).await
}

impl Hubspot {
    fn new() -> Self {
        let people = [
            ("Ada", "Lovelace", "customer", "Analytical Engines"),
            ("Grace", "Hopper", "lead", "Compilers"),
            ("Radia", "Perlman", "customer", "Spanning Trees"),
            ("Margaret", "Hamilton", "opportunity", "Apollo"),
            ("Hedy", "Lamarr", "", ""),
            ("Barbara", "Liskov", "lead", "Substitutes"),
            ("Frances", "Allen", "customer", ""),
        ];
        let mut world = Self::default();
        for (index, (first, last, stage, company)) in (0..).zip(people) {
            let at = format!("2026-01-{:02}T10:00:00.000Z", index + 5);
            let text = |value: &str| if value.is_empty() { Value::Null } else { Value::from(value) };
            world.put(
                51_001 + index,
                &at,
                json!({
                    "email": format!("{}@example.com", first.to_lowercase()), "firstname": first, "lastname": last, "phone": null,
                    "company": text(company), "jobtitle": null, "lifecyclestage": text(stage), "hubspot_owner_id": "77",
                }),
            );
        }
        world
    }

    /// A contact is made, or some of its properties change.
    pub(crate) fn put(&mut self, id: u64, at: &str, properties: Value) {
        let fresh = || json!({ "id": id.to_string(), "properties": { "createdate": at, "hs_object_id": id.to_string() }, "createdAt": at, "archived": false });
        let contact = self.contacts.entry(id).or_insert_with(fresh);
        let Value::Object(properties) = properties else { panic!("properties are an object") };
        contact["properties"].as_object_mut().unwrap().extend(properties);
        contact["properties"]["lastmodifieddate"] = at.into();
        contact["updatedAt"] = at.into();
    }

    pub(crate) fn archive(&mut self, id: u64) {
        let contact = self.contacts.get_mut(&id).unwrap();
        contact["archived"] = true.into();
        contact["archivedAt"] = now().into();
    }
}

/// With the properties that were asked for.
fn shown(contact: &Value, asked: &[&str]) -> Value {
    let all = contact["properties"].as_object().unwrap();
    let names = ALWAYS.iter().chain(asked);
    let properties: Map<String, Value> = names.map(|name| ((*name).to_owned(), all.get(*name).cloned().unwrap_or_default())).collect();
    let mut contact = contact.clone();
    contact["properties"] = properties.into();
    contact
}

fn invalid(message: &str) -> Response {
    let body = json!({ "status": "error", "message": message, "correlationId": "00000000-0000-4000-8000-000000000001", "category": "VALIDATION_ERROR" });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

async fn list(State(shared): Access, Query(asked): Query<BTreeMap<String, String>>) -> Response {
    if asked.get("limit").is_some_and(|limit| limit.parse::<u64>().unwrap() > LIMIT) {
        return invalid("limit must be at most 100");
    }
    let archived = asked.get("archived").is_some_and(|archived| archived == "true");
    let properties: Vec<&str> = asked.get("properties").map(|names| names.split(',').collect()).unwrap_or_default();
    let world = shared.world();
    let found: Vec<Value> =
        world.contacts.values().filter(|contact| contact["archived"] == archived).map(|contact| shown(contact, &properties)).collect();
    // The cursor is the id of the next contact.
    let start = asked.get("after").map_or(0, |after| found.iter().position(|contact| contact["id"] == **after).unwrap_or(found.len()));
    let (results, next) = page(&found, start, PAGE);
    let mut body = json!({ "results": results });
    if let Some(next) = next {
        let after = found[next]["id"].as_str().unwrap();
        body["paging"] = json!({ "next": { "after": after, "link": format!("{}/crm/v3/objects/contacts?after={after}", shared.url()) } });
    }
    Json(body).into_response()
}

async fn search(State(shared): Access, Json(body): Json<Value>) -> Response {
    if !body["limit"].is_u64() || body["limit"].as_u64() > Some(LIMIT) {
        return invalid("limit must be a number of at most 100");
    }
    let sort = &body["sorts"][0];
    if *sort != json!({ "propertyName": "lastmodifieddate", "direction": "ASCENDING" }) {
        return invalid("this stand-in sorts by lastmodifieddate only");
    }
    let filter = &body["filterGroups"][0]["filters"][0];
    let since: i64 = match (filter["propertyName"].as_str(), filter["operator"].as_str(), filter["value"].as_str()) {
        (Some("lastmodifieddate"), Some("GTE"), Some(value)) => value.parse().unwrap(),
        (None, None, None) => 0,
        _ => return invalid("this stand-in filters by lastmodifieddate only"),
    };
    let properties: Vec<&str> = body["properties"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let world = shared.world();
    let changed = |contact: &&Value| Timestamp::parse(contact["updatedAt"].as_str().unwrap()).unwrap().unix_millis() >= since;
    let mut found: Vec<&Value> = world.contacts.values().filter(|contact| contact["archived"] == false).filter(changed).collect();
    found.sort_by_key(|contact| contact["updatedAt"].as_str().unwrap());
    let found: Vec<Value> = found.into_iter().map(|contact| shown(contact, &properties)).collect();
    let start = body["after"].as_str().map_or(0, |after| after.parse().unwrap());
    let (results, next) = page(&found, start, PAGE);
    let mut answer = json!({ "total": found.len(), "results": results });
    if let Some(next) = next {
        answer["paging"] = json!({ "next": { "after": next.to_string() } });
    }
    Json(answer).into_response()
}
