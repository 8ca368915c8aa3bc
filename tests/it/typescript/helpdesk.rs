//! The functions of `tests/nango-project/helpdesk`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::stand_ins::helpdesk::contents;
use super::workshop::{UPLOAD_KEY, Workshop};
use crate::authorization::hex;
use crate::provider::TOKEN;

pub(super) async fn tour(workshop: &Workshop) {
    let more = json!({ "connection_config": { "site": "https://help.larder.example" }, "metadata": { "teams": ["delivery", "billing"] } });
    workshop.connect("helpdesk", "hd", more).await;
    articles(workshop).await;
    tickets(workshop).await;
    attachments(workshop).await;
    uploads(workshop).await;
    exports(workshop).await;
    escalation(workshop).await;
    whoami(workshop).await;
}

async fn articles(workshop: &Workshop) {
    workshop.first_run("helpdesk", "hd", "articles").await;
    let records = workshop.records("helpdesk", "hd", "Article").await;
    let expected = json!({
        "id": "2", "title": "Crème brûlée", "url": "https://help.larder.example/a/2", "html": "<p>Keep it cool: 4 °C.</p>",
        "size": "<p>Keep it cool: 4 °C.</p>".len(),
    });
    assert_eq!((records.len(), &records[1]), (3, &expected));
    workshop.helpdesk.world().articles.remove(0);
    let run = workshop.sync("helpdesk", "hd", "articles").await;
    assert_eq!(run["counts"]["Article"], json!({ "added": 0, "updated": 0, "deleted": 1, "unchanged": 2 }), "{run}");
}

async fn tickets(workshop: &Workshop) {
    // Down after the first page: the run fails, and the next one goes on there.
    workshop.helpdesk.break_after(Some(1));
    let said = workshop.syncline(&["run", "tickets", "--connection", "hd"]).await;
    assert_eq!(said.code, 4, "{}{}", said.stdout, said.stderr);
    assert_eq!(workshop.ids("helpdesk", "hd", "Ticket").await, ["HD-1", "HD-2"]);
    workshop.helpdesk.break_after(None);
    let before = workshop.helpdesk.requests();
    let run = workshop.sync("helpdesk", "hd", "tickets").await;
    assert!(workshop.log(&run).await.contains("Goes on after page 1"), "{run}");
    assert_eq!(workshop.helpdesk.requests() - before, 1, "the first page was read again");
    assert_eq!(workshop.ids("helpdesk", "hd", "Ticket").await, ["HD-1", "HD-2", "HD-4", "HD-5"]);
    assert_eq!(workshop.records("helpdesk", "hd", "Ticket").await[0]["createdAt"], "2026-01-31T23:53:20.000Z");

    workshop.helpdesk.world().tickets[0]["status"] = json!("spam");
    workshop.sync("helpdesk", "hd", "tickets").await;
    assert_eq!(workshop.ids("helpdesk", "hd", "Ticket").await, ["HD-2", "HD-4", "HD-5"]);
}

async fn attachments(workshop: &Workshop) {
    let url = workshop.helpdesk.url();
    workshop.helpdesk.world().attach(&url, "f1", "old.png", "2020-01-01T00:00:00Z");
    workshop.helpdesk.world().attach(&url, "f2", "jar.png", "2099-01-01T00:00:00Z");
    let run = workshop.sync("helpdesk", "hd", "attachments").await;
    assert_eq!(run["counts"]["Attachment"], json!({ "added": 2, "updated": 0, "deleted": 1, "unchanged": 0 }), "{run}");
    let sha256 = hex(&Sha256::digest(contents("jar.png")));
    let expected = json!({
        "id": "f2", "ticketId": "HD-2", "name": "jar.png", "sha256": sha256, "size": 1_000, "expiresAt": "2099-01-01T00:00:00Z",
    });
    assert_eq!(workshop.records("helpdesk", "hd", "Attachment").await, [expected]);
    workshop.helpdesk.world().attach(&url, "f3", "lid.png", "2099-01-01T00:00:00Z");
    let run = workshop.sync("helpdesk", "hd", "attachments").await;
    assert_eq!(run["counts"]["Attachment"]["added"], 1, "{run}");
}

