//! The records: as the cache has them where the run looks, and as the run would leave them.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;
use syncline_domain::{ExternalId, FunctionKind, ModelName, RecordText, merge_deep};
use syncline_host_api::host::{Failure, Host as _, Level, Saved, failure};

use super::Rehearsal;
use crate::compare;
use crate::outcome::Records;

/// Wire contract 2.3.
const MAX_IDS: usize = 100;

/// Records of one model.
#[derive(Default)]
pub(super) struct Model {
    /// As they are in the cache, as far as they were looked at; `None` where there is none.
    base: IndexMap<String, Option<String>>,
    /// As the run left them; `None` where it deleted them.
    touched: IndexMap<String, Option<String>>,
    /// Saved since delete tracking began.
    seen: Option<HashSet<String>>,
    /// Put behind the cache's own in lists.
    saved: Vec<String>,
    updated: Vec<String>,
    deleted: Vec<String>,
    unseen: Option<Vec<String>>,
}

impl Model {
    fn now(&self, id: &str) -> Option<&String> {
        self.touched.get(id).or_else(|| self.base.get(id)).and_then(Option::as_ref)
    }

    pub(super) fn tracks(&self) -> bool {
        self.seen.is_some()
    }

    fn see(&mut self, id: &str) {
        if let Some(seen) = &mut self.seen {
            seen.insert(id.to_owned());
        }
    }

    pub(super) fn into_records(self) -> Records {
        let Self { mut base, touched, saved, updated, deleted, unseen, .. } = self;
        let changes = touched.into_iter().map(|(id, after)| {
            let before = base.get_mut(&id).and_then(Option::take);
            (id, (before, after))
        });
        Records { changes: changes.collect(), saved, updated, deleted, unseen }
    }
}

impl Rehearsal {
    pub(super) async fn records_save(&self, model: &str, records: &str) -> Result<Saved, Failure> {
        self.expect_sync()?;
        let batch = self.setting.function.schemas.records(model, records)?;
        self.look_up(model, batch.iter().map(RecordText::id), false).await?;
        self.hold(2 * records.len())?;
        let mut total = Saved { added: 0, updated: 0, unchanged: 0 };
        let (mut ids, mut duplicates) = (HashSet::new(), 0);
        {
            let mut state = self.state();
            let kept = state.models.entry(model.to_owned()).or_default();
            for record in &batch {
                let id = record.id().as_str();
                kept.saved.push(record.text().to_owned());
                kept.see(id);
                // As a live run: within a batch the first wins.
                if !ids.insert(id) {
                    duplicates += 1;
                    continue;
                }
                match kept.now(id).map(|before| same(before, record.text())) {
                    None => total.added += 1,
                    Some(true) => total.unchanged += 1,
                    Some(false) => total.updated += 1,
                }
                kept.touched.insert(id.to_owned(), Some(record.text().to_owned()));
            }
        }
        if duplicates > 0 {
            let message =
                format!("{duplicates} records of `{model}` had an id that another record of the same batch had before; the first was kept");
            self.log(Level::Warn, message, None);
        }
        Ok(total)
    }

    pub(super) async fn records_update(&self, model: &str, records: &str) -> Result<Saved, Failure> {
        self.expect_sync()?;
        let batch = self.setting.function.schemas.partial_records(model, records)?;
        self.look_up(model, batch.iter().map(RecordText::id), true).await?;
        self.hold(2 * records.len())?;
        let mut total = Saved { added: 0, updated: 0, unchanged: 0 };
        let mut state = self.state();
        let kept = state.models.entry(model.to_owned()).or_default();
        for record in &batch {
            let id = record.id().as_str();
            kept.updated.push(record.text().to_owned());
            let Some(before) = kept.now(id) else { continue };
            let after = merge_deep(before, record.text()).map_err(|error| failure("invalid_record", error.to_string()))?;
            if same(before, &after) {
                total.unchanged += 1;
            } else {
                total.updated += 1;
            }
            kept.see(id);
            kept.touched.insert(id.to_owned(), Some(after));
        }
        Ok(total)
    }

