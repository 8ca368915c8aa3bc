//! P6: providers that do not end, fall silent, lie about lengths or send bombs.

use futures_util::StreamExt;
use syncline_outbound::{BodyError, ProxyError};

use crate::fixture::{Source, client, get, impatient, proxy};
use crate::server::{Answer, Server};

const LIMIT: usize = 1 << 20;

async fn buffered(server: &Server, client: syncline_outbound::HttpClient) -> Result<syncline_outbound::BufferedResponse, ProxyError> {
    proxy(client).0.send_buffered(&Source::new(server.url(""), None), get("/"), LIMIT).await
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let server = Server::start(|_, _| Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 65_536])).await;
    assert!(matches!(buffered(&server, client()).await, Err(ProxyError::ResponseTooLarge { limit_bytes: LIMIT, .. })));
}

/// A thousand run-length blocks of 128 KiB in 4 KB of zstd (RFC 8878, 3.1.1.2).
#[tokio::test]
async fn a_compression_bomb_is_cut_off_by_what_it_unpacks_to() {
    let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    for index in 0..1000_u32 {
        let header = u32::from(index == 999) | (1 << 1) | ((128 * 1024) << 3);
        bomb.extend_from_slice(&header.to_le_bytes()[..3]);
        bomb.push(b'x');
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: {}\r\n\r\n", bomb.len());
    let answer = [head.into_bytes(), bomb].concat();
    let server = Server::start(move |_, _| Answer::Close(answer.clone())).await;
    let result = buffered(&server, client()).await;
    assert!(matches!(result, Err(ProxyError::ResponseTooLarge { limit_bytes: LIMIT, .. })), "{result:?}");
}

#[tokio::test]
async fn an_early_end_is_an_error_and_no_short_success() {
    let answers = [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nonly\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nonly\r\nzz\r\nx",
    ];
    for answer in answers {
        let server = Server::always(answer).await;
        let result = buffered(&server, client()).await;
        assert!(matches!(result, Err(ProxyError::Body { defect: BodyError::Network { .. }, .. })), "{answer}: {result:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_its_encoding_says_is_an_error() {
    let server = Server::always("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\nnot gzip!").await;
    let result = buffered(&server, client()).await;
    assert!(matches!(result, Err(ProxyError::Body { defect: BodyError::Encoding, .. })), "{result:?}");
}

#[tokio::test]
async fn a_silent_provider_is_given_up() {
    let silent = Server::start(|_, _| Answer::Hang(Vec::new())).await;
    assert!(matches!(buffered(&silent, impatient()).await, Err(ProxyError::Timeout { .. })));
    let halfway = Server::start(|_, _| Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".to_vec())).await;
    let source = Source::new(halfway.url(""), None);
    let mut body = proxy(impatient()).0.send(&source, get("/")).await.unwrap().body;
    assert_eq!(body.next().await.unwrap().unwrap(), "half");
    assert!(matches!(body.next().await, Some(Err(BodyError::Idle(_)))));
    assert!(body.next().await.is_none());
}

/// P4
#[tokio::test]
async fn a_response_that_could_be_read_in_two_ways_is_refused() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x-a: b\r\n".repeat(1000));
    let answers = [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\nhello".to_owned(),
        "HTTP/1.1 200 OK\r\nx-folded: a\r\n b\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nx bad: a\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "SSH-2.0-OpenSSH\r\n".to_owned(),
        many,
    ];
    for answer in answers {
        let shown = answer.clone();
        let server = Server::start(move |_, _| Answer::Close(answer.clone().into())).await;
        let result = buffered(&server, client()).await;
        assert!(matches!(result, Err(ProxyError::Network { .. })), "{shown}: {result:?}");
    }
}

#[tokio::test]
async fn a_host_that_does_not_speak_tls_is_not_spoken_to_in_clear() {
    let server = Server::always("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let source = Source::new(server.url("").replace("http:", "https:"), None);
    let error = proxy(impatient()).0.send(&source, get("/")).await.unwrap_err();
    assert!(matches!(error.code(), "ERR_TLS" | "ETIMEDOUT"), "{error:?}");
    assert!(server.requests().iter().all(|request| !request.head.contains("get /")));
}
