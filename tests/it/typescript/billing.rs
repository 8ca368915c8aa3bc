//! The functions of `tests/nango-project/billing`, written with zod 3.

use serde_json::{Value, json};

use super::workshop::Workshop;

pub(super) async fn tour(workshop: &Workshop) {
    workshop.billing.world().busy = true;
    workshop.connect("billing", "bill", json!({})).await;
    let run = workshop.first_run("billing", "bill", "invoices").await;
    assert_eq!(run["counts"]["Invoice"]["added"], 4, "{run}");
    assert!(!workshop.billing.world().busy, "409 is worth another try here");
    let records = workshop.records("billing", "bill", "Invoice").await;
    let totals: Vec<&Value> = records.iter().map(|invoice| &invoice["total"]).collect();
    assert_eq!(json!(totals), json!([1_234, 100_000, 50, -2_000]));
    assert_eq!(records[2]["dueOn"], Value::Null);

    {
        let mut world = workshop.billing.world();
        world.invoices[1]["state"] = json!("void");
        world.invoices[1]["revision"] = json!(8);
    }
    let before = workshop.billing.requests();
    let run = workshop.sync("billing", "bill", "invoices").await;
    assert_eq!(run["counts"]["Invoice"], json!({ "added": 0, "updated": 0, "deleted": 1, "unchanged": 0 }), "{run}");
    assert_eq!(workshop.billing.requests() - before, 1);

    let balance = workshop.act("billing", "bill", "customer-balance", json!({ "email": "customer2@example.com" })).await.ok();
    assert_eq!(balance, json!({ "balance": -1_250, "currency": "EUR" }));
    let unknown = workshop.act("billing", "bill", "customer-balance", json!({ "email": "nobody@example.com" })).await;
    let error = &unknown.json()["error"];
    assert_eq!((unknown.status.as_u16(), &error["code"]), (424, &json!("script_http_error")), "{}", unknown.text);
    assert!(unknown.text.contains("There is no such customer"), "{}", unknown.text);

    fields(workshop).await;
}

async fn fields(workshop: &Workshop) {
    let map = |fields: Value| workshop.act("billing", "bill", "map-fields", json!({ "fields": fields }));
    let first = map(json!({ "costCentre": "KST" })).await.ok();
    assert_eq!(first, json!({ "before": {}, "after": { "costCentre": "KST" } }));
    let second = map(json!({ "colour": "blue" })).await.ok();
    assert_eq!(second, json!({ "before": { "costCentre": "KST" }, "after": { "costCentre": "KST", "colour": "blue" } }));
    let expected = json!({ "fieldMapping": { "costCentre": "KST", "colour": "blue" }, "fieldMappingChanged": true });
    assert_eq!(workshop.metadata("billing", "bill").await, expected);
    // The caller has its answer before the run is filed.
    let both = || async { Some(workshop.ended("billing", "bill", "map-fields").await).filter(|runs| runs.len() == 2) };
    let mut log = String::new();
    for run in workshop.app.eventually("end of both runs", both).await {
        log += &workshop.log(&run).await;
    }
    assert!(log.contains("Fields that invoices do not have: colour"), "{log}");
    assert!(!log.contains("The mapping until now"), "that line is below the level that the function set: {log}");
}