    pub(super) async fn records_delete(&self, model: &str, records: &str) -> Result<u32, Failure> {
        self.expect_sync()?;
        let batch = self.setting.function.schemas.partial_records(model, records)?;
        self.look_up(model, batch.iter().map(RecordText::id), false).await?;
        let mut state = self.state();
        let kept = state.models.entry(model.to_owned()).or_default();
        let mut total = 0;
        for record in &batch {
            let id = record.id().as_str();
            kept.deleted.push(record.text().to_owned());
            total += u32::from(kept.now(id).is_some());
            kept.touched.insert(id.to_owned(), None);
        }
        Ok(total)
    }

    pub(super) async fn records_by_ids(&self, model: &str, ids: Vec<String>) -> Result<String, Failure> {
        self.expect_model(model)?;
        let invalid = |problem: std::borrow::Cow<'_, str>| failure("invalid_record_id", problem);
        let ids = ids.into_iter().map(|id| ExternalId::new(id).map_err(invalid)).collect::<Result<IndexSet<_>, _>>()?;
        self.look_up(model, ids.iter(), true).await?;
        let state = self.state();
        let found = ids.iter().filter_map(|id| Some((id.as_str(), state.models.get(model)?.now(id.as_str())?.as_str())));
        Ok(object(found))
    }

    pub(super) async fn records_page(&self, model: &str, cursor: Option<String>) -> Result<(String, Option<String>), Failure> {
        self.expect_model(model)?;
        let (page, next) = self.setting.world.records_page(model, cursor).await?;
        self.hold(2 * sum(&page))?;
        let mut state = self.state();
        let mut texts: Vec<String> = Vec::with_capacity(page.len());
        for text in page {
            let Ok(record) = RecordText::parse(&text) else { continue };
            let id = record.id().as_str().to_owned();
            state.given.records.entry(model.to_owned()).or_default().entry(id.clone()).or_insert_with(|| text.clone());
            let kept = state.models.entry(model.to_owned()).or_default();
            kept.base.entry(id.clone()).or_insert_with(|| Some(text.clone()));
            texts.extend(kept.now(&id).cloned());
        }
        if next.is_none() {
            // What the run itself added is behind all others.
            let kept = state.models.entry(model.to_owned()).or_default();
            let added = kept.touched.iter().filter(|(id, _)| kept.base.get(*id).is_none_or(Option::is_none));
            texts.extend(added.filter_map(|(_, text)| text.clone()));
        }
        Ok((format!("[{}]", texts.join(",")), next))
    }

    pub(super) fn records_track_start(&self, model: &str) -> Result<(), Failure> {
        self.expect_model(model)?;
        let resumed = self.state().checkpoint.is_some();
        if resumed && self.setting.world.waits() {
            let message = format!(
                "`{model}`: this run goes on from a checkpoint, and what the runs before it saw is not known here; records that only they \
                 saw are shown as deleted. {}",
                self.setting.world.advice_on_deletes()
            );
            self.log(Level::Warn, message, None);
        }
        self.state().models.entry(model.to_owned()).or_default().seen = Some(HashSet::new());
        Ok(())
    }

    pub(super) async fn records_track_end(&self, model: &str) -> Result<Vec<String>, Failure> {
        self.expect_model(model)?;
        let not_tracking = || failure("not_tracking_deletes", "delete tracking was not started for this model");
        let seen = self.state().models.get_mut(model).and_then(|kept| kept.seen.take()).ok_or_else(not_tracking)?;
        let gone = match self.setting.world.tracked_deletes(model) {
            Some(known) => known,
            None => self.unseen(model, &seen).await?,
        };
        let mut state = self.state();
        let kept = state.models.entry(model.to_owned()).or_default();
        for id in &gone {
            kept.touched.insert(id.clone(), None);
        }
        kept.unseen.get_or_insert_default().extend(gone.iter().cloned());
        Ok(gone)
    }

