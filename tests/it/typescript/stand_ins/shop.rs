//! Larder, a shop system: lists by `Link` header, by cursor and by page number, orders with an idempotency key, webhooks.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::typescript::stand_in::{Shared, StandIn, page, refused};

pub(crate) struct Shop {
    pub(crate) products: Vec<Value>,
    pub(crate) orders: Vec<Value>,
    pub(crate) customers: Vec<Value>,
    pub(crate) stock: Vec<Value>,
    /// Id to URL.
    pub(crate) webhooks: BTreeMap<String, String>,
    /// Product to size and type.
    pub(crate) pictures: BTreeMap<u64, (usize, String)>,
    /// Idempotency key to order.
    placed: BTreeMap<String, Value>,
}

type Access = State<Arc<Shared<Shop>>>;
type Asked = Query<BTreeMap<String, String>>;

pub(crate) async fn start() -> StandIn<Shop> {
    let router = Router::new()
        .route("/v1/shop", get(shop))
        .route("/v1/products", get(products))
        .route("/v1/products/{id}", patch(change_product))
        .route("/v1/products/{id}/picture", put(store_picture))
        .route("/v1/orders", get(orders).post(place_order))
        .route("/v1/customers", get(customers))
        .route("/v1/stock", get(stock))
        .route("/v1/warehouses", get(warehouses))
        .route("/v1/webhooks", post(subscribe))
        .route("/v1/webhooks/{id}", delete(unsubscribe));
    StandIn::start(Shop::new(), router, Router::new()).await
}

impl Shop {
    fn new() -> Self {
        let product = |id: u64, title: &str, cents: u32, tags: &str| {
            json!({
                "id": id, "title": title, "price_cents": cents, "currency": "EUR", "tags": tags,
                "handle": title.trim().to_lowercase().replace(' ', "-"), "updated_at": format!("2026-02-{:02}T08:00:00Z", id % 28 + 1),
            })
        };
        let stock = |warehouse: &str, sku: &str, quantity: i32| json!({ "warehouse": warehouse, "sku": sku, "quantity": quantity });
        Self {
            products: vec![
                product(11, "Plum jam", 650, "fruit, sweet"),
                product(12, " Crème brûlée ", 890, "sweet"),
                product(13, "Rye bread", 420, ""),
                product(14, "Pickled lemons", 780, "sour,fruit"),
                product(15, "Olive oil", 1450, "pantry"),
            ],
            orders: vec![
                order(501, "open", false, "2026-02-01T10:00:00Z"),
                order(502, "shipped", false, "2026-02-01T11:00:00Z"),
                order(503, "open", true, "2026-02-02T09:30:00Z"),
                order(504, "open", false, "2026-02-03T07:00:00Z"),
                order(505, "cancelled", false, "2026-02-03T08:00:00Z"),
            ],
            customers: vec![
                json!({ "id": 71, "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com" }),
                json!({ "id": 72, "first_name": "Grace", "last_name": "Hopper", "email": "grace@example.com" }),
                json!({ "id": 73, "first_name": "Prince", "last_name": "", "email": null }),
            ],
            stock: vec![
                stock("berlin", "JAM", 40),
                stock("berlin", "BREAD", 12),
                stock("berlin", "OIL", 0),
                stock("lyon", "JAM", 8),
                stock("lyon", "LEMON", 25),
                stock("lyon", "OIL", 3),
            ],
            webhooks: BTreeMap::new(),
            pictures: BTreeMap::new(),
            placed: BTreeMap::new(),
        }
    }

    pub(crate) fn order(&mut self, id: u64) -> &mut Value {
        self.orders.iter_mut().find(|order| order["id"] == id).unwrap()
    }
}

fn order(id: u64, status: &str, test: bool, updated_at: &str) -> Value {
    json!({
        "id": id, "customer_id": 71, "status": status, "test": test, "updated_at": updated_at,
        "tracking_code": (status == "shipped").then(|| format!("LP{id}")),
        "lines": [{ "sku": "JAM", "quantity": 2 }], "total_cents": 1300, "currency": "EUR",
    })
}

async fn shop(headers: HeaderMap) -> Json<Value> {
    let closed = headers[header::AUTHORIZATION].to_str().unwrap().ends_with("-closed");
    Json(json!({ "name": "Larder", "status": if closed { "closed" } else { "open" } }))
}

fn number(asked: &BTreeMap<String, String>, name: &str, default: usize) -> usize {
    asked.get(name).map_or(default, |value| value.parse().unwrap())
}

