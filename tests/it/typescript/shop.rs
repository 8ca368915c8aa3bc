//! The functions of `tests/nango-project/shop`, in the life of one connection.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use super::workshop::Workshop;
use crate::provider::TOKEN;

/// The smallest picture that there is.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

pub(super) async fn tour(workshop: &Workshop) {
    closed_accounts_are_refused(workshop).await;
    workshop.connect("shop", "ada", json!({})).await;
    welcome(workshop).await;
    products(workshop).await;
    orders(workshop).await;
    events(workshop).await;
    customers(workshop).await;
    stock(workshop).await;
    actions(workshop).await;
    workshop.disconnect("shop", "ada").await;
    assert!(workshop.shop.world().webhooks.is_empty(), "the function for the end of a connection did not run");
}

async fn closed_accounts_are_refused(workshop: &Workshop) {
    let credentials = json!({ "type": "API_KEY", "apiKey": format!("{TOKEN}-closed") });
    let refused = workshop.try_connect("shop", "eve", json!({ "credentials": credentials })).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (400, "connection_validation_failed"), "{}", refused.text);
    assert!(refused.text.contains("The shop Larder is closed: open it, then connect it again"), "{}", refused.text);
}

async fn welcome(workshop: &Workshop) {
    workshop
        .app
        .eventually("subscription", || async { (workshop.metadata("shop", "ada").await["webhookId"] == "wh_1").then_some(()) })
        .await;
    let url = workshop.shop.world().webhooks["wh_1"].clone();
    assert!(url.starts_with("http") && url.ends_with("/shop"), "{url}");
    // Does not start by itself; the function starts it.
    let run = workshop.first_run("shop", "ada", "orders").await;
    assert_eq!(run["state"], "succeeded", "{run}");
}

async fn products(workshop: &Workshop) {
    let run = workshop.first_run("shop", "ada", "products").await;
    assert_eq!(run["counts"]["Product"]["added"], 5, "{run}");
    let records = workshop.records("shop", "ada", "Product").await;
    assert_eq!(
        records[1],
        json!({
            "id": "12", "title": "Crème brûlée", "price": { "amount": 890, "currency": "EUR" }, "tags": ["sweet"],
            "url": "https://larder.example/products/cr%C3%A8me-br%C3%BBl%C3%A9e", "updatedAt": "2026-02-13T08:00:00Z",
        })
    );
    {
        let mut world = workshop.shop.world();
        world.products.retain(|product| product["id"] != 13);
        world.products[0]["price_cents"] = json!(700);
    }
    workshop.shop.limit_next();
    let run = workshop.sync("shop", "ada", "products").await;
    assert_eq!(run["counts"]["Product"], json!({ "added": 0, "updated": 1, "deleted": 1, "unchanged": 3 }), "{run}");
    assert!(workshop.shop.has_limited(), "nobody was told to wait");
    assert_eq!(workshop.ids("shop", "ada", "Product").await, ["11", "12", "14", "15"]);
    let log = workshop.log(&run).await;
    assert!(log.contains("Products that the shop no longer has") && log.contains("13"), "{log}");
}

async fn orders(workshop: &Workshop) {
    assert_eq!(workshop.ids("shop", "ada", "Order").await, ["501", "502", "504"], "without test orders and cancelled ones");
    let shipped = &workshop.records("shop", "ada", "Order").await[1];
    assert_eq!((&shipped["trackingCode"], &shipped["total"]), (&json!("LP502"), &json!({ "amount": 1300, "currency": "EUR" })));
    {
        let mut world = workshop.shop.world();
        let order = world.order(504);
        order["status"] = json!("cancelled");
        order["updated_at"] = json!("2026-02-04T08:00:00Z");
    }
    let before = workshop.shop.requests();
    let run = workshop.sync("shop", "ada", "orders").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    assert_eq!(workshop.shop.requests() - before, 1, "only what changed since the checkpoint is one page");
    assert_eq!(workshop.ids("shop", "ada", "Order").await, ["501", "502"]);
}

/// `onWebhook`: each event changes the record that it is about, between two runs of the sync.
async fn events(workshop: &Workshop) {
    let told = || async {
        let runs = workshop.ended("shop", "ada", "orders").await;
        runs.into_iter().filter(|run| run["trigger"] == "webhook").collect::<Vec<_>>()
    };
    let runs_of_events = |count: usize| async move {
        workshop.app.eventually("run of the event", || async { (told().await.len() == count).then_some(()) }).await;
    };
    let shipped = json!({ "type": "order.shipped", "order_id": 501, "tracking_code": "LP501" });
    workshop.shop_tells("wh_1", "d1", shipped.clone()).await;
    runs_of_events(1).await;
    let order = &workshop.records("shop", "ada", "Order").await[0];
    assert_eq!((&order["id"], &order["status"], &order["trackingCode"]), (&json!("501"), &json!("shipped"), &json!("LP501")));
    // The same delivery again, and one that the sync did not subscribe to, run nothing.
    workshop.shop_tells("wh_1", "d1", shipped).await;
    workshop.shop_tells("wh_1", "d2", json!({ "type": "order.viewed", "order_id": 501 })).await;
    workshop.shop_tells("wh_1", "d3", json!({ "type": "order.cancelled", "order_id": 502 })).await;
    runs_of_events(2).await;
    assert_eq!(workshop.ids("shop", "ada", "Order").await, ["501"]);
    assert!(told().await.iter().all(|run| run["state"] == "succeeded"), "{:?}", told().await);
}

