//! Slack's messages, over its Web API (<https://docs.slack.dev/apis/web-api>).

mod messages;
mod post_message;
mod web_api;

pub use messages::{Progress, SlackMessage, messages};
pub use post_message::{NewMessage, PostedMessage, post_message};

syncline_functions::component!(integration = "slack"; messages, post_message);
