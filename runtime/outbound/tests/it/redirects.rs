//! P3

use http::Method;
use syncline_outbound::{CallBody, Denied, ProxyError};

use crate::fixture::{CANARY, Source, client, get, proxy};
use crate::server::{Answer, Server};
use crate::signed::Signed;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn to(status: u16, location: &str) -> Answer {
    Answer::Close(format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n").into())
}

#[tokio::test]
async fn a_loop_ends_after_five_redirects() {
    let server = Server::start(|_, _| to(302, "/again")).await;
    let (proxy, _) = proxy(client());
    let error = proxy.send(&Source::new(server.url(""), None), get("/")).await.unwrap_err();
    assert_eq!(error.code(), "ERR_FR_TOO_MANY_REDIRECTS");
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn credentials_stay_on_their_origin() {
    let other = Server::always(OK).await;
    let location = other.url("/there");
    let server = Server::start(move |_, _| to(307, &location)).await;
    let source = Source::new(server.url(""), None);
    let (proxy, _) = proxy(client());
    let call = || {
        let mut call = get("/");
        call.headers.insert("cookie", "session=1".parse().unwrap());
        call.headers.insert("x-own", "stays".parse().unwrap());
        call
    };
    proxy.send(&source, call()).await.unwrap();
    let mut forwarding = call();
    forwarding.forward_headers_on_redirect = true;
    proxy.send(&source, forwarding).await.unwrap();
    let first = &server.requests()[0].head;
    assert!(first.contains(&format!("authorization: bearer {CANARY}")) && first.contains(&format!("x-second-key: {CANARY}")));
    let seen = other.requests();
    assert!(
        !seen[0].head.contains(CANARY) && !seen[0].head.contains("cookie") && seen[0].head.contains("x-own: stays"),
        "{}",
        seen[0].head
    );
    assert!(seen[1].head.contains(CANARY) && seen[1].head.contains("cookie"));
}

/// O8: a signature covers the address, so a hop needs its own; and it is a credential, so another origin gets none.
#[tokio::test]
async fn each_hop_is_signed_by_itself() {
    let other = Server::always(OK).await;
    let away = other.url("/away");
    let server = Server::start(move |index, _| if index % 2 == 0 { to(307, "/next?a=1") } else { to(307, &away) }).await;
    let source = Signed::new(&server.url(""));
    let (proxy, _) = proxy(client());
    proxy.send(&source, get("/first")).await.unwrap();
    let hops = server.requests();
    assert!(hops[0].head.contains(&Signed::expected(&server.url("/first"))), "{}", hops[0].head);
    assert!(hops[1].head.contains(&Signed::expected(&server.url("/next?a=1"))), "{}", hops[1].head);
    assert_eq!(hops[1].head.matches("authorization:").count(), 1);
    assert!(!other.requests()[0].head.contains("authorization"), "{}", other.requests()[0].head);

    let mut forwarding = get("/first");
    forwarding.forward_headers_on_redirect = true;
    proxy.send(&source, forwarding).await.unwrap();
    assert!(other.requests()[1].head.contains(&Signed::expected(&other.url("/away"))), "{}", other.requests()[1].head);
}

#[tokio::test]
async fn the_method_and_body_follow_the_status() {
    let table = [
        (301, Method::POST, "get", ""),
        (302, Method::POST, "get", ""),
        (303, Method::PUT, "get", ""),
        (301, Method::PUT, "put", "body"),
        (307, Method::POST, "post", "body"),
        (308, Method::POST, "post", "body"),
    ];
    for (status, method, then, body) in table {
        let server = Server::start(move |index, _| if index == 0 { to(status, "/next") } else { Answer::Close(OK.into()) }).await;
        let mut call = get("/");
        call.method = method;
        call.headers.insert("content-type", "text/plain".parse().unwrap());
        call.body = CallBody::Bytes("body".into());
        let (proxy, _) = proxy(client());
        proxy.send(&Source::new(server.url(""), None), call).await.unwrap();
        let second = &server.requests()[1];
        assert!(second.head.starts_with(&format!("{then} /next ")), "{status}: {}", second.head);
        assert_eq!((second.body.as_str(), second.head.contains("content-type")), (body, !body.is_empty()), "{status}");
    }
}

#[tokio::test]
async fn every_hop_is_checked() {
    let table = [
        ("http://169.254.169.254/latest/meta-data", Denied::Address),
        ("http://[::ffff:a9fe:a9fe]/", Denied::Address),
        ("http://metadata.google.internal/", Denied::Name),
        ("file:///etc/passwd", Denied::Scheme),
        ("http://user:password@127.0.0.1/", Denied::Userinfo),
        ("http://127.0.0.1:25/", Denied::Port),
    ];
    for (location, expected) in table {
        let server = Server::start(move |_, _| to(302, location)).await;
        let (proxy, _) = proxy(client());
        let error = proxy.send(&Source::new(server.url(""), None), get("/")).await.unwrap_err();
        assert!(matches!(error, ProxyError::EgressDenied { reason, .. } if reason == expected), "{location}: {error:?}");
    }
}
