//! TLS 1.2 and 1.3 with rustls and ring. Certificates are always checked; nothing here can turn that off.

use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring as provider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::{NetError, NetResult, Phase};
use super::roots::Roots;
use super::target::Target;

/// The usual webpki verification, over the few anchors that the server's chain can lead to.
#[derive(Debug)]
struct Verifier {
    /// `None`: the system's.
    own_roots: Option<Roots>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    fn roots(&self) -> &Roots {
        self.own_roots.as_ref().unwrap_or_else(|| Roots::system())
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain: Vec<&[u8]> = std::iter::once(end_entity).chain(intermediates).map(AsRef::as_ref).collect();
        let verify = |with_directories| {
            let anchors = self.roots().anchors_for(&chain, with_directories);
            if anchors.is_empty() {
                return Err(CertificateError::UnknownIssuer.into());
            }
            WebPkiServerVerifier::builder_with_provider(Arc::new(anchors), self.provider.clone())
                .build()
                .map_err(|error| Error::General(error.to_string()))?
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match verify(false) {
            Err(_) if self.roots().has_directories() => verify(true),
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Makes what a handshake needs, so that it can be ready before the connection is.
pub fn prepare(target: &Target) -> NetResult<(TlsConnector, ServerName<'static>)> {
    let failed = |message: String| NetError::new(Phase::Tls, "ERR_TLS", message);
    let name = ServerName::try_from(target.certificate_name().to_owned()).map_err(|_| {
        failed(format!("{} is not a name that a certificate can be for", target.certificate_name()))
    })?;
    let own_roots = target.ca.as_deref().map(Roots::from_pem);
    if own_roots.is_none()
        && let Some((code, message)) = &Roots::system().problem
    {
        return Err(NetError::new(Phase::Tls, code, message));
    }
    let provider = Arc::new(provider::default_provider());
    let verifier = Verifier { own_roots, provider: provider.clone() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // One process makes one connection per server: there is no session to resume.
    config.resumption = rustls::client::Resumption::disabled();
    Ok((TlsConnector::from(Arc::new(config)), name))
}

pub async fn handshake(
    (connector, name): (TlsConnector, ServerName<'static>),
    stream: TcpStream,
    target: &Target,
) -> NetResult<TlsStream<TcpStream>> {
    connector.connect(name, stream).await.map_err(|error| explain(&error, target))
}

/// Words for a TLS failure on any part of a connection.
pub fn explain(error: &io::Error, target: &Target) -> NetError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(problem)) => {
            let message = explain_certificate(problem, target);
            NetError::new(Phase::Tls, "ERR_TLS_CERTIFICATE", message)
        }
        Some(problem) => {
            let message = format!("TLS with {}: {problem}", target.authority());
            NetError::new(Phase::Tls, "ERR_TLS", message)
        }
        None => NetError::io(Phase::Tls, &format!("TLS with {}", target.authority()), error),
    }
}

fn explain_certificate(problem: &CertificateError, target: &Target) -> String {
    let name = target.certificate_name();
    match problem {
        CertificateError::NotValidForName => format!("it is not for {name}"),
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!("it is for {}, not for {name}", presented.join(", "))
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".into(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; is this machine's clock right?".into()
        }
        CertificateError::UnknownIssuer => {
            let system = target.ca.is_none().then(Roots::system);
            let source = system.map_or("the given CA", |roots| roots.source.as_str());
            format!("it is signed by an authority that is not in {source}")
        }
        CertificateError::BadSignature => "its signature is not that of the authority that it names".into(),
        other => format!("it is not acceptable: {other}"),
    }
}
