//! `/console/{environment}/overview`

mod charts;
mod next_step;
pub(super) mod page;
mod range;
mod stats;
mod verdict;
