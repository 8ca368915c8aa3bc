//! When an address that fails is left alone, tried again, and given up.
//!
//! ```text
//! closed ─ 5 failures in a row, or "come back later" ─▶ open ─ its time is over ─▶ half open: one delivery tries
//!    ▲                                                   ▲                             │
//!    └───────────────── it answers 2xx ──────────────────┼─────────────────────────────┤
//!                                                        └──────── it fails ───────────┘
//! any ─ 410, or nothing but failures for five days ─▶ disabled ─ somebody enables it ─▶ closed
//! ```
//!
//! *Invariant:* pure; whoever keeps a circuit changes it under a lock, so that nodes agree on it.

use std::time::Duration;

use crate::{Timestamp, WebhookDeliveryId};

/// Fewer could be one message that the receiver cannot take.
const FAILURES: u32 = 5;
/// The first opening lasts this long, each further one twice as long.
const OPEN: Duration = Duration::from_mins(1);
/// A receiver that is back waits no longer than this for what it missed.
const LONGEST_OPEN: Duration = Duration::from_hours(1);
/// Longer than the timeout of an attempt: a probe that says nothing by then went down with its process.
const PROBE: Duration = Duration::from_mins(1);
/// As long as a receiver may be away, for instance over a long weekend, without anybody's doing.
const GIVE_UP: Duration = Duration::from_hours(5 * 24);
/// Two failures five days apart say little of the days between.
const GIVE_UP_FAILURES: u32 = 10;

/// Where a circuit stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CircuitState {
    /// Everything is sent.
    Closed,
    /// Nothing is sent for a while.
    Open,
    /// One delivery tries.
    HalfOpen,
    /// Nothing is sent until somebody enables it.
    Disabled,
}

/// Why an address is not tried any more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DisabledReason {
    /// It answered 410.
    Gone,
    /// Nothing but failures for days.
    Failing,
}

/// The circuit breaker of one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Circuit {
    /// Where it stands.
    pub state: CircuitState,
    /// Failed attempts since the last success.
    pub failures: u32,
    /// When the first of them was.
    pub failing_since: Option<Timestamp>,
    /// How often it opened since the last success.
    pub openings: u32,
    /// While it is open: until when.
    pub open_until: Option<Timestamp>,
    /// While it is half open: who tries, and when that is given up for lost.
    pub probe: Option<(WebhookDeliveryId, Timestamp)>,
    /// While it is disabled: since when and why.
    pub disabled: Option<(Timestamp, DisabledReason)>,
}

impl Circuit {
    /// As new, and after a success.
    pub const CLOSED: Self =
        Self { state: CircuitState::Closed, failures: 0, failing_since: None, openings: 0, open_until: None, probe: None, disabled: None };

    /// Whether `delivery` may be sent now. The one that may although the address fails becomes the probe.
    pub fn admit(&mut self, delivery: WebhookDeliveryId, now: Timestamp) -> bool {
        match self.state {
            CircuitState::Closed => true,
            CircuitState::Disabled => false,
            CircuitState::Open | CircuitState::HalfOpen => {
                let is_time = self.probe_at().is_none_or(|at| at <= now) || self.probe.is_some_and(|(probe, _)| probe == delivery);
                if is_time {
                    *self = Self { state: CircuitState::HalfOpen, probe: Some((delivery, now.plus(PROBE))), open_until: None, ..*self };
                }
                is_time
            }
        }
    }

    /// When the next delivery may try, while the address fails.
    pub fn probe_at(&self) -> Option<Timestamp> {
        match self.state {
            CircuitState::Open => self.open_until,
            CircuitState::HalfOpen => self.probe.map(|(_, until)| until),
            CircuitState::Closed | CircuitState::Disabled => None,
        }
    }

    /// A receiver took something. One that was disabled stays so: that was said by the receiver itself, or is to be looked at.
    pub fn succeeded(&mut self) {
        if self.state != CircuitState::Disabled {
            *self = Self::CLOSED;
        }
    }

