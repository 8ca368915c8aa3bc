//! The action `post-message`.

use serde::{Deserialize, Serialize};
use syncline_functions::prelude::*;

use crate::web_api::ask;

/// The message to post.
#[derive(Serialize, Deserialize, Schema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// A channel's id or name.
    pub channel: String,
    /// Slack's mrkdwn.
    pub text: String,
    /// Answers in this message's thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_ts: Option<String>,
}

/// Where the message is.
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct PostedMessage {
    /// The channel's id.
    pub channel: String,
    /// Its timestamp, which is its identity in the channel.
    pub ts: String,
}

#[action(description = "Posts a message", scopes("chat:write"))]
pub async fn post_message(cx: ActionContext, input: NewMessage) -> Result<PostedMessage> {
    ask(cx.post("/chat.postMessage").json(&input)).await
}
