//! Trust anchors: the system's, read when the first TLS connection opens and parsed only where a server's chain needs
//! one. Order as in Go's crypto/x509: `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the first bundle that exists, else the
//! Mozilla roots compiled in (webpki-roots). `AWS_CA_BUNDLE` and `NODE_EXTRA_CA_CERTS` add to these.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use tokio::sync::SetOnce;

use super::{der, pem};
use crate::{background, files, sys};

/// Bytes of a bundle, of a file in a directory, and how many of these are read: well above any real trust store, and
/// below what a machine could not spare.
const BUNDLE_LIMIT: u64 = 16 << 20;
const FILE_LIMIT: u64 = 1 << 20;
const FILES_LIMIT: usize = 4096;

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

/// The system's, once they are read.
static SYSTEM: SetOnce<Roots> = SetOnce::const_new();
static NONE: Roots = Roots {
    certificates: Vec::new(),
    with_mozilla: false,
    files: Vec::new(),
    source: String::new(),
    problem: None,
};

/// Certificates to choose anchors from.
#[derive(Debug, Default)]
pub struct Roots {
    certificates: Vec<Vec<u8>>,
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

    pub fn none() -> &'static Roots {
        &NONE
    }

    /// Begins to read the system's in the background, unless that has begun: a file may be slow, or never end.
    pub fn start_loading() {
        static STARTED: AtomicBool = AtomicBool::new(false);
        if !STARTED.swap(true, Ordering::Relaxed) {
            background::start(|| drop(SYSTEM.set(Roots::load())));
        }
    }

    /// The system's, read once.
    pub async fn system() -> &'static Roots {
        Roots::start_loading();
        SYSTEM.wait().await
    }

    /// The system's, where they have been read.
    pub fn loaded() -> Option<&'static Roots> {
        SYSTEM.get()
    }

    fn load() -> Roots {
        let mut roots = Roots::default();
        let (file, directories) = (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR"));
        if file.is_some() || directories.is_some() {
            roots.add_configured(file.as_deref(), directories.as_deref().unwrap_or_default());
        } else if let Some(bundle) = BUNDLES.iter().find(|path| roots.add_file(path).is_ok()) {
            roots.add_source(bundle);
        } else {
            roots.add_source("the roots compiled in");
            roots.with_mozilla = true;
        }
        for name in EXTRA {
            if let Some(path) = variable(name) {
                match roots.add_file(&path) {
                    Ok(()) => roots.add_source(&format!("{name}={path}")),
                    Err(error) => roots.problem = Some(unreadable(&format!("{name}={path}"), &error)),
                }
            }
        }
        roots
    }

    /// As in Go's crypto/x509, one that cannot be read is a problem only where there is no other.
    fn add_configured(&mut self, file: Option<&str>, directories: &str) {
        let mut usable = false;
        let mut problem = None;
        let file = file.map(|path| ("SSL_CERT_FILE", path, true));
        let directories = directories.split(':').map(|path| ("SSL_CERT_DIR", path, false));
        for (variable, path, is_file) in
            file.into_iter().chain(directories.filter(|(_, path, _)| !path.is_empty()))
        {
            let named = format!("{variable}={path}");
            match if is_file { self.add_file(path) } else { self.add_directory(path) } {
                Ok(()) => {
                    usable = true;
                    self.add_source(&named);
                }
                Err(error) => {
                    self.add_source(&format!("{named} (cannot be read)"));
                    problem = problem.or(Some(unreadable(&named, &error)));
                }
            }
        }
        if !usable {
            self.problem = problem;
        }
    }

    fn add_file(&mut self, path: &str) -> io::Result<()> {
        if !self.files.iter().any(|known| known == path) {
            self.certificates.extend(certificates(&files::read(Path::new(path), BUNDLE_LIMIT, None)?));
            self.files.push(path.into());
        }
        Ok(())
    }

    /// Files that cannot be read are passed over: such directories hold links of every age, and most certificates twice.
    fn add_directory(&mut self, path: &str) -> io::Result<()> {
        for file in fs::read_dir(path)?.flatten().take(FILES_LIMIT) {
            if let Ok(text) = files::read_regular(&file.path(), FILE_LIMIT) {
                self.certificates.extend(certificates(&text));
            }
        }
        Ok(())
    }

    fn add_source(&mut self, source: &str) {
        if !self.source.is_empty() {
            self.source.push_str(", ");
        }
        self.source.push_str(source);
    }

    /// The anchors whose subject is the issuer of a certificate in `chain`: all that verifying it can need.
    pub fn anchors_for(&self, chain: &[&[u8]]) -> RootCertStore {
        let issuers: Vec<&[u8]> =
            chain.iter().filter_map(|der| der::names(der)).map(|names| names.issuer).collect();
        let mut store = RootCertStore::empty();
        for certificate in &self.certificates {
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

fn unreadable(named: &str, error: &io::Error) -> (&'static str, String) {
    (sys::errno_name(error), format!("{named} cannot be read: {error}"))
}

/// What the environment says of trusted certificates, for the message that reading them takes too long.
pub fn configured() -> String {
    let names = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().chain(EXTRA);
    let set: Vec<_> = names.filter_map(|name| Some(format!("{name}={}", variable(name)?))).collect();
    if set.is_empty() { "the system's".into() } else { set.join(", ") }
}

fn certificates(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    pem::blocks(text)
        .filter(|(label, _)| matches!(*label, "CERTIFICATE" | "X509 CERTIFICATE"))
        .map(|(_, der)| der)
}

fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}
