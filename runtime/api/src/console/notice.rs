//! What was just done, said on the page to which a form leads. The address only names it: the words are ours.

use syncline_console::pages::{Notice, Tone};

use crate::console::form::Asked;

/// The notice that `?done=` names.
pub(super) fn of(asked: &Asked) -> Option<Notice> {
    let text = match asked.get("done") {
        "added" => "The integration is there. Connect the first account with it.",
        "cancelled" => "The run is cancelled.",
        "over" => "The run was over already.",
        "queued" => "It is in the queue. Its run appears here as soon as a worker takes it.",
        "enabled" => "The address is tried again. Replay what it missed.",
        "replayed" => "The webhook is on its way.",
        "environment-added" => "The environment is there. Make its first API key.",
        "environment-deleted" => "The environment is deleted. What it held is removed in the background.",
        "key-deleted" => "The key is deleted, and opens nothing any more.",
        "variable-set" => "The variable is set.",
        "variable-deleted" => "The variable is deleted.",
        "routed" => "In the queue: what follows from it appears in a moment.",
        "deleted" => "The integration is deleted.",
        "disconnected" => "Disconnected.",
        "saved" => "Saved.",
        "signed-out" => "You are signed out.",
        _ => return None,
    };
    Some(Notice { tone: Tone::Good, text: text.to_owned() })
}
