//! What was just done, said on the page to which a form leads. The address only names it: the words are ours.

use syncline_console::pages::{Notice, Tone};

use crate::console::form::Asked;

/// The notice that `?done=` names.
pub(super) fn of(asked: &Asked) -> Option<Notice> {
    if asked.get("done") == "not-refreshed" {
        return Some(Notice { tone: Tone::Bad, text: "The provider gave no new credentials. What it said is below.".to_owned() });
    }
    let text = match asked.get("done") {
        "added" => "The integration is there. Connect the first account with it.",
        "active" => "It runs already, and goes on.",
        "asked" => "It is in the queue, and runs as soon as a worker is free.",
        "paused" => "The sync is paused; what ran is cancelled.",
        "refreshed" => "The provider gave new credentials.",
        "rolled-back" => "Rolled back. What is listed here is in place now.",
        "started" => "The sync runs by its schedule again.",
        "unchanged" => "Nothing changed: this was in place already.",
        "cancelled" => "The run is cancelled.",
        "over" => "The run was over already.",
        "queued" => "It is in the queue. Its run appears here as soon as a worker takes it.",
        "enabled" => "The address is tried again. Replay what it missed.",
        "replayed" => "The webhook is on its way.",
        "environment-added" => "The environment is there. Make its first API key.",
        "environment-deleted" => "The environment is deleted. What it held is removed in the background.",
        "key-deleted" => "The key is deleted, and opens nothing any more.",
        "variant-made" => "The variant is there. It starts as its function says.",
        "variant-deleted" => "The variant is deleted. Its records stay until the connection goes.",
        "variable-set" => "The variable is set.",
        "variable-deleted" => "The variable is deleted.",
        "routed" => "In the queue: what follows from it appears in a moment.",
        "deleted" => "The integration is deleted.",
        "disconnected" => "Disconnected.",
        "operator-removed" => "The operator is removed, and signed out everywhere.",
        "password-changed" => "Your password is changed. Every other browser is signed out.",
        "role-changed" => "The role is changed. It holds from their next click on.",
        "rotating" => "The data key is there. Everything is being moved over to it.",
        "saved" => "Saved.",
        "signed-out-elsewhere" => "Every other browser is signed out.",
        "signed-out" => "You are signed out.",
        _ => return None,
    };
    Some(Notice { tone: Tone::Good, text: text.to_owned() })
}
