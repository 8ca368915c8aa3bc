//! Where a local server keeps its data.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use tempfile::TempDir;

/// As it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Gone at the end.
    Temporary,
    /// There again the next time.
    Folder(PathBuf),
}

/// As it is; a temporary folder goes when this does.
pub(super) enum Data {
    Temporary(TempDir),
    Folder(PathBuf),
}

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "memory" { Self::Temporary } else { Self::Folder(text.into()) })
    }
}

impl Data {
    pub(super) fn at(place: &Place) -> anyhow::Result<Self> {
        Ok(match place {
            Place::Temporary => {
                Self::Temporary(tempfile::Builder::new().prefix("syncline-dev-").tempdir().context("no temporary folder can be made")?)
            }
            Place::Folder(folder) => Self::Folder(folder.clone()),
        })
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Folder(folder) => folder,
        }
    }

    pub(super) fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Temporary(folder) => folder.close().context("the temporary data could not be deleted"),
            Self::Folder(_) => Ok(()),
        }
    }
}
