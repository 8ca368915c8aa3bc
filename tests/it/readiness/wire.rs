//! A wire to a database that can be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Passes bytes on until it is cut.
pub(crate) struct Wire {
    url: String,
    is_cut: Arc<AtomicBool>,
    /// Ends what passes now.
    passing: Arc<std::sync::Mutex<CancellationToken>>,
}

impl Wire {
    /// `url` names a host and a port.
    pub(crate) async fn to(url: &str) -> Self {
        let parsed = url::Url::parse(url).unwrap();
        let target = format!("{}:{}", parsed.host_str().unwrap(), parsed.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut own = parsed.clone();
        own.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let (is_cut, passing) = (Arc::new(AtomicBool::new(false)), Arc::new(std::sync::Mutex::new(CancellationToken::new())));
        let (cut, token) = (Arc::clone(&is_cut), Arc::clone(&passing));
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if cut.load(Ordering::SeqCst) {
                    continue;
                }
                let (target, ended) = (target.clone(), token.lock().unwrap().clone());
                tokio::spawn(ended.run_until_cancelled_owned(async move {
                    let mut far = TcpStream::connect(target).await.unwrap();
                    let _ = copy_bidirectional(&mut near, &mut far).await;
                }));
            }
        });
        Self { url: own.to_string(), is_cut, passing }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Every connection breaks, and every new one at once.
    pub(crate) fn cut(&mut self) {
        self.is_cut.store(true, Ordering::SeqCst);
        std::mem::take(&mut *self.passing.lock().unwrap()).cancel();
    }

    /// New connections pass again.
    pub(crate) fn mend(&mut self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}
