//! Asking a person before something goes.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::bail;

use super::changes::Changed;
use crate::cli::output::Output;

/// Shows what would change, and asks. Where nobody can be asked, or somebody says no, `refusal` is the end.
pub(crate) fn confirm(changed: &Changed, output: Output, refusal: anyhow::Error) -> anyhow::Result<()> {
    eprintln!("{}", changed.table(output));
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(refusal);
    }
    eprint!("Functions or models go. Go on? [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if !is_yes(&answer) {
        bail!("nothing was changed");
    }
    Ok(())
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        assert!(is_yes("y\n") && is_yes("Yes\r\n"));
        assert!(!is_yes("") && !is_yes("\n") && !is_yes("no\n") && !is_yes("yeah, no\n"));
    }
}