    /// A receiver did not take `delivery`; `asked` is for how long it wants to be left alone.
    pub fn failed(&mut self, delivery: WebhookDeliveryId, asked: Option<Duration>, now: Timestamp) {
        if self.state == CircuitState::Disabled {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let since = *self.failing_since.get_or_insert(now);
        if self.failures >= GIVE_UP_FAILURES && now.since(since) >= GIVE_UP {
            return self.disable(DisabledReason::Failing, now);
        }
        // What was under way when it opened says nothing new.
        let counts = match self.state {
            CircuitState::Closed => self.failures >= FAILURES,
            CircuitState::HalfOpen => self.probe.is_some_and(|(probe, _)| probe == delivery),
            CircuitState::Open | CircuitState::Disabled => false,
        };
        if counts {
            let pause = OPEN.saturating_mul(1 << self.openings.min(10)).min(LONGEST_OPEN);
            self.openings = self.openings.saturating_add(1);
            self.open(now.plus(pause));
        }
        if let Some(asked) = asked {
            self.open(now.plus(asked.min(LONGEST_OPEN)));
        }
    }

    /// The receiver said that it is gone.
    pub fn gone(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        self.failing_since.get_or_insert(now);
        if self.state != CircuitState::Disabled {
            self.disable(DisabledReason::Gone, now);
        }
    }

    fn open(&mut self, until: Timestamp) {
        let until = self.open_until.map_or(until, |earlier| earlier.max(until));
        *self = Self { state: CircuitState::Open, open_until: Some(until), probe: None, ..*self };
    }

    fn disable(&mut self, reason: DisabledReason, now: Timestamp) {
        *self = Self { state: CircuitState::Disabled, open_until: None, probe: None, disabled: Some((now, reason)), ..*self };
    }
}

impl CircuitState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Closed, Self::Open, Self::HalfOpen, Self::Disabled];

    /// As in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::Disabled => "disabled",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl DisabledReason {
    /// As in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Gone, Self::Failing].into_iter().find(|reason| reason.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const D: WebhookDeliveryId = WebhookDeliveryId(1);
    const OTHER: WebhookDeliveryId = WebhookDeliveryId(2);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::default().plus(Duration::from_secs(seconds))
    }

    fn open() -> Circuit {
        let mut circuit = Circuit::CLOSED;
        for _ in 0..FAILURES {
            assert!(circuit.admit(D, at(0)));
            circuit.failed(D, None, at(0));
        }
        circuit
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_one_success_between_them_does_not() {
        let circuit = open();
        assert_eq!((circuit.state, circuit.open_until), (CircuitState::Open, Some(at(60))));
        let mut circuit = Circuit::CLOSED;
        for _ in 0..4 {
            circuit.failed(D, None, at(0));
        }
        circuit.succeeded();
        circuit.failed(D, None, at(0));
        assert_eq!((circuit.state, circuit.failures), (CircuitState::Closed, 1));
    }

    #[test]
    fn one_tries_when_the_time_is_over_and_the_others_wait_for_it() {
        let mut circuit = open();
        assert!(!circuit.admit(D, at(59)));
        assert!(circuit.admit(D, at(60)));
        assert!(!circuit.admit(OTHER, at(60)), "one at a time");
        assert!(circuit.admit(D, at(61)), "the same, from a process that took over");
        assert_eq!(circuit.probe_at(), Some(at(121)));
        assert!(circuit.admit(OTHER, at(121)), "the first was lost with its process");
        circuit.succeeded();
        assert_eq!(circuit, Circuit::CLOSED);
    }

    #[test]
    fn each_failed_probe_makes_the_next_pause_twice_as_long_up_to_an_hour() {
        let (mut circuit, mut now) = (open(), at(0));
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let until = circuit.open_until.unwrap();
            pauses.push(until.since(now).as_secs() / 60);
            now = until;
            assert!(circuit.admit(D, now));
            circuit.failed(OTHER, None, now);
            assert_eq!(circuit.state, CircuitState::HalfOpen, "only the probe says something");
            circuit.failed(D, None, now);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn a_receiver_that_asks_for_time_gets_it_at_once() {
        let mut circuit = Circuit::CLOSED;
        circuit.failed(D, Some(Duration::from_secs(90)), at(0));
        assert_eq!((circuit.state, circuit.open_until, circuit.openings), (CircuitState::Open, Some(at(90)), 0));
        circuit.failed(OTHER, Some(Duration::from_secs(30)), at(1));
        assert_eq!(circuit.open_until, Some(at(90)), "what was asked for before still counts");
        let mut circuit = Circuit::CLOSED;
        circuit.failed(D, Some(Duration::from_hours(48)), at(0));
        assert_eq!(circuit.open_until, Some(at(3_600)));
    }

    #[test]
    fn what_is_gone_or_fails_for_five_days_is_disabled_until_somebody_enables_it() {
        let mut circuit = Circuit::CLOSED;
        circuit.gone(at(7));
        assert_eq!((circuit.state, circuit.disabled), (CircuitState::Disabled, Some((at(7), DisabledReason::Gone))));
        circuit.succeeded();
        circuit.failed(D, None, at(8));
        assert!(!circuit.admit(D, at(9)) && circuit.failures == 1);

        let five_days = GIVE_UP.as_secs();
        let mut circuit = open();
        circuit.failed(D, None, at(five_days));
        assert_ne!(circuit.state, CircuitState::Disabled, "six failures say nothing of five days");
        for _ in 0..4 {
            circuit.failed(D, None, at(five_days));
        }
        assert_eq!(circuit.disabled, Some((at(five_days), DisabledReason::Failing)));
    }
}
