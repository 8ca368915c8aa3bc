//! Slack's functions against recordings. The data is invented, in the shapes of Slack's public documentation.

use syncline_functions::json;
use syncline_functions::testing::{Answer, Test};
use syncline_slack::{Progress, SlackMessage, messages, post_message};

fn channels() -> Answer {
    Answer::get("/conversations.list").query("types", "public_channel").query("exclude_archived", true).query("limit", 200)
}

#[test]
fn messages_of_joined_channels_are_saved_page_by_page() {
    let outcome = Test::sync(messages).recording("tests/messages.test.json").run();
    outcome.assert_as_recorded();
    let progress = Progress { oldest: Some("1767225800.000100".to_owned()), ..Progress::default() };
    assert_eq!(outcome.checkpoint(), Some(progress), "the next run begins at the newest message");
}

#[test]
fn a_run_goes_on_after_the_last_channel_that_was_done() {
    let stopped = Progress {
        oldest: Some("1767225600.000000".to_owned()),
        channel: Some("C1".to_owned()),
        newest: Some("1767225700.000200".to_owned()),
        began: Some("1767225650.000000".to_owned()),
    };
    let joined = json!({ "ok": true, "channels": [
        { "id": "C1", "name": "general", "is_member": true }, { "id": "C3", "name": "team", "is_member": true },
    ] });
    let history = Answer::get("/conversations.history").query("channel", "C3").query("limit", 200).query("oldest", "1767225600.000000");
    let outcome = Test::sync(messages)
        .checkpoint(&stopped)
        .answer(channels().json(joined))
        .answer(history.json(json!({ "ok": true, "messages": [] })))
        .run();
    outcome.ok();
    assert!(outcome.saved::<SlackMessage>().is_empty());
    let next: Progress = outcome.checkpoint().unwrap();
    assert_eq!(next.oldest.as_deref(), Some("1767225650.000000"), "not later than the pass began: C1 may have got messages since");
}

#[test]
fn a_refusal_in_a_list_fails_the_run_instead_of_ending_the_list() {
    let refused = json!({ "ok": false, "error": "missing_scope", "needed": "channels:read" });
    let outcome = Test::sync(messages).answer(channels().json(refused)).run();
    assert_eq!(outcome.err().code(), "action_error");
    assert!(outcome.err().to_string().contains("missing_scope (needed: channels:read)"));
}

#[test]
fn a_message_is_posted() {
    Test::action(post_message).recording("tests/post-message.test.json").run().assert_as_recorded();
}

#[test]
fn a_refused_message_tells_slacks_reason() {
    let outcome = Test::action(post_message)
        .input(json!({ "channel": "nowhere", "text": "Hello" }))
        .answer(Answer::post("/chat.postMessage").json(json!({ "ok": false, "error": "channel_not_found" })))
        .run();
    let details: String = outcome.failure().details.unwrap();
    assert!(details.contains(r#""error":"channel_not_found""#), "{details}");
}
