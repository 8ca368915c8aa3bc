//! The listener, and clients that take their time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::serve::serve_within;

/// Short, for what is to be cut off; and longer than any machine takes, for what is not.
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_hours(1);

struct Served {
    address: SocketAddr,
    /// Lets `/poll` answer.
    news: Arc<Notify>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Served {
    async fn start(head: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, news, stop, tasks) =
            (listener.local_addr().unwrap(), Arc::new(Notify::new()), CancellationToken::new(), TaskTracker::new());
        let waiting = Arc::clone(&news);
        let router = Router::new()
            .route(
                "/poll",
                get(async move || {
                    waiting.notified().await;
                    "news"
                }),
            )
            .route("/upload", post(async |body: Bytes| body.len().to_string()))
            .route("/refuse", post(async || StatusCode::UNAUTHORIZED))
            .route("/me", get(async |Extension(ConnectInfo(address)): Extension<ConnectInfo<SocketAddr>>| address.to_string()));
        tasks.spawn(serve_within(head, listener, router, stop.clone().cancelled_owned()));
        Self { address, news, stop, tasks }
    }

    async fn say(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// All that comes until the server hangs up.
async fn rest(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is a hang-up too.
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8(said).unwrap()
}

/// P6: whoever does not get to the end of a request's head is cut off, at whatever point it stops; whoever waits for an answer, or sends a large
/// body slowly, is not.
#[tokio::test]
async fn a_slow_head_is_cut_off_and_a_slow_body_or_answer_is_not() {
    let served = Served::start(SHORT).await;
    let poll = served.say("GET /poll HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    let mut upload = served.say("POST /upload HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 10\r\n\r\n12345").await;
    for stalled in ["", "P", "PRI * HT", "GET /po", "GET /poll HTTP/1.1\r\nhost: a\r\nx-slow: "] {
        assert_eq!(rest(served.say(stalled).await).await, "", "{stalled:?} is no request");
    }
    // They all took longer than a head may, which the two requests have been under way for.
    upload.write_all(b"67890").await.unwrap();
    assert!(rest(upload).await.ends_with("\r\n\r\n10"));
    served.news.notify_one();
    assert!(rest(poll).await.ends_with("\r\n\r\nnews"));
    served.end().await;
}

/// A head that comes in pieces, and one after another on the same connection.
#[tokio::test]
async fn a_head_in_pieces_is_one_and_its_client_is_known() {
    let served = Served::start(LONG).await;
    let mut stream = served.say("G").await;
    let me = stream.local_addr().unwrap().to_string();
    for piece in ["ET /me HTTP", "/1.1\r\nhost: a\r\n", "\r\n", "GET /me HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"] {
        stream.write_all(piece.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
    }
    let said = rest(stream).await;
    assert_eq!(said.matches(&me).count(), 2, "{said}");
    served.end().await;
}

/// A stop lets requests end and waits for nobody who has not begun one.
#[tokio::test]
async fn a_stop_waits_for_answers_and_not_for_clients_that_say_nothing() {
    let served = Served::start(LONG).await;
    let poll = served.say("GET /poll HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let silent = served.say("").await;
    // Whoever is answered was accepted, and so were those before.
    let me = served.say("GET /me HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(rest(me).await.contains("200 OK"));
    served.stop.cancel();
    assert_eq!(rest(silent).await, "");
    served.news.notify_one();
    assert!(rest(poll).await.ends_with("\r\n\r\nnews"));
    served.end().await;
}

/// An answer that comes before the body's end reaches its client, who may go on with the connection.
#[tokio::test]
async fn a_client_that_still_sends_is_answered() {
    let served = Served::start(LONG).await;
    // More than fits on its way.
    let body = vec![b'x'; 20 << 20];
    for framing in [format!("content-length: {}\r\n\r\n", body.len()), format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n", body.len())] {
        let mut stream = served.say(&format!("POST /refuse HTTP/1.1\r\nhost: a\r\n{framing}")).await;
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 401", "before a byte of the body");
        stream.write_all(&body).await.unwrap();
        if framing.contains("chunked") {
            stream.write_all(b"\r\n0\r\n\r\n").await.unwrap();
        }
        stream.write_all(b"GET /me HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        assert!(rest(stream).await.contains("200 OK"));
    }
    served.end().await;
}

/// And one that does not end is left.
#[tokio::test]
async fn a_client_that_never_stops_sending_is_hung_up_on() {
    let served = Served::start(LONG).await;
    let mut stream = served.say("POST /refuse HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000000000\r\n\r\n").await;
    let more = vec![b'x'; 1 << 20];
    let mut sent = 0;
    while sent < 200 && stream.write_all(&more).await.is_ok() {
        sent += 1;
    }
    assert!((32..200).contains(&sent), "{sent} MiB");
    served.end().await;
}
