//! `syncline:host/records`.

use syncline_host_api::bindings::syncline::host::records::Host;
use syncline_host_api::host::{Failure, Merging, Saved};
use wasmtime::Result;

use crate::run::State;

impl Host for State {
    async fn batch_save(&mut self, model: String, records: String) -> Result<Result<Saved, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.batch_save(model, records).await)
    }

    async fn batch_update(&mut self, model: String, records: String) -> Result<Result<Saved, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.batch_update(model, records).await)
    }

    async fn batch_delete(&mut self, model: String, records: String) -> Result<Result<u32, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.batch_delete(model, records).await)
    }

    async fn get_by_ids(&mut self, model: String, ids: Vec<String>) -> Result<Result<String, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.get_by_ids(model, ids).await)
    }

    async fn list_page(&mut self, model: String, cursor: Option<String>) -> Result<Result<(String, Option<String>), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.list_page(model, cursor).await)
    }

    async fn track_deletes_start(&mut self, model: String) -> Result<Result<(), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.track_deletes_start(model).await)
    }

    async fn track_deletes_end(&mut self, model: String) -> Result<Result<Vec<String>, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.track_deletes_end(model).await)
    }

    async fn set_merging_strategy(&mut self, model: String, strategy: Merging) -> Result<Result<(), Failure>> {
        self.spend_host_call()?;
        Ok(self.host.set_merging_strategy(model, strategy).await)
    }
}