async fn uploads(workshop: &Workshop) {
    let input = json!({ "ticketId": "HD-2", "fileName": "a b&c.png" });
    let first = workshop.act("helpdesk", "hd", "sign-upload", input.clone()).await.ok();
    let second = workshop.act("helpdesk", "hd", "sign-upload", input).await.ok();
    let upload = first["uploadId"].as_str().unwrap();
    assert_eq!(uuid::Uuid::parse_str(upload).unwrap().get_version_num(), 4);
    assert_ne!(first["uploadId"], second["uploadId"], "randomness is not the snapshot's");
    let mut mac = Hmac::<Sha256>::new_from_slice(UPLOAD_KEY.as_bytes()).unwrap();
    let query = format!("name=a+b%26c.png&ticket=HD-2&upload={upload}");
    mac.update(query.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    assert_eq!(first["signature"], signature.as_str());
    assert_eq!(first["url"], format!("https://uploads.helpdesk.example/v1/files?{query}&signature={signature}"));
}

async fn exports(workshop: &Workshop) {
    let csv = workshop.act("helpdesk", "hd", "export-tickets", json!({ "team": "sales" })).await.ok();
    assert_eq!(csv, "key,subject\nHD-6,Do you ship to Oslo?\nHD-7,Allergens in the jam\n");
    let refused = workshop.act("helpdesk", "hd", "export-tickets", json!({ "team": "nobody" })).await;
    assert_eq!(refused.json()["error"]["payload"], json!({ "code": "export_failed", "message": "There is no such team" }));
}

/// Asks the billing system through its own function, whose connection the other tour does not use.
async fn escalation(workshop: &Workshop) {
    workshop.connect("billing", "bill-of-hd", json!({})).await;
    let escalate = |ticket: &str| {
        workshop.act("helpdesk", "hd", "escalate-ticket", json!({ "ticketId": ticket, "billingConnectionId": "bill-of-hd" }))
    };
    assert_eq!(escalate("HD-2").await.ok(), json!({ "escalated": false, "tags": ["web"] }));

    workshop.helpdesk.world().show_tickets(false);
    let before = workshop.helpdesk.requests();
    let first = escalate("HD-4");
    let second = async {
        workshop
            .app
            .eventually("ticket in the first one's hands", || async { (workshop.helpdesk.requests() > before).then_some(()) })
            .await;
        let refused = escalate("HD-4").await;
        workshop.helpdesk.world().show_tickets(true);
        refused
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(second.json()["error"]["payload"]["code"], "being_escalated", "{}", second.text);
    assert_eq!(first.ok(), json!({ "escalated": true, "tags": ["web", "urgent"] }));
    assert_eq!(workshop.helpdesk.world().tickets[3]["tags"], json!(["web", "urgent"]));
    // The lock was given back.
    assert_eq!(escalate("HD-4").await.ok(), json!({ "escalated": false, "tags": ["web", "urgent"] }));
}

async fn whoami(workshop: &Workshop) {
    let mut told = workshop.act("helpdesk", "hd", "whoami", Value::Null).await.ok();
    assert!(told["connection"]["numericId"].take().as_i64().unwrap() > 0);
    assert!(told["environment"]["id"].take().as_i64().unwrap() > 0);
    assert!(told["environment"]["account"].take().is_i64());
    assert!(!told["run"]["id"].take().as_str().unwrap().is_empty());
    assert!(told["integration"]["webhookUrl"].take().as_str().unwrap().ends_with("/helpdesk"));
    let expected = json!({
        "connection": { "id": "hd", "numericId": null, "integration": "helpdesk", "provider": "help-o-matic" },
        "environment": { "id": null, "name": "dev", "account": null },
        "run": { "id": null, "syncId": null, "fromCommandLine": false },
        "integration": { "displayName": "helpdesk", "webhookUrl": null },
        "credential": { "type": "API_KEY", "characters": TOKEN.len() },
        "attributes": null,
        "login": "support@larder.example",
    });
    assert_eq!(told, expected);
}
