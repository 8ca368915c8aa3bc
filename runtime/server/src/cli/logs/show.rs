//! One operation with everything that it says.

use serde::Deserialize;
use serde_json::Value;

use super::find;
use crate::cli::client::{Call, Client};
use crate::cli::output::{Output, cell, time};

const PAGE: u32 = 1_000;

#[derive(Deserialize)]
struct One {
    data: Value,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    next: Option<i64>,
}

pub(super) async fn print(client: &Client, output: Output, id: &str) -> anyhow::Result<()> {
    let One { data: mut operation } = client.json(Call::get(["operations", id])).await?;
    let (mut messages, mut after) = (Vec::new(), None);
    loop {
        let call = Call::get(["operations", id, "messages"]).query("limit", PAGE);
        let call = if let Some(after) = after { call.query("after", after) } else { call };
        let Page { data, next } = client.json(call).await?;
        messages.extend(data);
        if next.is_none() {
            break;
        }
        after = next;
    }
    if output.is_json() {
        operation["messages"] = messages.into();
        output.document(&operation.to_string())?;
        return Ok(());
    }
    output.note(&find::line(&operation))?;
    for message in &messages {
        let clock = time(&message["at"]);
        let extra = ["request", "response", "error", "meta"].into_iter().filter(|name| !message[*name].is_null());
        let extra = extra.fold(String::new(), |text, name| format!("{text} {name}={}", message[name]));
        output.note(&format!("{clock} {:<5} {}{extra}", cell(&message["level"]), cell(&message["message"])))?;
    }
    Ok(())
}
