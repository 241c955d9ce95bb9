//! Trust anchors: the system's, read when the first TLS connection opens and parsed only where a server's chain needs
//! one. Order as in Go's crypto/x509: `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the first bundle that exists, else the
//! Mozilla roots compiled in (webpki-roots). `AWS_CA_BUNDLE` and `NODE_EXTRA_CA_CERTS` add to these.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;

use super::{der, pem};
use crate::sys;

/// Debian and Alpine; Fedora, RHEL and Amazon Linux; openSUSE; OpenELEC; newer RHEL; Alpine's own.
const BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
const EXTRA: [&str; 2] = ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// Certificates to choose anchors from.
#[derive(Debug, Default)]
pub struct Roots {
    certificates: Vec<Vec<u8>>,
    with_mozilla: bool,
    /// Where they are from, for messages.
    pub source: String,
    /// A file that the environment names and that could not be read: code and words.
    pub problem: Option<(&'static str, String)>,
}

impl Roots {
    /// From a PEM text that replaces everything else.
    pub fn from_pem(text: &str) -> Roots {
        let mut roots = Roots {
            source: "the given CA".into(),
            ..Roots::default()
        };
        roots.add_pem(text.as_bytes());
        roots
    }

    /// The system's, read once.
    pub fn system() -> &'static Roots {
        static SYSTEM: OnceLock<Roots> = OnceLock::new();
        SYSTEM.get_or_init(Roots::load)
    }

    fn load() -> Roots {
        let mut roots = Roots::default();
        let (file, directories) = (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR"));
        if file.is_some() || directories.is_some() {
            if let Some(file) = file {
                roots.add_named("SSL_CERT_FILE", &file);
            }
            for directory in directories
                .iter()
                .flat_map(|list| list.split(':'))
                .filter(|path| !path.is_empty())
            {
                roots.add_directory(directory);
            }
        } else if let Some(bundle) = BUNDLES.iter().find(|path| roots.add_file(path).is_ok()) {
            roots.source = (*bundle).into();
        } else {
            roots.source = "the roots compiled in".into();
            roots.with_mozilla = true;
        }
        for name in EXTRA {
            if let Some(path) = variable(name) {
                roots.add_named(name, &path);
            }
        }
        roots
    }

    fn add_pem(&mut self, text: &[u8]) {
        let certificates = pem::blocks(text)
            .filter(|(label, _)| matches!(*label, "CERTIFICATE" | "TRUSTED CERTIFICATE"));
        self.certificates.extend(certificates.map(|(_, der)| der));
    }

    fn add_file(&mut self, path: impl AsRef<Path>) -> std::io::Result<()> {
        self.add_pem(&fs::read(path)?);
        Ok(())
    }

    fn add_named(&mut self, variable: &str, path: &str) {
        if let Err(error) = self.add_file(path) {
            self.unreadable(variable, path, &error);
        }
        let separator = if self.source.is_empty() { "" } else { ", " };
        self.source = format!("{}{separator}{variable}={path}", self.source);
    }

    fn unreadable(&mut self, variable: &str, path: &str, error: &std::io::Error) {
        let message = format!("{variable}={path} cannot be read: {error}");
        self.problem = Some((sys::errno_name(error), message));
    }

    fn add_directory(&mut self, path: &str) {
        match fs::read_dir(path) {
            Ok(files) => {
                for file in files.flatten() {
                    // Directories and unreadable files are passed over: such directories hold links of every age.
                    let _ = self.add_file(file.path());
                }
            }
            Err(error) => self.unreadable("SSL_CERT_DIR", path, &error),
        }
        let separator = if self.source.is_empty() { "" } else { ", " };
        self.source = format!("{}{separator}SSL_CERT_DIR={path}", self.source);
    }

    /// The anchors whose subject is the issuer of a certificate in `chain`: all that verifying it can need.
    pub fn anchors_for(&self, chain: &[&[u8]]) -> RootCertStore {
        let issuers: Vec<&[u8]> = chain
            .iter()
            .filter_map(|der| der::names(der))
            .map(|names| names.issuer)
            .collect();
        let mut store = RootCertStore::empty();
        for certificate in &self.certificates {
            if der::names(certificate).is_some_and(|names| issuers.contains(&names.subject)) {
                // One that webpki cannot read is as good as absent.
                let _ = store.add(CertificateDer::from_slice(certificate));
            }
        }
        if self.with_mozilla {
            let matching = webpki_roots::TLS_SERVER_ROOTS
                .iter()
                .filter(|anchor| issuers.contains(&anchor.subject.as_ref()));
            store.roots.extend(matching.cloned());
        }
        store
    }
}

fn variable(name: &str) -> Option<String> {
    env::var_os(name)
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| !value.is_empty())
}