async fn customers(workshop: &Workshop) {
    workshop.first_run("shop", "ada", "customers").await;
    assert_eq!(workshop.ids("shop", "ada", "Customer").await, ["71", "72", "73"]);
    assert_eq!(workshop.records("shop", "ada", "Customer").await[2], json!({ "id": "73", "name": "Prince", "email": null }));
    workshop.shop.world().customers.retain(|customer| customer["id"] != 73);
    let run = workshop.sync("shop", "ada", "customers").await;
    assert_eq!(run["counts"]["Customer"]["deleted"], 1, "{run}");
    let log = workshop.log(&run).await;
    assert!(log.contains("Deletions are tracked; the last run was at 20"), "{log}");
}

async fn stock(workshop: &Workshop) {
    let run = workshop.sync("shop", "ada", "stock-levels").await;
    assert_eq!(run["counts"]["StockLevel"]["added"], 6, "{run}");
    workshop.shop.world().stock[0]["quantity"] = json!(35);
    workshop.sync("shop", "ada", "stock-levels").await;
    let level = workshop.records("shop", "ada", "StockLevel").await.into_iter().find(|level| level["id"] == "berlin:JAM").unwrap();
    assert_eq!(level, json!({ "id": "berlin:JAM", "sku": "JAM", "warehouse": "berlin", "quantity": 35, "change": -5 }));

    let body = json!({ "provider_config_key": "shop", "connection_id": "ada" });
    workshop.app.post("/sync/stock-levels/variant/lyon", body).await.ok();
    let body = json!({ "provider_config_key": "shop", "connection_id": "ada", "syncs": [{ "name": "stock-levels", "variant": "lyon" }] });
    workshop.app.post("/sync/trigger", body).await.ok();
    workshop
        .app
        .eventually("run of the variant", || async {
            workshop.ended("shop", "ada", "stock-levels").await.into_iter().find(|run| run["variant"] == "lyon")
        })
        .await;
    let headers = [("Connection-Id", "ada"), ("Provider-Config-Key", "shop")];
    let page = workshop.app.call(Method::GET, "/records?model=StockLevel&variant=lyon", &headers, None).await.ok();
    assert_eq!(page["records"].as_array().unwrap().len(), 3, "{page}");
}

async fn actions(workshop: &Workshop) {
    let order = json!({ "customerId": "71", "lines": [{ "sku": "JAM", "quantity": 3 }] });
    let runs = workshop.ended("shop", "ada", "orders").await.len();
    let placed = workshop.act("shop", "ada", "create-order", order.clone()).await.ok();
    assert_eq!((&placed["id"], &placed["status"], &placed["lines"]), (&json!("600"), &json!("open"), &order["lines"]));
    let again = workshop.act("shop", "ada", "create-order", order).await.ok();
    assert_eq!(again["id"], "600", "the same key places the order once");
    workshop
        .app
        .eventually("sync of the orders", || async { (workshop.ended("shop", "ada", "orders").await.len() > runs).then_some(()) })
        .await;

    let unknown = json!({ "customerId": "99", "lines": [{ "sku": "CHEESE", "quantity": 1 }] });
    let refused = workshop.act("shop", "ada", "create-order", unknown).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (500, "action_script_runtime_error"), "{}", refused.text);
    let payload = json!({
        "code": "order_refused", "fields": ["customer_id", "lines"],
        "message": "The shop refuses this order: customer_id is unknown; lines has the unknown article CHEESE",
    });
    assert_eq!(refused.json()["error"]["payload"], payload, "{}", refused.text);
    let invalid = workshop.act("shop", "ada", "create-order", json!({ "customerId": "ada", "lines": [] })).await;
    assert!(!invalid.status.is_success() && invalid.text.contains("customerId"), "{}", invalid.text);

    let change = json!({ "id": "14", "title": "Preserved lemons", "picture": PNG });
    let changed = workshop.act("shop", "ada", "update-product", change).await.ok();
    let bytes = STANDARD.decode(PNG).unwrap().len();
    assert_eq!((&changed["product"]["title"], &changed["pictureBytes"]), (&json!("Preserved lemons"), &json!(bytes)));
    assert_eq!(workshop.shop.world().pictures[&14], (bytes, "image/png".to_owned()), "the bytes came as they are");
    let gone = workshop.act("shop", "ada", "update-product", json!({ "id": "999", "title": "?" })).await;
    assert_eq!((gone.status.as_u16(), gone.code().as_str()), (424, "script_http_error"), "{}", gone.text);

    assert_eq!(workshop.act("shop", "ada", "list-warehouses", Value::Null).await.ok(), json!(["berlin", "lyon"]));
}
