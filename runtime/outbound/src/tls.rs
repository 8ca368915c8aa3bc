//! TLS: ring, TLS 1.2 and 1.3, and certificates that are always verified.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use syncline_domain::Secret;

/// A certificate and key that cannot be shown to a server. Never repeats either.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClientCertificateDefect {
    /// Not even one.
    #[error("the certificate is not PEM (`-----BEGIN CERTIFICATE-----`)")]
    Certificate,
    /// PKCS#8, PKCS#1 and SEC1 are read.
    #[error("the private key is not an unencrypted PEM key (`-----BEGIN PRIVATE KEY-----`)")]
    Key,
    /// The key signs for another certificate, or in a way that TLS does not know.
    #[error("the private key does not belong to the certificate")]
    Pair,
}

/// Shows no certificate.
pub(crate) fn config() -> ClientConfig {
    finished(builder().with_root_certificates(roots()).with_no_client_auth())
}

/// Shows this certificate to servers that ask for one.
pub(crate) fn with_client_certificate(cert_pem: &str, key_pem: &Secret) -> Result<ClientConfig, ClientCertificateDefect> {
    identified(roots(), cert_pem, key_pem)
}

fn identified(roots: RootCertStore, cert_pem: &str, key_pem: &Secret) -> Result<ClientConfig, ClientCertificateDefect> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(cert_pem.as_bytes()).collect::<Result<_, _>>().map_err(|_| ClientCertificateDefect::Certificate)?;
    if chain.is_empty() {
        return Err(ClientCertificateDefect::Certificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key_pem.expose().as_bytes()).map_err(|_| ClientCertificateDefect::Key)?;
    let config = builder().with_root_certificates(roots).with_client_auth_cert(chain, key).map_err(|_| ClientCertificateDefect::Pair)?;
    Ok(finished(config))
}

fn builder() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the default versions")
}

/// The machine's roots where it has any, so that an operator's own authority works and a distrusted one does not; else the bundled roots of
/// Mozilla, so that a container without certificates works too.
fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn finished(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

#[cfg(test)]
mod tests;
