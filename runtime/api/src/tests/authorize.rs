//! A browser's ways to a connection, up to and back from a stand-in provider.

mod popup;
mod socket;
mod supplied;

use super::*;
