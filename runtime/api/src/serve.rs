//! Answers requests until told to stop.
//!
//! As `axum::serve` does it, which has no patience that could end: a client that never gets to the end of its request's head would keep its
//! connection for ever, and a thousand of them all that there are.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::{Layer as _, ServiceExt as _};

use crate::linger::linger;

/// How long the head of a request may take, and a connection be without one. Bodies and answers have all the time that their handlers give them.
/// Balancers keep a connection for a minute: so it is they who close it, and no request meets a closed one.
const HEAD: Duration = Duration::from_secs(75);
/// With these bytes a client begins that speaks HTTP/2 without having been asked: RFC 9113, 3.4.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Between two looks at a preface that came in pieces, which hardly any does.
const LOOK: Duration = Duration::from_millis(20);

/// Serves `router` on `listener` until `shutdown`; then takes no new connections, finishes the requests that are under way and returns.
///
/// A proxied stream can last as long as the provider likes: whoever calls this bounds the wait.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    serve_within(HEAD, listener, router, shutdown).await
}

/// The same with another patience.
pub(crate) async fn serve_within(
    head: Duration,
    mut listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (connections, stop) = (TaskTracker::new(), CancellationToken::new());
    let mut shutdown = pin!(shutdown);
    loop {
        // Where no more can be opened it waits a second and tries again.
        let (stream, address) = tokio::select! {
            () = &mut shutdown => break,
            accepted = axum::serve::Listener::accept(&mut listener) => accepted,
        };
        connections.spawn(attend(stream, address, router.clone(), head, stop.clone()));
    }
    drop(listener);
    stop.cancel();
    connections.close();
    connections.wait().await;
    Ok(())
}

async fn attend(stream: TcpStream, address: SocketAddr, router: Router, head: Duration, stop: CancellationToken) {
    // Answers are written whole: waiting for more to fill a packet with would only delay them.
    _ = stream.set_nodelay(true);
    let greeted = tokio::select! {
        greeted = timeout(head, greeting(&stream)) => greeted,
        () = stop.cancelled() => return,
    };
    if !matches!(greeted, Ok(Ok(()))) {
        return;
    }
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head);
    // A client that does not answer a ping is gone. WebSockets over HTTP/2 need the protocol.
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(head).enable_connect_protocol();
    // Limits for whoever has no key go by where a request comes from.
    let service = TowerToHyperService::new(Extension(ConnectInfo(address)).layer(router).map_request(linger));
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = &*error, client = %address, "a connection ended early");
    }
}

/// Returns when it is clear in which version the client speaks, of which there is no telling before it has spoken; or when it has hung up.
async fn greeting(stream: &TcpStream) -> io::Result<()> {
    let mut first = [0; PREFACE.len()];
    loop {
        let length = stream.peek(&mut first).await?;
        if length == 0 || length == first.len() || first[..length] != PREFACE[..length] {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}
