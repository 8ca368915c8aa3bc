//! Operations in a person's words.

use syncline_console::pages::{Badge, Tone};
use syncline_domain::{OperationKind, OperationState};

/// `proxy call`
pub(super) fn kind(kind: OperationKind) -> String {
    let (kind, action) = kind.names();
    format!("{kind} {}", action.replace('_', " "))
}

/// `Failed`
pub(super) fn state(state: OperationState) -> Badge {
    let (tone, text) = match state {
        OperationState::Waiting => (Tone::Live, "Waiting"),
        OperationState::Running => (Tone::Live, "Running"),
        OperationState::Succeeded => (Tone::Good, "Succeeded"),
        OperationState::Failed => (Tone::Bad, "Failed"),
        OperationState::Interrupted => (Tone::Warn, "Interrupted"),
        OperationState::Cancelled => (Tone::Plain, "Cancelled"),
        OperationState::Lost => (Tone::Bad, "Lost"),
    };
    Badge::new(tone, text)
}

/// Of a message's level.
pub(super) fn tone(level: &str) -> Tone {
    match level {
        "error" => Tone::Bad,
        "warn" => Tone::Warn,
        _ => Tone::Plain,
    }
}
