use std::net::SocketAddr;

use futures_util::StreamExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::*;

async fn served(app: &TestApp) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = app.router.clone();
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(crate::serve(listener, router, std::future::pending()));
    address
}

/// An open socket and the id that the server gave it.
async fn open(address: SocketAddr, query: &str) -> (WebSocketStream<TcpStream>, String) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(format!("ws://{address}/{query}"), stream).await.unwrap();
    let hello = said(&mut socket).await;
    assert_eq!(hello["message_type"], "connection_ack");
    let client = hello["ws_client_id"].as_str().unwrap().to_owned();
    uuid::Uuid::parse_str(&client).unwrap();
    (socket, client)
}

/// The next message; pings pass by.
async fn said(socket: &mut WebSocketStream<TcpStream>) -> Value {
    let text = async {
        loop {
            if let Message::Text(text) = socket.next().await.expect("the server closed the socket").unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), text).await.expect("a message within 20 s")
}

async fn kept(app: &TestApp, client: &str) -> usize {
    app.store.flow_results().lookup(&[client.to_owned()], app.clock.now()).await.unwrap().len()
}

#[tokio::test]
async fn a_waiting_page_is_told_how_it_ended() {
    let app = TestApp::connected().await;
    let address = served(&app).await;
    let (mut socket, client) = open(address, "").await;
    let token = app.session(json!({})).await;
    // A mode without a browser fails at once, so the message comes by way of this node alone.
    let path = format!("/oauth/connect/plain?connect_session_token={token}&ws_client_id={client}");
    assert_eq!(app.browser_get(&path, None).await.status, StatusCode::BAD_REQUEST);
    let told = said(&mut socket).await;
    assert_eq!(
        (&told["message_type"], &told["error_type"], &told["provider_config_key"]),
        (&json!("error"), &json!("auth_mode_err"), &json!("plain"))
    );
    assert!(told["error_desc"].is_string());
    // What was sent is kept no longer.
    for _ in 0..2_000 {
        if kept(&app, &client).await == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the result is still kept");
}

#[tokio::test]
async fn a_result_of_another_node_or_of_before_is_found() {
    let app = TestApp::connected().await;
    let address = served(&app).await;
    let message = |of: &str| json!({ "message_type": "success", "connection_id": of }).to_string();
    let expires_at = app.clock.now().plus(Duration::from_mins(10));
    let (mut socket, client) = open(address, "").await;
    app.store.flow_results().put(&client, &message("other-node"), expires_at).await.unwrap();
    assert_eq!(said(&mut socket).await["connection_id"], "other-node");

    // A page that lost its socket comes back with the id; one that was cut off in between is replaced.
    let lost = "7b8d4f6e-3a51-4a51-9d7e-0a1b2c3d4e5f";
    let (mut earlier, _) = open(address, &format!("?ws_client_id={lost}")).await;
    let (mut later, client) = open(address, &format!("?ws_client_id={lost}")).await;
    assert_eq!(client, lost);
    assert!(matches!(earlier.next().await, Some(Ok(Message::Close(_))) | None));
    app.store.flow_results().put(lost, &message("late"), expires_at).await.unwrap();
    assert_eq!(said(&mut later).await["connection_id"], "late");
}

#[tokio::test]
async fn somebody_on_foot_is_shown_to_the_console() {
    let app = TestApp::new().await;
    let answer = app.browser_get("/", None).await;
    assert_eq!((answer.status, &answer.headers["location"]), (StatusCode::TEMPORARY_REDIRECT, &"/console".parse().unwrap()));
    let odd = Request::get("/?ws_client_id=me").header("upgrade", "websocket").header("connection", "upgrade");
    assert_eq!(app.send(odd.body(Body::empty()).unwrap()).await.refusal(), refused(400, "invalid_query_params"));
    let half = Request::get("/").header("upgrade", "h2c").header("connection", "upgrade").body(Body::empty()).unwrap();
    assert_eq!(app.send(half).await.refusal(), refused(400, "invalid_websocket_upgrade"));
}
