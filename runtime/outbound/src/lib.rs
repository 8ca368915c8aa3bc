//! Every byte that leaves: the one HTTP client, its egress guard, and the proxy that signs requests for a connection.
//!
//! ```text
//! ProxyCall ─► Proxy: URL and headers from the entry, credentials from the CredentialSource
//!                │        ▲ 401: refresh once; 429, 5xx, network: wait and try again
//!                ▼        │
//!           HttpClient: own redirect loop, every hop through EgressPolicy ─► only addresses that it permits are dialled
//!                │      └ OAuth 1.0a and AWS SigV4: every hop is signed as it leaves
//!                │
//!                ▼
//!           ProxyResponse (streamed) ─► Paginator: pages of a list, JSON kept digit by digit
//! ```
//!
//! Invariant: knows nothing of jobs, runs or SQL, and no error or log line in here carries a secret: errors name host and path, never a
//! query, header or body. No other crate opens a socket to a provider.

mod address;
mod asked;
mod body;
mod client;
mod egress;
mod error;
mod fetch;
mod headers;
mod hosts;
mod json_body;
mod pace;
mod paginate;
mod proxy;
mod resolve;
mod signing;
mod target;
mod tls;
mod trace;
mod wait;

pub use asked::Asked;
pub use body::{BodyError, CallBody, ResponseBody};
pub use client::{HttpClient, Incoming, Options, Outgoing};
pub use egress::{Denied, EgressPolicy, parse_url};
pub use error::{CredentialError, ProxyError};
pub use fetch::Fetch;
pub use hosts::host_is_listed;
pub use pace::{Pace, SystemPace};
pub use paginate::{Page, PaginateConfig, PaginateDefect, Paginator};
pub use proxy::{BufferedResponse, Limits, Proxy, ProxyCall, ProxyResponse};
pub use resolve::{Lookup, SystemLookup};
pub use signing::aws_sigv4::{AwsKeys, AwsRequest};
pub use signing::oauth1::{OAuth1Keys, OAuth1Request, OAuth1Token};
pub use signing::{Signer, SigningDefect};
pub use target::{ClientKeys, CredentialSource, ProviderTarget, Refresh, config_value, written_moment, written_value};
pub use tls::ClientCertificateDefect;
pub use wait::asked as retry_after;
