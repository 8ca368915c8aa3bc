use std::io;

use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConnection, ServerConfig, ServerConnection};

use super::*;

const AUTHORITY: &str = include_str!("fixtures/authority.pem");
const CLIENT: &str = include_str!("fixtures/client.pem");
const CLIENT_KEY: &str = include_str!("fixtures/client.key.pem");

fn authority() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(AUTHORITY.as_bytes()).unwrap()).unwrap();
    roots
}

/// A server that lets in whom the authority signed.
fn server() -> ServerConnection {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authority()), Arc::clone(&provider)).build().unwrap();
    let chain = vec![CertificateDer::from_pem_slice(include_bytes!("fixtures/server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("fixtures/server.key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_client_cert_verifier(verifier).with_single_cert(chain, key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    ServerConnection::new(Arc::new(config)).unwrap()
}

/// Both ends in memory, until neither has anything to say; the server's view.
fn handshake(config: ClientConfig) -> Result<ServerConnection, rustls::Error> {
    let mut client = ClientConnection::new(Arc::new(config), "server.example".try_into().unwrap()).unwrap();
    let mut server = server();
    while client.wants_write() || server.wants_write() {
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        server.read_tls(&mut io::Cursor::new(bytes)).unwrap();
        server.process_new_packets()?;
        let mut bytes = Vec::new();
        server.write_tls(&mut bytes).unwrap();
        client.read_tls(&mut io::Cursor::new(bytes)).unwrap();
        client.process_new_packets()?;
    }
    Ok(server)
}

#[test]
fn a_server_that_asks_for_a_certificate_is_shown_it() {
    let server = handshake(identified(authority(), CLIENT, &Secret::new(CLIENT_KEY)).unwrap()).unwrap();
    let shown = server.peer_certificates().unwrap();
    assert_eq!(shown, [CertificateDer::from_pem_slice(CLIENT.as_bytes()).unwrap()]);
}

#[test]
fn without_a_certificate_that_server_refuses() {
    let without = finished(builder().with_root_certificates(authority()).with_no_client_auth());
    assert!(matches!(handshake(without), Err(rustls::Error::NoCertificatesPresented)));
}

#[test]
fn a_pair_that_is_none_is_refused_without_being_repeated() {
    let other = include_str!("fixtures/other.key.pem");
    for (cert, key, expected) in [
        ("nothing", CLIENT_KEY, ClientCertificateDefect::Certificate),
        (CLIENT_KEY, CLIENT_KEY, ClientCertificateDefect::Certificate),
        (CLIENT, "nothing", ClientCertificateDefect::Key),
        (CLIENT, CLIENT, ClientCertificateDefect::Key),
        (CLIENT, other, ClientCertificateDefect::Pair),
    ] {
        assert_eq!(with_client_certificate(cert, &Secret::new(key)).unwrap_err(), expected);
    }
}
