//! Receivers of webhooks as nobody wants them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How it misbehaves.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// Reads, and says nothing.
    Silent,
    /// Breaks the connection off.
    Reset,
    /// Says 200, and then a byte now and then for ever.
    Dripping,
    /// Says 200, and then a gigabyte.
    Endless,
    /// Says exactly this.
    Says(&'static str),
}

/// A receiver with one fault.
pub(crate) struct BadReceiver {
    address: SocketAddr,
    sent_bytes: Arc<AtomicU64>,
}

impl BadReceiver {
    pub(crate) async fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self { address: listener.local_addr().unwrap(), sent_bytes: Arc::default() };
        let sent_bytes = Arc::clone(&receiver.sent_bytes);
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(misbehave(stream, fault, Arc::clone(&sent_bytes)));
            }
        });
        receiver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// The same place, as if it spoke TLS.
    pub(crate) fn tls_url(&self) -> String {
        format!("https://{}/hooks", self.address)
    }

    pub(crate) fn sent_bytes(&self) -> u64 {
        self.sent_bytes.load(Ordering::SeqCst)
    }
}

async fn misbehave(mut stream: TcpStream, fault: Fault, sent_bytes: Arc<AtomicU64>) {
    let mut request = [0; 16 * 1024];
    if stream.read(&mut request).await.is_err() {
        return;
    }
    match fault {
        Fault::Silent => std::future::pending().await,
        Fault::Reset => stream.set_zero_linger().unwrap(),
        Fault::Says(answer) => _ = stream.write_all(answer.as_bytes()).await,
        Fault::Dripping => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
            // Paced by a clock because that is the fault.
            let mut ticks = tokio::time::interval(std::time::Duration::from_millis(500));
            while stream.write_all(b".").await.is_ok() {
                ticks.tick().await;
            }
        }
        Fault::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n").await;
            let chunk = vec![b'x'; 64 * 1024];
            while let Ok(sent) = stream.write(&chunk).await {
                sent_bytes.fetch_add(sent as u64, Ordering::SeqCst);
            }
        }
    }
}
