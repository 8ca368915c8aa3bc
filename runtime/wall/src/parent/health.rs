//! Whether a process still answers. One that is frozen (stopped, or in a loop that nothing interrupts) would hold its runs until their time is over,
//! which for a sync is a day.

use std::sync::atomic::{AtomicU32, Ordering};

/// What it was asked and what was heard.
#[derive(Default)]
pub(super) struct Health {
    /// Questions without an answer.
    open: AtomicU32,
    /// Questions since anything was heard.
    silent: AtomicU32,
}

impl Health {
    /// Notes a question; returns how many before it nothing was heard after.
    pub(super) fn ask(&self) -> u32 {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.silent.fetch_add(1, Ordering::Relaxed)
    }

    /// Any frame is a sign of life.
    pub(super) fn heard(&self) {
        self.silent.store(0, Ordering::Relaxed);
    }

    /// Whether an answer is one to a question.
    pub(super) fn answered(&self) -> bool {
        self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| open.checked_sub(1)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_counted_from_the_last_sign_of_life() {
        let health = Health::default();
        assert!(!health.answered(), "nobody asked");
        assert_eq!([health.ask(), health.ask(), health.ask()], [0, 1, 2]);
        health.heard();
        assert_eq!(health.ask(), 0);
        assert_eq!([(); 5].map(|()| health.answered()), [true, true, true, true, false]);
    }
}
