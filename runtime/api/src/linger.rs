//! Bodies that nobody reads to their end.
//!
//! A request can be answered before all of it has come: its key is wrong, its route unknown, its body too long. To hang up then would reset the
//! connection under a client that still sends, and it would hear of that instead of the answer. So the rest is read and dropped, for a while.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::{Buf, Bytes};
use http::{Request, Version, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// Who has more to send than this does not wait for an answer, or means no good.
const MOST: usize = 32 << 20;
const PATIENCE: Duration = Duration::from_secs(5);

/// The request with a body that is read on when it is dropped too early.
pub(crate) fn linger<B>(request: Request<B>) -> Request<Body>
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<axum::BoxError>,
{
    // HTTP/2 tells a client to stop without hanging up; and who asks first whether to send may send nothing at all.
    let is_plain = request.version() < Version::HTTP_2 && !request.headers().contains_key(header::EXPECT);
    request.map(|body| if is_plain && !body.is_end_stream() { Body::new(Lingering(Some(body))) } else { Body::new(body) })
}

/// Holds a body until its end.
struct Lingering<B: HttpBody<Data = Bytes> + Send + Unpin + 'static>(Option<B>);

impl<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> HttpBody for Lingering<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let Some(body) = self.0.as_mut() else { return Poll::Ready(None) };
        let polled = Pin::new(&mut *body).poll_frame(context);
        if body.is_end_stream() || matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.0 = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> Drop for Lingering<B> {
    fn drop(&mut self) {
        let Some(body) = self.0.take() else { return };
        // There is none when the process ends, and nobody to answer.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(timeout(PATIENCE, read_on(body)));
        }
    }
}

async fn read_on<B: HttpBody<Data = Bytes> + Unpin>(mut body: B) {
    let mut left = MOST;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Buf::remaining);
        if length > left {
            return;
        }
        left -= length;
    }
}
