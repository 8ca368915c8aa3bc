//! Figures for Prometheus: what this process counted, and what it finds in the database when it is asked.

mod depth;
mod http;
mod process;
pub(crate) mod scrape;
mod text;

pub(crate) use self::depth::Depth;
pub(crate) use self::http::Requests;
