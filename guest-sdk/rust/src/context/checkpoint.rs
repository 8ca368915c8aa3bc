//! What a function remembers from run to run.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Context;
use crate::error::{Result, parse, to_json};
use crate::host::Host;

impl Context {
    /// The checkpoint that was saved last, or `None`: the first run, or one after a reset.
    pub async fn checkpoint<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let checkpoint = self.host.get_checkpoint()?;
        checkpoint.map(|json| parse("reading the checkpoint", &json)).transpose()
    }

    /// Remembers where to go on from. Save it after the records that it speaks of.
    ///
    /// A flat object of at most 16 fields: strings up to 4,000 characters, numbers and booleans.
    pub async fn save_checkpoint<T: Serialize + ?Sized>(&self, checkpoint: &T) -> Result<()> {
        Ok(self.host.save_checkpoint(&to_json("writing the checkpoint", checkpoint)?)?)
    }

    /// Forgets the checkpoint.
    pub async fn clear_checkpoint(&self) -> Result<()> {
        Ok(self.host.clear_checkpoint()?)
    }
}
