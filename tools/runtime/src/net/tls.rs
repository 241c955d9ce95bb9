//! TLS 1.2 and 1.3 with rustls and ring. Certificates are always checked; nothing here can turn that off.

use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring as provider, verify_tls12_signature, verify_tls13_signature};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, PeerIncompatible,
    SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::certificate;
use super::error::{NetError, NetResult, Phase};
use super::identity::Identity;
use super::roots::Roots;
use super::stream::Stream;

/// One TLS connection to be.
pub struct Session<'a> {
    /// The peer, for messages: `host:port`.
    pub authority: String,
    /// Host name or IP address that the certificate must be for; sent as SNI where it is a name.
    pub name: &'a str,
    /// PEM that replaces the system's trust store.
    pub ca: Option<&'a str>,
    /// For a server that asks for a client certificate.
    pub identity: Option<&'a Identity>,
}

/// The usual webpki verification, over the few anchors that the server's chain can lead to.
#[derive(Debug)]
struct Verifier {
    roots: &'static Roots,
    /// Instead of the system's.
    own_roots: Option<Roots>,
    provider: Arc<CryptoProvider>,
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
        let roots = self.own_roots.as_ref().unwrap_or(self.roots);
        let verify = |with_more| {
            let anchors = roots.anchors_for(&chain, with_more);
            if anchors.is_empty() {
                return Err(CertificateError::UnknownIssuer.into());
            }
            WebPkiServerVerifier::builder_with_provider(Arc::new(anchors), self.provider.clone())
                .build()
                .map_err(|error| Error::General(error.to_string()))?
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match verify(false) {
            Err(_) if roots.has_more() => verify(true),
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

/// Makes what a handshake needs; waits for the trust store where it is the system's.
pub async fn prepare(session: &Session<'_>) -> NetResult<(TlsConnector, ServerName<'static>)> {
    let failed = |message: String| NetError::new(Phase::Tls, "ERR_TLS", message);
    let name = ServerName::try_from(session.name.to_owned())
        .map_err(|_| failed(format!("{} is not a name that a certificate can be for", session.name)))?;
    let own_roots = session.ca.map(Roots::from_pem);
    let roots = match own_roots {
        Some(_) => Roots::none(),
        None => Roots::system().await,
    };
    if let Some((code, message)) = &roots.problem {
        return Err(NetError::new(Phase::Tls, code, message));
    }
    let provider = Arc::new(provider::default_provider());
    let verifier = Verifier { roots, own_roots, provider: provider.clone() };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match session.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = identity.parse().map_err(&failed)?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| failed(format!("the client certificate and its key: {error}")))?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // One process makes one connection per server: there is no session to resume.
    config.resumption = rustls::client::Resumption::disabled();
    Ok((TlsConnector::from(Arc::new(config)), name))
}

pub async fn handshake(
    (connector, name): (TlsConnector, ServerName<'static>),
    stream: Stream,
    session: &Session<'_>,
) -> NetResult<TlsStream<Stream>> {
    connector.connect(name, stream).await.map_err(|error| explain(&error, session))
}

/// Words for a TLS failure on any part of a connection.
pub fn explain(error: &io::Error, session: &Session<'_>) -> NetError {
    let what = format!("TLS with {}", session.authority);
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(problem)) => certificate::explain(problem, session),
        // Ends a connection, at whatever level it was sent (RFC 8446, 6.1).
        Some(Error::AlertReceived(AlertDescription::CloseNotify)) => {
            NetError::io(Phase::Tls, &what, &io::ErrorKind::UnexpectedEof.into())
        }
        Some(problem) => NetError::new(Phase::Tls, "ERR_TLS", format!("{what}: {}", describe(problem))),
        None => NetError::io(Phase::Tls, &what, error),
    }
}

/// The same words as the Node.js runtime's, which knows less about why.
fn describe(problem: &Error) -> String {
    match problem {
        Error::AlertReceived(alert) => match alert_name(u8::from(*alert)) {
            Some(name) => format!("the other side refused ({name})"),
            None => NOT_TLS.into(),
        },
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => "the other side supports neither TLS 1.2 nor TLS 1.3".into(),
        Error::PeerIncompatible(reason) => {
            format!(
                "the other side supports nothing that we do ({})",
                certificate::words(&format!("{reason:?}"))
            )
        }
        Error::NoCertificatesPresented => "the other side presented no certificate".into(),
        _ => NOT_TLS.into(),
    }
}

const NOT_TLS: &str = "the other side sent something that is not valid TLS";

/// The alerts that end a connection, by their names in RFC 8446, section 6, and the RFCs before it.
fn alert_name(number: u8) -> Option<&'static str> {
    Some(match number {
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => return None,
    })
}
