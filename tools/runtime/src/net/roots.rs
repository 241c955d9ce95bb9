//! Trust anchors: the system's, read when the first TLS connection opens and parsed only where a server's chain needs
//! one. Order as in Go's crypto/x509: `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the first bundle that exists, else the
//! Mozilla roots compiled in (webpki-roots). `AWS_CA_BUNDLE` and `NODE_EXTRA_CA_CERTS` add to these.

use std::env;
use std::fs;
use std::io;
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
    /// Read only when the files above do not do: such a directory may hold hundreds.
    directories: Vec<String>,
    in_directories: OnceLock<Vec<Vec<u8>>>,
    with_mozilla: bool,
    /// Files that are in `certificates`; variables often name the same one.
    files: Vec<String>,
    /// Where they are from, for messages.
    pub source: String,
    /// A file that the environment names and that could not be read: code and words.
    pub problem: Option<(&'static str, String)>,
}

impl Roots {
    /// From a PEM text that replaces everything else.
    pub fn from_pem(text: &str) -> Roots {
        let certificates = certificates(text.as_bytes()).collect();
        Roots { certificates, source: "the given CA".into(), ..Roots::default() }
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
            for directory in
                directories.iter().flat_map(|list| list.split(':')).filter(|path| !path.is_empty())
            {
                roots.add_directory(directory);
            }
        } else if let Some(bundle) = BUNDLES.iter().find(|path| roots.add_file(path).is_ok()) {
            roots.add_source(bundle);
        } else {
            roots.add_source("the roots compiled in");
            roots.with_mozilla = true;
        }
        for name in EXTRA {
            if let Some(path) = variable(name) {
                roots.add_named(name, &path);
            }
        }
        roots
    }

    fn add_file(&mut self, path: &str) -> io::Result<()> {
        if !self.files.iter().any(|known| known == path) {
            self.certificates.extend(certificates(&fs::read(path)?));
            self.files.push(path.into());
        }
        Ok(())
    }

    fn add_named(&mut self, variable: &str, path: &str) {
        if let Err(error) = self.add_file(path) {
            self.unreadable(variable, path, &error);
        }
        self.add_source(&format!("{variable}={path}"));
    }

    fn add_directory(&mut self, path: &str) {
        match fs::read_dir(path) {
            Ok(_) => self.directories.push(path.into()),
            Err(error) => self.unreadable("SSL_CERT_DIR", path, &error),
        }
        self.add_source(&format!("SSL_CERT_DIR={path}"));
    }

    fn add_source(&mut self, source: &str) {
        if !self.source.is_empty() {
            self.source.push_str(", ");
        }
        self.source.push_str(source);
    }

    fn unreadable(&mut self, variable: &str, path: &str, error: &io::Error) {
        let message = format!("{variable}={path} cannot be read: {error}");
        self.problem = Some((sys::errno_name(error), message));
    }

    /// Files that cannot be read are passed over: such directories hold links of every age.
    fn read_directories(&self) -> Vec<Vec<u8>> {
        let files = self.directories.iter().filter_map(|path| fs::read_dir(path).ok()).flatten().flatten();
        files
            .filter_map(|file| fs::read(file.path()).ok())
            .flat_map(|text| certificates(&text).collect::<Vec<_>>())
            .collect()
    }

    pub fn has_directories(&self) -> bool {
        !self.directories.is_empty()
    }

    /// The anchors whose subject is the issuer of a certificate in `chain`: all that verifying it can need.
    pub fn anchors_for(&self, chain: &[&[u8]], with_directories: bool) -> RootCertStore {
        let issuers: Vec<&[u8]> =
            chain.iter().filter_map(|der| der::names(der)).map(|names| names.issuer).collect();
        let mut store = RootCertStore::empty();
        let more = with_directories.then(|| self.in_directories.get_or_init(|| self.read_directories()));
        for certificate in self.certificates.iter().chain(more.into_iter().flatten()) {
            if der::names(certificate).is_some_and(|names| issuers.contains(&names.subject)) {
                // One that webpki cannot read is as good as absent.
                let _ = store.add(CertificateDer::from_slice(certificate));
            }
        }
        if self.with_mozilla {
            let known = webpki_roots::TLS_SERVER_ROOTS.iter();
            store.roots.extend(known.filter(|anchor| issuers.contains(&anchor.subject.as_ref())).cloned());
        }
        store
    }
}

fn certificates(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    pem::blocks(text).filter(|(label, _)| *label == "CERTIFICATE").map(|(_, der)| der)
}

fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}
