//! Secrets on their way in.

use std::convert::Infallible;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use syncline_domain::Secret;

/// A secret as clap and TOML hand it over.
#[derive(Clone, Debug)]
pub struct Hidden(pub(super) Secret);

impl FromStr for Hidden {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Secret::new(text.trim())))
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text.trim())))
    }
}
