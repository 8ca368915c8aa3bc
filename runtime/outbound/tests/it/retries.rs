//! Waiting, trying again, refreshing.

use http::Method;
use syncline_outbound::CallBody;

use crate::fixture::{CANARY, Source, client, get, proxy};
use crate::server::{Answer, Server};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const DOWN: &str = "HTTP/1.1 503 Down\r\ncontent-length: 0\r\n\r\n";

#[tokio::test]
async fn a_refused_token_is_refreshed_once_and_tried_again() {
    let server = Server::start(|_, request| {
        let fresh = request.head.contains("bearer fresh");
        Answer::Close(if fresh { OK } else { "HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n" }.into())
    })
    .await;
    let (proxy, waits) = proxy(client());
    let source = Source::new(server.url(""), Some("fresh"));
    let response = proxy.send(&source, get("/")).await.unwrap();
    assert_eq!((response.status.as_u16(), response.attempts, *source.refreshes.lock().unwrap()), (200, 2, 1));
    assert!(waits.seconds().is_empty());
    // The same token again, or one that is refused too, ends it.
    for (next, attempts) in [(None, 1), (Some("other"), 2)] {
        let source = Source::new(server.url(""), next);
        let mut call = get("/");
        call.retries = 3;
        let response = proxy.send(&source, call).await.unwrap();
        assert_eq!((response.status.as_u16(), response.attempts, *source.refreshes.lock().unwrap()), (401, attempts, 1));
    }
}

/// P7
#[tokio::test]
async fn the_provider_says_how_long_to_wait_and_no_wait_is_longer_than_ten_minutes() {
    let server = Server::start(|index, _| {
        let answers = [
            "HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 503 Down\r\nretry-after: 1000000000\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 500 Oops\r\nretry-after: Wed, 31 Dec 2025 00:00:00 GMT\r\ncontent-length: 0\r\n\r\n",
            "",
        ];
        Answer::Close(answers.get(index).copied().unwrap_or(OK).into())
    })
    .await;
    let (proxy, waits) = proxy(client());
    let mut call = get("/");
    call.retries = 5;
    let response = proxy.send(&Source::new(server.url(""), None), call).await.unwrap();
    assert_eq!((response.status.as_u16(), response.attempts), (200, 5));
    assert_eq!(waits.seconds(), [7, 600, 12, 24]);
}

#[tokio::test]
async fn all_waits_together_have_an_end() {
    let server = Server::always("HTTP/1.1 429 Slow\r\nretry-after: 599\r\ncontent-length: 0\r\n\r\n").await;
    let (proxy, waits) = proxy(client());
    let mut call = get("/");
    call.retries = 9;
    let response = proxy.send(&Source::new(server.url(""), None), call).await.unwrap();
    assert_eq!((response.status.as_u16(), waits.seconds()), (429, vec![599]));
}

#[tokio::test]
async fn nothing_is_repeated_unasked_and_no_stream_ever() {
    let server = Server::always(DOWN).await;
    let source = Source::new(server.url(""), None);
    let (proxy, _) = proxy(client());
    let mut call = get("/");
    call.method = Method::POST;
    assert_eq!(proxy.send(&source, call).await.unwrap().attempts, 1);
    let mut streamed = get("/");
    streamed.method = Method::POST;
    streamed.retries = 3;
    streamed.body = CallBody::stream(futures_util::stream::empty(), Some(0));
    assert_eq!(proxy.send(&source, streamed).await.unwrap().attempts, 1);
    let mut not_found = get("/");
    not_found.retries = 1;
    not_found.retry_on = vec![404];
    let other = Server::always("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(proxy.send(&Source::new(other.url(""), None), not_found).await.unwrap().attempts, 2);
}

/// S6: errors travel to logs, callers and guests.
#[tokio::test]
async fn an_error_shows_neither_query_nor_credentials() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let (proxy, waits) = proxy(client());
    let mut call = get("/path?key=canary-query");
    call.retries = 2;
    let error = proxy.send(&Source::new(format!("http://127.0.0.1:{closed}"), None), call).await.unwrap_err();
    assert_eq!(error.code(), "ECONNREFUSED");
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("/path") && !shown.contains("canary"), "{shown}");
    assert!(!shown.contains(CANARY));
    assert_eq!(waits.seconds(), [3, 6]);
}
