//! TLS: ring, TLS 1.2 and 1.3, and certificates that are always verified.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// The machine's roots where it has any, so that an operator's own authority works and a distrusted one does not; else the bundled roots of
/// Mozilla, so that a container without certificates works too.
pub(crate) fn config() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}
