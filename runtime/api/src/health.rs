//! For load balancers and supervisors: whether the process lives, and whether to send it anything.
//!
//! *Lives* is about the process alone. A supervisor that restarted it whenever the database was away would take runs and proxied requests down
//! with it, and the database would not come back sooner.

pub(crate) mod alive;
mod probe;
pub(crate) mod ready;

pub(crate) use probe::Probe;
