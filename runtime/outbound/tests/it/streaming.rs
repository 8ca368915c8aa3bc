//! P9: large bodies in both directions, byte for byte, in constant memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use http::Method;
use syncline_outbound::CallBody;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::fixture::{Source, client, get, proxy};

const CHUNK: usize = 64 * 1024;
const CHUNKS: usize = 3200;
const TOTAL: usize = CHUNK * CHUNKS;

/// What may be on its way: the kernel's socket buffers on both sides (at most 4 + 6 MiB on Linux) and a few chunks of ours.
const IN_FLIGHT: usize = 24 << 20;

fn byte_at(position: usize) -> u8 {
    (position.wrapping_mul(2_654_435_761) >> 13) as u8
}

fn chunk_at(index: usize) -> Bytes {
    (index * CHUNK..(index + 1) * CHUNK).map(byte_at).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_of_200_mb_arrives_whole_without_being_held() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let written = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    let counter = Arc::clone(&written);
    tasks.spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // The client writes a whole GET at once.
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {TOTAL}\r\n\r\n").as_bytes()).await.unwrap();
        for index in 0..CHUNKS {
            stream.write_all(&chunk_at(index)).await.unwrap();
            counter.fetch_add(CHUNK, Ordering::SeqCst);
        }
        std::future::pending::<()>().await;
    });
    let mut body = proxy(client()).0.send(&Source::new(base, None), get("/")).await.unwrap().body;
    let mut read = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.unwrap();
        assert!(chunk.iter().enumerate().all(|(at, byte)| *byte == byte_at(read + at)), "other bytes after {read}");
        read += chunk.len();
        assert!(written.load(Ordering::SeqCst).saturating_sub(read) < IN_FLIGHT);
    }
    assert_eq!(read, TOTAL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_of_200_mb_arrives_whole_without_being_held() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let received = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    let counter = Arc::clone(&received);
    tasks.spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = Vec::new();
        let end = loop {
            stream.read_buf(&mut bytes).await.unwrap();
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let mut rest = bytes.split_off(end);
        let mut seen = 0;
        while seen < TOTAL {
            assert!(rest.iter().enumerate().all(|(at, byte)| *byte == byte_at(seen + at)), "other bytes after {seen}");
            seen += rest.len();
            counter.store(seen, Ordering::SeqCst);
            rest.clear();
            rest.reserve(CHUNK);
            if seen < TOTAL {
                stream.read_buf(&mut rest).await.unwrap();
            }
        }
        stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        std::future::pending::<()>().await;
    });
    let counter = Arc::clone(&received);
    let stream = futures_util::stream::iter(0..CHUNKS).map(move |index| {
        assert!((index * CHUNK).saturating_sub(counter.load(Ordering::SeqCst)) < IN_FLIGHT);
        Ok(chunk_at(index))
    });
    let mut call = get("/");
    call.method = Method::POST;
    call.body = CallBody::stream(stream, Some(TOTAL as u64));
    let response = proxy(client()).0.send(&Source::new(base, None), call).await.unwrap();
    assert_eq!((response.status.as_u16(), received.load(Ordering::SeqCst)), (201, TOTAL));
}
