//! A billing system: an offset, amounts as text, revisions, and a lock that is taken now and then.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::typescript::stand_in::{Shared, StandIn, page, refused};

pub(crate) struct Billing {
    pub(crate) invoices: Vec<Value>,
    /// Answers the next list with 409.
    pub(crate) busy: bool,
}

type Access = State<Arc<Shared<Billing>>>;
type Asked = Query<BTreeMap<String, String>>;

pub(crate) async fn start() -> StandIn<Billing> {
    let router = Router::new().route("/invoices", get(invoices)).route("/customers/balance", get(balance));
    StandIn::start(Billing::new(), router, Router::new()).await
}

impl Billing {
    fn new() -> Self {
        let invoice = |number: u64, total: &str, state: &str, revision: u64| {
            json!({
                "uuid": format!("00000000-0000-4000-8000-{number:012}"), "number": format!("2026-{number:04}"),
                "recipient": format!("customer{number}@example.com"), "total": total, "currency": "EUR", "state": state,
                "due": (state != "draft").then(|| format!("2026-03-{:02}", number + 10)), "revision": revision,
            })
        };
        Self {
            invoices: vec![
                invoice(1, "12.34", "paid", 4),
                invoice(2, "1000", "open", 2),
                invoice(3, "0.5", "draft", 7),
                invoice(4, "99.99", "void", 5),
                invoice(5, "-20.00", "open", 6),
            ],
            busy: false,
        }
    }
}

async fn invoices(State(shared): Access, Query(asked): Asked) -> Response {
    let mut world = shared.world();
    if std::mem::take(&mut world.busy) {
        return refused(StatusCode::CONFLICT, "The books are being closed: try again");
    }
    let number = |name: &str| asked[name].parse::<u64>().unwrap();
    let after = number("after_revision");
    let found: Vec<Value> = world.invoices.iter().filter(|invoice| invoice["revision"].as_u64().unwrap() > after).cloned().collect();
    let (list, _) = page(&found, usize::try_from(number("offset")).unwrap(), usize::try_from(number("limit")).unwrap());
    Json(list).into_response()
}

async fn balance(Query(asked): Asked) -> Response {
    match asked["email"].as_str() {
        "customer1@example.com" => Json(json!({ "balance": "250.75", "currency": "EUR" })).into_response(),
        "customer2@example.com" => Json(json!({ "balance": "-12.50", "currency": "EUR" })).into_response(),
        _ => refused(StatusCode::NOT_FOUND, "There is no such customer"),
    }
}
