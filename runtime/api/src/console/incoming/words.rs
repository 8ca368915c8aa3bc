//! Where a webhook stands, for people.

use syncline_console::pages::{Badge, Moment, Tone};
use syncline_domain::{IncomingWebhookState, Timestamp};
use syncline_store::IncomingWebhookRow;

/// Every state with its word, as the filter offers them.
pub(super) const STATES: [(IncomingWebhookState, &str); 4] = [
    (IncomingWebhookState::Received, "On its way"),
    (IncomingWebhookState::Routed, "Routed"),
    (IncomingWebhookState::Parked, "Parked"),
    (IncomingWebhookState::Handshake, "Handshake"),
];

pub(super) fn state(row: &IncomingWebhookRow) -> Badge {
    let tone = match row.state {
        IncomingWebhookState::Received => Tone::Live,
        IncomingWebhookState::Routed => Tone::Good,
        IncomingWebhookState::Parked => Tone::Warn,
        IncomingWebhookState::Handshake => Tone::Plain,
    };
    let word = STATES.iter().find(|(state, _)| *state == row.state).map_or("", |(_, word)| word);
    Badge::new(tone, word)
}

/// What that means, and what to do about it.
pub(super) fn meaning(row: &IncomingWebhookRow) -> String {
    match row.state {
        IncomingWebhookState::Received => "It is kept and about to be routed. Reload in a moment.".to_owned(),
        IncomingWebhookState::Routed => format!("It was for {}.", counted(row.connections, "connection")),
        IncomingWebhookState::Parked => {
            "It fits no connection. It is routed when one appears that it fits; replay it after you have changed one by hand.".to_owned()
        }
        IncomingWebhookState::Handshake => {
            "With it the provider asked whether somebody listens. It is kept because somebody may have to read a code out of it.".to_owned()
        }
    }
}

/// A handshake tells of nothing, and one that is on its way is routed anyway; but its job may have been given up.
pub(super) fn can_be_replayed(row: &IncomingWebhookRow) -> bool {
    row.state != IncomingWebhookState::Handshake
}

/// `1 run`, `2 runs`
pub(super) fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

pub(super) fn moment(at: Timestamp) -> Moment {
    Moment::new(at.to_millis_z())
}
