//! A provider that always gives the same kind of answer.

use axum::extract::Request as Received;
use axum::response::IntoResponse;
use tokio::net::TcpListener;

use super::*;

pub(super) struct Provider {
    pub(super) url: String,
    requests: Arc<AtomicU64>,
}

impl Provider {
    pub(super) async fn start(answer: fn(&str) -> (u16, &'static str)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&requests);
        let handle = move |request: Received| async move {
            count.fetch_add(1, Ordering::Relaxed);
            let (status, body) = answer(request.uri().path());
            (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body).into_response()
        };
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(axum::serve(listener, Router::new().fallback(handle)).into_future());
        Self { url, requests }
    }

    /// How many it had.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}
