//! What a client was told, and whether it was true: as `total-queue` of Jepsen checks a queue.

use std::collections::{BTreeMap, BTreeSet};

/// What a client knows of one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Told {
    /// 2xx: on disk. With the path of its result.
    Acknowledged(String),
    /// Refused before it had an effect.
    Refused,
    /// An error of the server's, or no answer at all: it may have had its effect.
    Unknown,
}

/// All that was sent, by number.
#[derive(Clone, Default, Debug)]
pub(crate) struct History(BTreeMap<u64, Told>);

/// What the history and the world come to together.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) acknowledged: usize,
    pub(crate) unknown: usize,
    /// Of the unknown ones.
    pub(crate) happened: usize,
    /// Acknowledged, and never done.
    lost: Vec<u64>,
    /// Done, though refused or never sent.
    unexpected: Vec<u64>,
    /// How often each was done beyond the first time.
    pub(crate) duplicates: BTreeMap<u64, u32>,
}

impl History {
    /// Later news of the same request count if they are more.
    pub(crate) fn tell(&mut self, number: u64, told: Told) {
        let known = self.0.entry(number).or_insert(Told::Unknown);
        if *known == Told::Unknown {
            *known = told;
        }
    }

    pub(crate) fn unknown(&self) -> BTreeSet<u64> {
        self.0.iter().filter(|(_, told)| **told == Told::Unknown).map(|(number, _)| *number).collect()
    }

    /// Number and result's path.
    pub(crate) fn acknowledged(&self) -> Vec<(u64, String)> {
        let acknowledged = self.0.iter().filter_map(|(number, told)| match told {
            Told::Acknowledged(path) => Some((*number, path.clone())),
            Told::Refused | Told::Unknown => None,
        });
        acknowledged.collect()
    }

    /// Compares what was told with what was done: number to how often.
    pub(crate) fn check(&self, done: &BTreeMap<u64, u32>) -> Verdict {
        let unknown = self.unknown();
        let acknowledged = self.acknowledged();
        Verdict {
            acknowledged: acknowledged.len(),
            happened: unknown.iter().filter(|number| done.contains_key(number)).count(),
            unknown: unknown.len(),
            lost: acknowledged.iter().map(|(number, _)| *number).filter(|number| !done.contains_key(number)).collect(),
            unexpected: done.keys().copied().filter(|number| matches!(self.0.get(number), None | Some(Told::Refused))).collect(),
            duplicates: done.iter().filter(|(_, times)| **times > 1).map(|(number, times)| (*number, times - 1)).collect(),
        }
    }
}

impl Verdict {
    /// Nothing lost, nothing made up; and what was done again is explained by that many faults, each of which can repeat what was under way.
    pub(crate) fn hold(&self, faults: u32) {
        println!(
            "{} acknowledged, {} unknown of which {} happened, {} done again, {faults} faults",
            self.acknowledged,
            self.unknown,
            self.happened,
            self.duplicates.values().sum::<u32>()
        );
        assert!(self.lost.is_empty(), "acknowledged and lost: {:?}", self.lost);
        assert!(self.unexpected.is_empty(), "done, though refused or never sent: {:?}", self.unexpected);
        assert!(
            self.duplicates.values().all(|times| *times <= faults),
            "done more often than {faults} faults explain: {:?}",
            self.duplicates
        );
    }
}

#[test]
fn the_checker_finds_what_is_lost_and_what_is_made_up() {
    let mut history = History::default();
    for number in [1, 2] {
        history.tell(number, Told::Acknowledged(format!("/action/{number}")));
    }
    history.tell(3, Told::Unknown);
    history.tell(4, Told::Refused);
    history.tell(3, Told::Refused);
    history.tell(5, Told::Unknown);
    let verdict = history.check(&BTreeMap::from([(1, 2), (4, 1), (5, 1), (6, 1)]));
    assert_eq!((&verdict.lost[..], &verdict.unexpected[..]), (&[2][..], &[4, 6][..]));
    assert_eq!((verdict.acknowledged, verdict.unknown, verdict.happened, &verdict.duplicates), (2, 1, 1, &BTreeMap::from([(1, 1)])));
}