    /// The live records that were not saved since tracking began.
    async fn unseen(&self, model: &str, seen: &HashSet<String>) -> Result<Vec<String>, Failure> {
        let (mut gone, mut cursor) = (Vec::new(), None);
        loop {
            let (page, next) = self.setting.world.records_page(model, cursor).await?;
            self.hold(sum(&page))?;
            let mut state = self.state();
            let kept = state.models.entry(model.to_owned()).or_default();
            for text in page {
                let Ok(record) = RecordText::parse(&text) else { continue };
                let id = record.id().as_str().to_owned();
                kept.base.entry(id.clone()).or_insert_with(|| Some(text.clone()));
                if !seen.contains(&id) && kept.now(&id).is_some() {
                    gone.push(id);
                }
            }
            cursor = next;
            if cursor.is_none() {
                let own = kept.touched.iter().filter(|(id, after)| after.is_some() && !seen.contains(*id) && !gone.contains(*id));
                let own: Vec<String> = own.map(|(id, _)| id.clone()).collect();
                gone.extend(own);
                return Ok(gone);
            }
        }
    }

    /// Reads from the cache what was not read before. `shown`: the function sees them, so that a recording has to hold them.
    async fn look_up<'a>(&self, model: &str, ids: impl Iterator<Item = &'a ExternalId>, shown: bool) -> Result<(), Failure> {
        let unknown: Vec<String> = {
            let mut state = self.state();
            let kept = state.models.entry(model.to_owned()).or_default();
            let ids = ids.map(|id| id.as_str().to_owned()).collect::<IndexSet<_>>();
            ids.into_iter().filter(|id| !kept.base.contains_key(id)).collect()
        };
        for chunk in unknown.chunks(MAX_IDS) {
            let found = self.setting.world.records_by_ids(model, chunk).await?;
            self.hold(found.iter().map(|(_, text)| text.len()).sum())?;
            let mut state = self.state();
            let kept = state.models.entry(model.to_owned()).or_default();
            for id in chunk {
                kept.base.insert(id.clone(), None);
            }
            for (id, text) in &found {
                kept.base.insert(id.clone(), Some(text.clone()));
            }
            if shown {
                state.given.records.entry(model.to_owned()).or_default().extend(found);
            }
        }
        Ok(())
    }

    /// Counts what is kept in memory.
    fn hold(&self, bytes: usize) -> Result<(), Failure> {
        let room = self.setting.world.room();
        let mut state = self.state();
        state.held = state.held.saturating_add(bytes);
        if state.held <= room {
            return Ok(());
        }
        let message = format!(
            "a dry run holds at most {} MB of records, as they are and as they would be; try it on a connection that has fewer",
            room / 1_000_000
        );
        Err(failure("dry_run_full", message))
    }

    pub(super) fn expect_model(&self, model: &str) -> Result<(), Failure> {
        self.expect_sync()?;
        self.setting.function.schemas.declared(model)?;
        ModelName::new(model).map(|_| ()).map_err(|defect| failure("unknown_model", defect.to_string()))
    }

    fn expect_sync(&self) -> Result<(), Failure> {
        if self.kind() == FunctionKind::Sync {
            return Ok(());
        }
        Err(failure("not_a_sync", "only a sync has records; return an action's result instead"))
    }
}

/// Whether two records mean the same.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    one == other || matches!((parsed(one), parsed(other)), (Some(one), Some(other)) if compare::equal(&one, &other))
}

fn sum(texts: &[String]) -> usize {
    texts.iter().map(String::len).sum()
}

fn object<'a>(members: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let members: Vec<String> = members.map(|(id, text)| format!("{}:{text}", Value::from(id))).collect();
    format!("{{{}}}", members.join(","))
}
