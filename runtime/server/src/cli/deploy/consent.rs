//! What whoever changes an environment's functions agrees to beforehand, and being asked where that is not enough.

use std::process::ExitCode;

use clap::Args;

use super::changes::Changed;
use super::confirm::confirm;
use crate::cli::output::Output;

#[derive(Args)]
pub(crate) struct Consent {
    /// Only show what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// With --dry-run: exit with 6 where something would change
    #[arg(long, requires = "dry_run")]
    exit_code: bool,
    /// Let functions go that are not part of what is put there, and models that no function saves any more. Without it a person at the
    /// terminal is asked, and a program refused
    #[arg(long)]
    allow_destructive: bool,
}

impl Consent {
    /// Sends a change with what was agreed to, once more where a person agrees to the rest, and shows what it did.
    pub(crate) async fn send(
        &self,
        output: Output,
        send: impl AsyncFn(bool) -> anyhow::Result<(String, Changed)>,
    ) -> anyhow::Result<ExitCode> {
        let sent = match send(self.allow_destructive).await {
            Err(error) if !self.allow_destructive => match Changed::of_refusal(&error) {
                Some(changed) => {
                    confirm(&changed, output, error)?;
                    send(true).await
                }
                None => Err(error),
            },
            other => other,
        };
        let (text, changed) = sent?;
        changed.print(output, &text)?;
        if self.dry_run {
            return Ok(changed.conclude_dry_run(self.exit_code, output)?);
        }
        changed.conclude(output)?;
        Ok(ExitCode::SUCCESS)
    }
}
