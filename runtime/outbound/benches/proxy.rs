//! A proxied GET against a provider on the loopback, everything but the provider's own work. Budget: 150 µs of CPU.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use divan::Bencher;
use syncline_domain::{Credentials, Secret, SystemClock};
use syncline_outbound::{
    CredentialError, CredentialSource, EgressPolicy, HttpClient, Limits, Options, ProviderTarget, Proxy, ProxyCall, Refresh, SystemPace,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const ENTRY: &str = "key: acme
display_name: Acme
categories: [other]
docs: https://acme.example
sources: [https://acme.example]
auth:
  mode: API_KEY
proxy:
  base_url: ${connectionConfig.baseUrl}
  headers:
    authorization: Bearer ${apiKey}
connection_config:
  baseUrl:
    title: Base
    description: Base
";

struct Source(ProviderTarget);

#[async_trait]
impl CredentialSource for Source {
    async fn target(&self, _: Refresh) -> Result<ProviderTarget, CredentialError> {
        Ok(self.0.clone())
    }
}

fn main() {
    divan::main();
}

#[divan::bench(args = [1024, 65_536])]
fn proxied_get(bencher: Bencher<'_, '_>, body_bytes: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answer =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {body_bytes}\r\n\r\n{}", "x".repeat(body_bytes));
    let provider = runtime.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            // The client writes a whole GET at once.
            while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    let client = HttpClient::new(Options::new(EgressPolicy { allow_private_network: true }));
    let proxy = Proxy::new(client, Arc::new(SystemClock), Arc::new(SystemPace), Limits::default());
    let config = serde_json::json!({ "baseUrl": base });
    let source = Source(ProviderTarget {
        entry: Arc::new(syncline_providers::parse_entry(Path::new("acme.yaml"), ENTRY).unwrap()),
        connection_config: Arc::new(config.as_object().unwrap().clone()),
        credentials: Arc::new(Credentials::ApiKey { api_key: Secret::new("key") }),
        client: None,
    });
    bencher.bench_local(|| {
        runtime.block_on(async {
            let call = ProxyCall { endpoint: "/items?page=2".to_owned(), ..ProxyCall::default() };
            proxy.send_buffered(&source, call, 1 << 20).await.unwrap()
        })
    });
    provider.abort();
}
