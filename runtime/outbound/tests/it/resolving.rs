//! P2: names that lie.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{HeaderMap, Method};
use syncline_outbound::{CallBody, Denied, EgressPolicy, HttpClient, Lookup, Options, Outgoing, ProxyError};

use crate::server::Server;

const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";

/// Gives another answer each time.
struct Script(Mutex<VecDeque<Vec<&'static str>>>);

#[async_trait]
impl Lookup for Script {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let answer = self.0.lock().unwrap().pop_front().ok_or(io::ErrorKind::NotFound)?;
        Ok(answer.into_iter().map(|address| address.parse().unwrap()).collect())
    }
}

fn client(allow_private_network: bool, answers: Vec<Vec<&'static str>>) -> HttpClient {
    let mut options = Options::new(EgressPolicy { allow_private_network });
    options.lookup = Arc::new(Script(Mutex::new(answers.into())));
    HttpClient::new(options)
}

async fn get(client: &HttpClient, url: String) -> Result<(), ProxyError> {
    let outgoing = Outgoing {
        method: Method::GET,
        url: url.parse().unwrap(),
        headers: HeaderMap::new(),
        body: CallBody::Empty,
        credential_headers: Vec::new(),
        credential_body: false,
        forward_headers_on_redirect: false,
        hosts: None,
        signer: None,
    };
    client.send(outgoing).await.map(drop)
}

#[tokio::test]
async fn a_name_with_a_private_address_is_never_dialled() {
    let server = Server::always(OK).await;
    for address in ["127.0.0.1", "::ffff:127.0.0.1", "::1"] {
        let result = get(&client(false, vec![vec![address]]), format!("https://rebind.example:{}/", server.port)).await;
        assert!(matches!(result, Err(ProxyError::EgressDenied { reason: Denied::Address, .. })), "{address}: {result:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_answer_is_checked_each_time() {
    let server = Server::always(OK).await;
    let client = client(true, vec![vec!["127.0.0.1"], vec!["169.254.169.254"], vec!["0.0.0.0", "::", "169.254.169.254"]]);
    let url = || format!("http://rebind.example:{}/", server.port);
    get(&client, url()).await.unwrap();
    for _ in 0..2 {
        assert!(matches!(get(&client, url()).await, Err(ProxyError::EgressDenied { reason: Denied::Address, .. })));
    }
    assert_eq!(server.connections(), 1);
}

/// 0.0.0.0 reaches the same listener as 127.0.0.1 does, so one connection means that only the permitted address was dialled.
#[tokio::test]
async fn of_mixed_answers_only_the_permitted_are_dialled() {
    let server = Server::always(OK).await;
    let client = client(true, vec![vec!["0.0.0.0", "169.254.169.254", "127.0.0.1"]]);
    get(&client, format!("http://mixed.example:{}/", server.port)).await.unwrap();
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_an_error_of_the_network() {
    let error = get(&client(true, Vec::new()), "https://gone.example/secret?key=canary".to_owned()).await.unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), ("ENOTFOUND", "GET gone.example/secret failed: ENOTFOUND"));
}
