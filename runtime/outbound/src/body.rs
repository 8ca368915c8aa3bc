//! Bodies in both directions.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt};

use crate::error::network_code;

/// What a request carries.
#[derive(Default)]
pub enum CallBody {
    /// Nothing.
    #[default]
    Empty,
    /// In memory; can be sent again.
    Bytes(Bytes),
    /// Passed through as it comes; can be sent once.
    Stream {
        /// The chunks. An error of it breaks the request off.
        /// Behind a lock only so that a call may be held across threads; nobody ever waits for it.
        stream: Mutex<BoxStream<'static, Result<Bytes, Box<dyn std::error::Error + Send + Sync>>>>,
        /// Sent as `Content-Length`, for providers that refuse chunked bodies.
        length: Option<u64>,
    },
}

impl CallBody {
    /// A body that is passed through as it comes.
    pub fn stream(
        stream: impl Stream<Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
        length: Option<u64>,
    ) -> Self {
        Self::Stream { stream: Mutex::new(stream.boxed()), length }
    }

    /// The same body again; `None` for a stream.
    pub fn replay(&self) -> Option<Self> {
        match self {
            Self::Empty => Some(Self::Empty),
            Self::Bytes(bytes) => Some(Self::Bytes(bytes.clone())),
            Self::Stream { .. } => None,
        }
    }
}

impl fmt::Debug for CallBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Stream { length, .. } => write!(f, "Stream({length:?})"),
        }
    }
}

/// Why a response body ended before its end.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BodyError {
    /// The connection broke, or closed before the promised length.
    #[error("the connection broke ({code})")]
    Network {
        /// As in [`crate::ProxyError::Network`].
        code: &'static str,
    },
    /// No byte for this long.
    #[error("nothing came for {0:?}")]
    Idle(Duration),
    /// It cannot be decompressed.
    #[error("it cannot be decompressed")]
    Encoding,
}

impl BodyError {
    /// Stable, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Network { code } => code,
            Self::Idle(_) => "ETIMEDOUT",
            Self::Encoding => "invalid_content_encoding",
        }
    }
}

/// A response body, as it comes. An error is the last item; a stream that ends without one is whole.
pub struct ResponseBody(BoxStream<'static, Result<Bytes, BodyError>>);

impl ResponseBody {
    pub(crate) fn new(response: reqwest::Response, idle: Duration) -> Self {
        let chunks = response.bytes_stream();
        let stream = futures_util::stream::unfold(Some(Box::pin(chunks)), move |chunks| async move {
            let mut chunks = chunks?;
            match tokio::time::timeout(idle, chunks.next()).await {
                Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(chunks))),
                Ok(Some(Err(error))) => Some((Err(defect(&error)), None)),
                Ok(None) => None,
                Err(_) => Some((Err(BodyError::Idle(idle)), None)),
            }
        });
        Self(stream.boxed())
    }

    /// For tests of others: a body made of chunks.
    pub fn from_chunks(chunks: Vec<Bytes>) -> Self {
        Self(futures_util::stream::iter(chunks.into_iter().map(Ok)).boxed())
    }
}

impl Stream for ResponseBody {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseBody(..)")
    }
}

fn defect(error: &reqwest::Error) -> BodyError {
    match network_code(error) {
        "EPROTO" if !is_transport(error) => BodyError::Encoding,
        code => BodyError::Network { code },
    }
}

/// Whether the transport said it, and not a decoder.
fn is_transport(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if error.is::<hyper::Error>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// The client's body, counting what has left so that a slow upload is not taken for a dead one.
pub(crate) fn into_client(body: CallBody, progress: &Arc<AtomicU64>) -> Option<(reqwest::Body, Option<u64>)> {
    match body {
        CallBody::Empty => None,
        CallBody::Bytes(bytes) => Some((bytes.into(), None)),
        CallBody::Stream { stream, length } => {
            let stream = stream.into_inner().unwrap_or_else(PoisonError::into_inner);
            let progress = Arc::clone(progress);
            let counted = stream.inspect(move |_| {
                progress.fetch_add(1, Ordering::Relaxed);
            });
            Some((reqwest::Body::wrap_stream(counted), length))
        }
    }
}
