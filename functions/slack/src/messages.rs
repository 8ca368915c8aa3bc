//! The sync `messages`: channel by channel, from where the last pass began to see messages.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use syncline_functions::prelude::*;

use crate::web_api::{Metadata, ask};

/// How far the clocks of Slack and this host may be apart.
const CLOCK_SKEW_SECONDS: u64 = 60;
/// Slack recommends no more than 200 of either at a time.
const PAGE_SIZE: u32 = 200;

/// A message in a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Model)]
pub struct SlackMessage {
    /// `channel:ts`: a timestamp is unique within its channel only.
    pub id: String,
    pub channel: String,
    pub channel_name: String,
    /// When it was posted, in seconds since 1970, and its identity in the channel: `1763650000.000100`.
    pub ts: String,
    /// The first message of its thread.
    pub thread_ts: Option<String>,
    /// The author's id; absent for messages of apps.
    pub user: Option<String>,
    pub bot_id: Option<String>,
    /// What kind of message, where it is not a plain one.
    pub subtype: Option<String>,
    pub text: String,
}

/// Where a run goes on: a pass over all channels reads what came after `oldest`, and is at `channel`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
pub struct Progress {
    /// Everything up to this timestamp is saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<String>,
    /// The last channel, by id, that this pass has done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The newest message that this pass saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// When this pass began: what came to a channel after it was read is for the next pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began: Option<String>,
}

#[derive(Deserialize)]
struct Channels {
    channels: Vec<Channel>,
    #[serde(default)]
    response_metadata: Metadata,
}

#[derive(Deserialize)]
struct Channel {
    id: String,
    name: String,
    #[serde(default)]
    is_member: bool,
}

#[derive(Deserialize)]
struct History {
    messages: Vec<Message>,
    #[serde(default)]
    response_metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Message {
    ts: String,
    thread_ts: Option<String>,
    user: Option<String>,
    bot_id: Option<String>,
    subtype: Option<String>,
    #[serde(default)]
    text: String,
}

#[sync(
    description = "Messages of the public channels that the app is a member of",
    every = "15 minutes",
    models(SlackMessage),
    checkpoint = Progress,
    scopes("channels:read", "channels:history")
)]
pub async fn messages(cx: SyncContext) -> Result<()> {
    let mut progress: Progress = cx.checkpoint().await?.unwrap_or_default();
    progress.began.get_or_insert_with(|| pass_begins(cx.now()));
    for channel in joined_channels(&cx).await? {
        if progress.channel.as_ref().is_some_and(|done| channel.id <= *done) {
            continue;
        }
        read_channel(&cx, &channel, &mut progress).await?;
        // Only now: Slack lists the newest message first, so half a channel leaves a gap.
        progress.channel = Some(channel.id);
        cx.save_checkpoint(&progress).await?;
    }
    // Timestamps have as many digits on both sides: they sort as text.
    let reached = progress.newest.min(progress.began);
    cx.save_checkpoint(&Progress { oldest: reached.max(progress.oldest), ..Progress::default() }).await
}

fn pass_begins(now: SystemTime) -> String {
    let now = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    format!("{}.000000", now.saturating_sub(CLOCK_SKEW_SECONDS))
}

/// In the order of their ids, so that a pass can go on where it stopped.
async fn joined_channels(cx: &SyncContext) -> Result<Vec<Channel>> {
    let mut joined = Vec::new();
    let mut cursor = None;
    loop {
        let request = cx
            .get("/conversations.list")
            .query("types", "public_channel")
            .query("exclude_archived", true)
            .query("limit", PAGE_SIZE)
            .query_opt("cursor", cursor)
            .retries(5);
        let page: Channels = ask(request).await?;
        joined.extend(page.channels.into_iter().filter(|channel| channel.is_member));
        cursor = page.response_metadata.cursor();
        if cursor.is_none() {
            joined.sort_by(|a, b| a.id.cmp(&b.id));
            return Ok(joined);
        }
    }
}

async fn read_channel(cx: &SyncContext, channel: &Channel, progress: &mut Progress) -> Result<()> {
    let mut cursor = None;
    loop {
        let request = cx
            .get("/conversations.history")
            .query("channel", &channel.id)
            .query("limit", PAGE_SIZE)
            .query_opt("oldest", progress.oldest.as_ref())
            .query_opt("cursor", cursor)
            .retries(5);
        let page: History = ask(request).await?;
        let messages: Vec<SlackMessage> = page.messages.into_iter().map(|message| message.into_model(channel)).collect();
        cx.save(&messages).await?;
        progress.newest = messages.into_iter().map(|message| message.ts).max().max(progress.newest.take());
        cursor = page.response_metadata.unwrap_or_default().cursor();
        if cursor.is_none() {
            return Ok(());
        }
    }
}

impl Message {
    fn into_model(self, channel: &Channel) -> SlackMessage {
        SlackMessage {
            id: format!("{}:{}", channel.id, self.ts),
            channel: channel.id.clone(),
            channel_name: channel.name.clone(),
            ts: self.ts,
            thread_ts: self.thread_ts,
            user: self.user,
            bot_id: self.bot_id,
            subtype: self.subtype,
            text: self.text,
        }
    }
}
