//! Answers requests until told to stop.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

/// Serves `router` on `listener` until `shutdown`; then takes no new connections, finishes the requests that are under way and returns.
///
/// A proxied stream can last as long as the provider likes: whoever calls this bounds the wait.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    // Answers are written whole: waiting for more to fill a packet with would only delay them.
    let listener = listener.tap_io(|socket| _ = socket.set_nodelay(true));
    // Limits for whoever has no key go by where a request comes from.
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
}