async fn products(State(shared): Access, Query(asked): Asked) -> Response {
    let (limit, at) = (number(&asked, "limit", 50), number(&asked, "page", 1));
    let world = shared.world();
    let (list, next) = page(&world.products, (at - 1) * limit, limit);
    let mut response = Json(list).into_response();
    let headers = response.headers_mut();
    headers.insert("x-total-count", world.products.len().into());
    if next.is_some() {
        let link = format!("<{}/v1/products?limit={limit}&page={}>; rel=\"next\"", shared.url(), at + 1);
        headers.insert(header::LINK, link.parse().unwrap());
    }
    response
}

async fn change_product(State(shared): Access, Path(id): Path<u64>, Json(change): Json<Value>) -> Response {
    let mut world = shared.world();
    let Some(product) = world.products.iter_mut().find(|product| product["id"] == id) else {
        return refused(StatusCode::NOT_FOUND, "There is no such product");
    };
    for (name, value) in change.as_object().unwrap() {
        product[name] = value.clone();
    }
    Json(json!({ "product": product })).into_response()
}

async fn store_picture(State(shared): Access, Path(id): Path<u64>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let kind = headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    shared.world().pictures.insert(id, (body.len(), kind));
    Json(json!({ "bytes": body.len() }))
}

async fn orders(State(shared): Access, Query(asked): Asked) -> Json<Value> {
    let world = shared.world();
    let since = asked.get("updated_since").map_or("", String::as_str);
    let mut found: Vec<Value> = world.orders.iter().filter(|order| order["updated_at"].as_str().unwrap() >= since).cloned().collect();
    found.sort_by_key(|order| order["updated_at"].as_str().unwrap().to_owned());
    let start = asked.get("cursor").map_or(0, |cursor| cursor.strip_prefix("after-").unwrap().parse().unwrap());
    let (list, next) = page(&found, start, number(&asked, "limit", 50));
    Json(json!({ "orders": list, "meta": { "next_cursor": next.map(|at| format!("after-{at}")) } }))
}

async fn place_order(State(shared): Access, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let mut world = shared.world();
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let error = |field: &str, message: &str| json!({ "field": field, "message": message });
    let unknown = !world.customers.iter().any(|customer| customer["id"] == body["customer_id"]);
    let lines = body["lines"].as_array().unwrap();
    let missing = lines.iter().find(|line| !world.stock.iter().any(|stock| stock["sku"] == line["sku"]));
    let mut errors = Vec::from_iter(unknown.then(|| error("customer_id", "is unknown")));
    errors.extend(missing.map(|line| error("lines", &format!("has the unknown article {}", line["sku"].as_str().unwrap()))));
    if !errors.is_empty() {
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": errors }))).into_response();
    }
    if let Some(order) = world.placed.get(&key) {
        return Json(json!({ "order": order })).into_response();
    }
    let id = 600 + world.placed.len() as u64;
    let mut placed = order(id, "open", false, "2026-02-10T12:00:00Z");
    placed["lines"] = body["lines"].clone();
    placed["customer_id"] = body["customer_id"].clone();
    world.orders.push(placed.clone());
    world.placed.insert(key, placed.clone());
    (StatusCode::CREATED, Json(json!({ "order": placed }))).into_response()
}

async fn customers(State(shared): Access, Query(asked): Asked) -> Json<Value> {
    let (size, at) = (number(&asked, "per_page", 50), number(&asked, "page", 1));
    let (list, _) = page(&shared.world().customers, (at - 1) * size, size);
    Json(json!({ "customers": list, "page": at }))
}

async fn stock(State(shared): Access, Query(asked): Asked) -> Json<Value> {
    let world = shared.world();
    let wanted = |stock: &&Value| asked.get("warehouse").is_none_or(|warehouse| stock["warehouse"] == **warehouse);
    let found: Vec<Value> = world.stock.iter().filter(wanted).cloned().collect();
    let (list, _) = page(&found, number(&asked, "skip", 0), number(&asked, "take", 50));
    Json(json!({ "data": { "items": list, "total": found.len() } }))
}

async fn warehouses() -> Json<Value> {
    let warehouse = |code: &str, open: bool| json!({ "code": code, "open": open });
    Json(json!([warehouse("berlin", true), warehouse("lyon", true), warehouse("oslo", false)]))
}

async fn subscribe(State(shared): Access, Json(body): Json<Value>) -> Response {
    let Some(url) = body["url"].as_str() else {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, "A webhook needs a URL");
    };
    let mut world = shared.world();
    let id = format!("wh_{}", world.webhooks.len() + 1);
    world.webhooks.insert(id.clone(), url.to_owned());
    (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()
}

async fn unsubscribe(State(shared): Access, Path(id): Path<String>) -> Response {
    match shared.world().webhooks.remove(&id) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => refused(StatusCode::NOT_FOUND, "There is no such webhook"),
    }
}
