//! Random histories against a simple model, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRng, TestRunner};
use syncline_domain::Action;
use syncline_store::testing::{TestDatabase, block_on};
use syncline_store::{CollectionRef, Error, TrackDeletes, UpdateRecords};

use crate::fixture::{World, id, issues};

const IDS: u8 = 12;
const HISTORIES: u32 = 24;
const SEED: u64 = 20_260_131;

#[derive(Clone, Debug)]
enum Step {
    Save(Vec<(u8, u8)>),
    Merge(Vec<(u8, u8)>),
    Delete(Vec<u8>),
    TrackStart(bool),
    TrackEnd,
    /// Up to the record at this part of the stream.
    Prune(u8, u32),
    Empty,
}

fn step() -> impl Strategy<Value = Step> {
    let pairs = || prop::collection::vec((0..IDS, 0..3_u8), 0..8);
    prop_oneof![
        6 => pairs().prop_map(Step::Save),
        3 => pairs().prop_map(Step::Merge),
        3 => prop::collection::vec(0..IDS, 0..4).prop_map(Step::Delete),
        2 => any::<bool>().prop_map(Step::TrackStart),
        2 => Just(Step::TrackEnd),
        2 => (any::<u8>(), 1..6_u32).prop_map(|(part, limit)| Step::Prune(part, limit)),
        1 => Just(Step::Empty),
    ]
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    fields: BTreeMap<&'static str, u8>,
    action: Action,
    pruned: bool,
    position: i64,
}

/// What the store must do, without any of how.
#[derive(Default)]
struct Model {
    entries: BTreeMap<u8, Entry>,
    position: i64,
    /// While tracking: what was seen.
    seen: Option<BTreeSet<u8>>,
}

impl Model {
    fn put(&mut self, key: u8, fields: BTreeMap<&'static str, u8>, action: Action) {
        self.position += 1;
        self.entries.insert(key, Entry { fields, action, pruned: false, position: self.position });
    }

    fn see(&mut self, key: u8) {
        if let Some(seen) = &mut self.seen {
            seen.insert(key);
        }
    }

    fn save(&mut self, batch: &[(u8, u8)]) -> [u64; 4] {
        let (mut counts, mut met) = ([0; 4], BTreeSet::new());
        for (key, value) in batch {
            if !met.insert(key) {
                counts[3] += 1;
                continue;
            }
            self.see(*key);
            let fields = BTreeMap::from([("v", *value)]);
            match self.entries.get(key) {
                Some(old) if old.action != Action::Deleted && old.fields == fields => counts[2] += 1,
                Some(old) if old.action != Action::Deleted => {
                    counts[1] += 1;
                    self.put(*key, fields, Action::Updated);
                }
                _ => {
                    counts[0] += 1;
                    self.put(*key, fields, Action::Added);
                }
            }
        }
        counts
    }

    fn merge(&mut self, batch: &[(u8, u8)]) -> [u64; 3] {
        let (mut counts, mut merged) = ([0; 3], Vec::<(u8, BTreeMap<_, _>)>::new());
        for (key, value) in batch {
            match self.entries.get(key) {
                Some(old) if old.action != Action::Deleted && !old.pruned => {
                    let at = merged.iter().position(|(met, _)| met == key).unwrap_or_else(|| {
                        merged.push((*key, old.fields.clone()));
                        merged.len() - 1
                    });
                    merged[at].1.insert("w", *value);
                }
                _ => counts[2] += 1,
            }
        }
        for (key, fields) in merged {
            self.see(key);
            if self.entries[&key].fields == fields {
                counts[1] += 1;
            } else {
                counts[0] += 1;
                self.put(key, fields, Action::Updated);
            }
        }
        counts
    }

    fn delete(&mut self, keys: impl IntoIterator<Item = u8>) -> u64 {
        let mut count = 0;
        for key in keys {
            if let Some(entry) = self.entries.get_mut(&key).filter(|entry| entry.action != Action::Deleted) {
                self.position += 1;
                (entry.action, entry.position) = (Action::Deleted, self.position);
                count += 1;
            }
        }
        count
    }

    fn stream(&self) -> Vec<(u8, &Entry)> {
        let mut stream: Vec<_> = self.entries.iter().map(|(key, entry)| (*key, entry)).collect();
        stream.sort_by_key(|(_, entry)| entry.position);
        stream
    }
}

