//! How requests are made: the `proxy` block.

use regex::Regex;
use serde_json::json;

use super::block::{Block, Found};
use super::draft::Draft;
use crate::Paginate;

pub(super) fn read(draft: &mut Draft, block: &mut Block<'_>) {
    let found = block.take("proxy");
    if let Some(found) = &found {
        // Whole top-level keys are taken over, or replaced.
        draft.remove("proxy");
        draft.came("proxy".to_owned(), found.node, found.path.clone());
    }
    if let Some(found) = found
        && let Some(map) = draft.map(&found)
    {
        let mut inner = Block::new(&found.path, map);
        draft.put_template(&["proxy", "base_url"], inner.take("base_url"));
        draft.put_templates(&["proxy", "headers"], inner.take("headers"), &[]);
        draft.put_templates(&["proxy", "query"], inner.take("query"), &[]);
        draft.put_templates(&["proxy", "body"], inner.take("body"), &[]);
        if let Some(found) = inner.take("retry") {
            retry(draft, &found);
        }
        if let Some(found) = inner.take("paginate") {
            paginate(draft, &found);
        }
        if let Some(found) = inner.take("verification") {
            verification(draft, &found);
        }
        // Answers are always unpacked.
        inner.take("decompress");
        for (name, found) in inner.rest() {
            draft.note(&found, reason(&name));
        }
    }
    if draft.entry.pointer("/proxy/base_url").is_none() && draft.entry.pointer("/proxy/no_base_url").is_none() {
        draft.set(&["proxy", "no_base_url"], "the imported definition has none".into());
    }
}

fn reason(name: &str) -> &'static str {
    match name {
        "connection_config" => "is not supported: nothing is computed for the connection; people are asked for what is needed",
        "forward_headers_on_redirect" => "is not supported: a redirect to another host gets no credentials",
        _ => "is no field that is known of this block",
    }
}

fn retry(draft: &mut Draft, found: &Found<'_>) {
    let Some(map) = draft.map(found) else { return };
    let mut inner = Block::new(&found.path, map);
    for name in ["after", "at", "remaining"] {
        draft.put_text(&["proxy", "retry", name], inner.take(name));
    }
    draft.put_texts(&["proxy", "retry", "error_codes"], inner.take("error_code"));
    for (name, found) in inner.rest() {
        let is_body = name == "in_body";
        draft.note(
            &found,
            if is_body { "is not supported: only headers tell when to try again" } else { "is no field that is known of this block" },
        );
    }
}

/// A default that is not whole serves nobody: each call then says how lists are paged.
fn paginate(draft: &mut Draft, found: &Found<'_>) {
    let Some(map) = draft.map(found) else { return };
    let written = map.iter().filter_map(|(name, node)| Some((name.clone(), node.text()?)));
    let mut block: serde_json::Map<String, serde_json::Value> = written.map(|(name, text)| (name, text.into())).collect();
    if let Some(number) = block.get("offset_start_value").and_then(|text| text.as_str()?.parse::<u64>().ok()) {
        block.insert("offset_start_value".to_owned(), number.into());
    }
    let whole: Option<Paginate> = serde_json::from_value(block.into()).ok();
    let is_whole = |paginate: &Paginate| {
        !matches!(paginate, Paginate::Link { link_rel_in_response_header: None, link_path_in_response_body: None, .. })
    };
    let Some(whole) = whole.filter(is_whole) else {
        draft.note(found, "is not whole, so it is left out; each call says how its list is paged");
        return;
    };
    let kept = json!(whole);
    for (name, node) in map {
        if kept.get(name).is_none() && !node.is_nothing() {
            draft.note(&Found { path: format!("{}.{name}", found.path), node }, "is not read for this type");
        }
    }
    draft.put(&["proxy", "paginate"], found, kept);
}

/// One that cannot be sent as it is meant would refuse good credentials, so it is left out.
fn verification(draft: &mut Draft, found: &Found<'_>) {
    let Some(map) = draft.map(found) else { return };
    let mut inner = Block::new(&found.path, map);
    let method = inner.take("method").and_then(|found| draft.text(&found)).map_or_else(|| "GET".to_owned(), |method| method.to_uppercase());
    let endpoints = inner.take("endpoints").or_else(|| inner.take("endpoint"));
    let endpoints = endpoints.and_then(|found| draft.texts(&found)).unwrap_or_default();
    let problem = if inner.has("data") {
        "sends `data`"
    } else if inner.has("base_url_override") {
        "goes to another host"
    } else if endpoints.is_empty() {
        "has no endpoints"
    } else if endpoints.iter().any(|endpoint| endpoint.contains("${")) {
        "has a template in its endpoints"
    } else if !matches!(method.as_str(), "GET" | "POST" | "HEAD") {
        "is neither GET nor POST nor HEAD"
    } else {
        draft.put(&["proxy", "verification"], found, json!({ "method": method, "endpoints": endpoints }));
        draft.put_templates(&["proxy", "verification", "headers"], inner.take("headers"), &[]);
        for (_, found) in inner.rest() {
            draft.note(&found, "is no field that is known of this block");
        }
        return;
    };
    draft.note(found, &format!("is left out, because the request {problem}: credentials are taken without a trial"));
}

/// Whether our patterns can say it.
pub(super) fn is_pattern(text: &str) -> bool {
    Regex::new(&format!("^(?:{text})$")).is_ok()
}
