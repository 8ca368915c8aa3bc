//! From a name to addresses that may be dialled. The client gets nothing but checked addresses and never resolves by itself, so what was
//! checked is what is dialled: a name that changes its answer (rebinding) changes nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::EgressPolicy;

/// Asks the name service.
#[async_trait]
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of `host`.
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// More than any provider answers; a lying name server cannot make the client try a thousand.
const MAX_ADDRESSES: usize = 16;

pub(crate) struct Guard {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) policy: EgressPolicy,
    pub(crate) timeout: Duration,
}

/// The name has addresses, but none that may be dialled.
#[derive(Debug, thiserror::Error)]
#[error("no address of the name may be dialled")]
pub(crate) struct AddressDenied;

/// The name could not be resolved.
#[derive(Debug, thiserror::Error)]
#[error("the name could not be resolved")]
pub(crate) struct LookupFailed {
    /// Whether asking again may help.
    pub(crate) temporary: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, policy, timeout) = (Arc::clone(&self.lookup), self.policy, self.timeout);
        Box::pin(async move {
            let found = match tokio::time::timeout(timeout, lookup.lookup(name.as_str())).await {
                Ok(Ok(found)) => found,
                // The system's only telling mark of EAI_AGAIN is its text.
                Ok(Err(error)) => return Err(LookupFailed { temporary: error.to_string().contains("emporary failure") }.into()),
                Err(_) => return Err(LookupFailed { temporary: true }.into()),
            };
            if found.is_empty() {
                return Err(LookupFailed { temporary: false }.into());
            }
            let permitted: Vec<SocketAddr> =
                found.into_iter().filter(|address| policy.permits(*address)).take(MAX_ADDRESSES).map(|ip| (ip, 0).into()).collect();
            if permitted.is_empty() { Err(AddressDenied.into()) } else { Ok(Box::new(permitted.into_iter()) as Addrs) }
        })
    }
}
