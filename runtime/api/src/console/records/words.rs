//! What happened to records, for people.

use syncline_console::pages::{Badge, Moment, Tone};
use syncline_domain::{Action, Timestamp};

/// `Deleted`
pub(in crate::console) fn badge(action: Action) -> Badge {
    match action {
        Action::Added => Badge::new(Tone::Good, "Added"),
        Action::Updated => Badge::new(Tone::Plain, "Updated"),
        Action::Deleted => Badge::new(Tone::Bad, "Deleted"),
    }
}

/// `1.5 KB`
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

pub(super) fn moment(at: Timestamp) -> Moment {
    Moment::new(at.to_millis_z())
}

/// The beginning of a text, in one line.
pub(in crate::console) fn shortened(text: &str, chars: usize) -> String {
    let mut short: String = text.chars().take(chars).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(chars).is_some() {
        short.push('…');
    }
    short
}