/// Plays a history and returns everything that came back.
async fn play(world: &World, of: &CollectionRef, steps: &[Step]) -> Result<Vec<String>, TestCaseError> {
    let (mut model, mut seen) = (Model::default(), Vec::new());
    let records = world.store.records();
    let track = || TrackDeletes { fence: None, collection: of.clone(), writer: None, now: world.now() };
    for step in steps {
        world.clock.advance(std::time::Duration::from_secs(1));
        let outcome = match step {
            Step::Save(batch) => {
                let texts: Vec<String> = batch.iter().map(|(key, value)| format!(r#"{{"id":{key},"v":{value}}}"#)).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let saved = world.save(of, &texts).await;
                prop_assert_eq!([saved.added, saved.updated, saved.unchanged, saved.duplicates], model.save(batch));
                format!("{saved:?}")
            }
            Step::Merge(batch) => {
                let patches = batch.iter().map(|(key, value)| (id(&key.to_string()), format!(r#"{{"id":{key},"w":{value}}}"#))).collect();
                let patch = UpdateRecords {
                    fence: None,
                    collection: of.clone(),
                    records: patches,
                    keep_changes_after: None,
                    writer: None,
                    now: world.now(),
                };
                let updated = records.update(patch).await.unwrap();
                prop_assert_eq!([updated.updated, updated.unchanged, updated.skipped], model.merge(batch));
                format!("{updated:?}")
            }
            Step::Delete(keys) => {
                let ids = keys.iter().map(|key| id(&key.to_string())).collect();
                let deleted = records.delete(None, of.clone(), ids, None, world.now()).await.unwrap();
                prop_assert_eq!(deleted, model.delete(keys.iter().copied()));
                format!("deleted {deleted}")
            }
            Step::TrackStart(resume) => {
                records.track_deletes_start(track(), *resume).await.unwrap();
                if !(*resume && model.seen.is_some()) {
                    model.seen = Some(BTreeSet::new());
                }
                "tracking".to_owned()
            }
            Step::TrackEnd => match (records.track_deletes_end(track()).await, model.seen.take()) {
                (Err(Error::NotTracking), None) => "not tracking".to_owned(),
                (Ok(ids), Some(live)) => {
                    let gone: Vec<u8> = model
                        .stream()
                        .iter()
                        .filter(|(key, entry)| entry.action != Action::Deleted && !live.contains(key))
                        .map(|(key, _)| *key)
                        .collect();
                    prop_assert_eq!(&ids, &gone.iter().map(ToString::to_string).collect::<Vec<_>>());
                    model.delete(gone);
                    format!("gone {ids:?}")
                }
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            },
            Step::Prune(part, limit) => {
                let all = world.list(of, None, 1_000).await.records;
                if all.is_empty() {
                    continue;
                }
                let until = usize::from(*part) % all.len();
                let pruned = records.prune(of.clone(), &all[until].cursor, *limit, world.now()).await.unwrap();
                let keys: Vec<u8> = model.stream()[..=until].iter().filter(|(_, entry)| !entry.pruned).map(|(key, _)| *key).collect();
                let now = &keys[..keys.len().min(*limit as usize)];
                prop_assert_eq!((pruned.count, pruned.has_more), (now.len() as u64, keys.len() > now.len()));
                for key in now {
                    model.entries.get_mut(key).unwrap().pruned = true;
                }
                format!("{pruned:?}")
            }
            Step::Empty => {
                while records.delete_all(None, of.clone(), 5).await.unwrap() {}
                model.entries.clear();
                model.seen = None;
                "empty".to_owned()
            }
        };
        let all = world.list(of, None, 1_000).await.records;
        let found: Vec<_> = all.iter().map(|record| (record.external_id.to_string(), record.action, record.payload.is_none())).collect();
        let expected: Vec<_> = model.stream().iter().map(|(key, entry)| (key.to_string(), entry.action, entry.pruned)).collect();
        prop_assert_eq!(found, expected);
        for (record, (_, entry)) in all.iter().zip(model.stream()) {
            if let Some(payload) = &record.payload {
                let fields: BTreeMap<String, u8> = serde_json::from_str(payload).unwrap();
                prop_assert!(
                    entry.fields.iter().all(|(name, value)| fields.get(*name) == Some(value)) && fields.len() == entry.fields.len() + 1,
                    "{}",
                    payload
                );
            }
        }
        let counts = records.counts(of.connection).await.unwrap();
        if let Some(counts) = counts.iter().find(|counts| counts.variant == of.variant) {
            prop_assert_eq!(counts.records, all.iter().filter(|record| record.deleted_at.is_none()).count() as u64);
            prop_assert_eq!(
                counts.size_bytes,
                all.iter().filter_map(|record| record.payload.as_ref()).map(|payload| payload.len() as u64).sum::<u64>()
            );
        }
        prop_assert_eq!(records.position(of).await.unwrap(), model.position);
        let times: Vec<_> = all.iter().map(|r| (r.first_seen_at, r.updated_at, r.deleted_at, r.pruned_at, r.payload.clone())).collect();
        seen.push(format!("{step:?}: {outcome} {times:?}"));
    }
    Ok(seen)
}

/// X3
#[test]
fn random_histories_give_what_a_simple_model_gives_on_both_databases_alike() {
    let mut runner = TestRunner::new_with_rng(
        Config { cases: HISTORIES, failure_persistence: None, rng_seed: RngSeed::Fixed(SEED), ..Config::default() },
        TestRng::from_seed(RngAlgorithm::ChaCha, &SEED.to_le_bytes().repeat(4)),
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (sqlite, postgres) = runtime.block_on(async {
        let postgres = match TestDatabase::postgres().await {
            Some(database) => Some(World::new(database).await),
            None => None,
        };
        (World::new(TestDatabase::sqlite()).await, postgres)
    });
    let histories = prop::collection::vec(step(), 1..25);
    let start = sqlite.now();
    let number = std::cell::Cell::new(0);
    let result = runner.run(&histories, |steps| {
        number.set(number.get() + 1);
        let name = format!("c{}", number.get());
        runtime.block_on(async {
            let mut outcomes = Vec::new();
            for world in std::iter::once(&sqlite).chain(&postgres) {
                world.clock.set(start);
                let of = issues(world.connect(&name).await);
                outcomes.push(play(world, &of, &steps).await?);
            }
            if let [sqlite, postgres] = outcomes.as_slice() {
                prop_assert_eq!(sqlite, postgres);
            }
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("seed {SEED}: {error}");
    }
    block_on(async { drop((sqlite, postgres)) });
}
