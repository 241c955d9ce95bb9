//! Trust anchors: the system's, read when the first TLS connection opens and parsed only where a server's chain needs
//! one. Order as in Go's crypto/x509: `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the first bundle that exists, else the
//! Mozilla roots compiled in (webpki-roots). `AWS_CA_BUNDLE` and `NODE_EXTRA_CA_CERTS` add to these.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

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

/// How long a handshake waits for directories: the process can do nothing else meanwhile.
const DIRECTORIES_PATIENCE: Duration = Duration::from_secs(2);

/// The system's, once they are read.
static SYSTEM: SetOnce<Roots> = SetOnce::const_new();
static NONE: Roots = Roots {
    certificates: Certificates { bytes: Vec::new(), ends: Vec::new() },
    later: Vec::new(),
    in_directories: OnceLock::new(),
    with_mozilla: false,
    files: Vec::new(),
    source: String::new(),
    problem: None,
};

/// Certificates one after another: a hundred small allocations of a thread of its own cost more than the parsing.
#[derive(Debug, Default)]
struct Certificates {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Certificates {
    /// Adds those of a PEM text.
    fn add(&mut self, text: &[u8]) {
        self.bytes.reserve(text.len() / 4 * 3);
        for (label, der) in pem::blocks(text) {
            if matches!(label, "CERTIFICATE" | "X509 CERTIFICATE") {
                self.bytes.extend_from_slice(&der);
                self.ends.push(self.bytes.len());
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// Adds those of a directory's files. Unreadable files are ignored: such directories hold links of every age,
    /// and most certificates twice.
    fn add_directory(&mut self, path: &str) -> io::Result<()> {
        for file in fs::read_dir(path)?.flatten().take(FILES_LIMIT) {
            if let Ok(text) = files::read_regular(&file.path(), FILE_LIMIT) {
                self.add(&text);
            }
        }
        Ok(())
    }
}

/// Reads a bundle; `None` where it cannot be read at once.
type Read = fn(&str) -> Option<io::Result<Vec<u8>>>;

/// Certificates to choose anchors from.
#[derive(Debug, Default)]
pub struct Roots {
    certificates: Certificates,
    /// Directories that are read only where the files do not have an authority: they may hold hundreds.
    later: Vec<String>,
    in_directories: OnceLock<Certificates>,
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
        let mut certificates = Certificates::default();
        certificates.add(text.as_bytes());
        Roots { certificates, source: "the given CA".into(), ..Roots::default() }
    }

    pub fn none() -> &'static Roots {
        &NONE
    }

    /// Reads the system's, unless that has begun: at once where the files are in the kernel's caches, else in the background,
    /// as a file may be slow, or never end.
    pub fn start_loading() {
        static STARTED: AtomicBool = AtomicBool::new(false);
        if STARTED.swap(true, Ordering::Relaxed) {
            return;
        }
        match Roots::load_at_once() {
            Some(roots) => drop(SYSTEM.set(roots)),
            None => background::start(|| {
                let read: Read = |path| Some(files::read(Path::new(path), BUNDLE_LIMIT, None));
                drop(SYSTEM.set(Roots::load(read).unwrap_or_default()));
            }),
        }
    }

    fn load_at_once() -> Option<Roots> {
        // A directory is all that there is: hundreds of files.
        if variable("SSL_CERT_DIR").is_some() && variable("SSL_CERT_FILE").is_none() {
            return None;
        }
        Roots::load(|path| files::read_at_once(Path::new(path), BUNDLE_LIMIT))
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

    /// `None` where `read` gives that.
    fn load(read: Read) -> Option<Roots> {
        let mut roots = Roots::default();
        let (file, directories) = (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR"));
        if file.is_some() || directories.is_some() {
            roots.add_configured(file.as_deref(), directories.as_deref().unwrap_or_default(), read)?;
        } else {
            roots.add_bundle(read)?;
        }
        for name in EXTRA {
            if let Some(path) = variable(name) {
                match roots.add_file(&path, read)? {
                    Ok(()) => roots.add_source(&format!("{name}={path}")),
                    Err(error) => roots.problem = Some(unreadable(&format!("{name}={path}"), &error)),
                }
            }
        }
        Some(roots)
    }

    /// The first bundle that can be read, else Mozilla's roots.
    fn add_bundle(&mut self, read: Read) -> Option<()> {
        for bundle in BUNDLES {
            if self.add_file(bundle, read)?.is_ok() {
                self.add_source(bundle);
                return Some(());
            }
        }
        self.add_source("the roots compiled in");
        self.with_mozilla = true;
        Some(())
    }

    /// As in Go's crypto/x509, one that cannot be read is a problem only where there is no other.
    fn add_configured(&mut self, file: Option<&str>, directories: &str, read: Read) -> Option<()> {
        let mut usable = false;
        let mut problem = None;
        let file = file.map(|path| ("SSL_CERT_FILE", path, true));
        let directories = directories.split(':').map(|path| ("SSL_CERT_DIR", path, false));
        for (variable, path, is_file) in
            file.into_iter().chain(directories.filter(|(_, path, _)| !path.is_empty()))
        {
            let named = format!("{variable}={path}");
            match if is_file { self.add_file(path, read)? } else { self.add_directory(path) } {
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
        Some(())
    }

    fn add_file(&mut self, path: &str, read: Read) -> Option<io::Result<()>> {
        if self.files.iter().any(|known| known == path) {
            return Some(Ok(()));
        }
        Some(read(path)?.map(|text| {
            self.certificates.add(&text);
            self.files.push(path.into());
        }))
    }

    /// With a file, a directory is read only when it is needed.
    fn add_directory(&mut self, path: &str) -> io::Result<()> {
        if self.files.is_empty() {
            return self.certificates.add_directory(path);
        }
        fs::read_dir(path)?;
        self.later.push(path.into());
        Ok(())
    }

    pub fn has_more(&self) -> bool {
        !self.later.is_empty()
    }

    /// Those of the directories that were left for later. A file system that does not respond is skipped.
    fn more(&self) -> &Certificates {
        self.in_directories.get_or_init(|| {
            let (tell, outcome) = mpsc::channel();
            let directories = self.later.clone();
            background::start(move || {
                let mut certificates = Certificates::default();
                for directory in &directories {
                    let _ = certificates.add_directory(directory);
                }
                let _ = tell.send(certificates);
            });
            outcome.recv_timeout(DIRECTORIES_PATIENCE).unwrap_or_default()
        })
    }

    fn add_source(&mut self, source: &str) {
        if !self.source.is_empty() {
            self.source.push_str(", ");
        }
        self.source.push_str(source);
    }

    /// The anchors whose subject is the issuer of a certificate in `chain`: all that verifying it can need.
    pub fn anchors_for(&self, chain: &[&[u8]], with_more: bool) -> RootCertStore {
        let issuers: Vec<&[u8]> =
            chain.iter().filter_map(|der| der::names(der)).map(|names| names.issuer).collect();
        let mut store = RootCertStore::empty();
        let more = with_more.then(|| self.more());
        for certificate in self.certificates.iter().chain(more.into_iter().flat_map(Certificates::iter)) {
            if der::names(certificate).is_some_and(|names| issuers.contains(&names.subject)) {
                // One that webpki cannot read is treated as absent.
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
    (sys::errno_name(error), format!("{named} cannot be read: {}", sys::reason(error)))
}

/// The trust settings of the environment, for the message that reading them takes too long.
pub fn configured() -> String {
    let names = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().chain(EXTRA);
    let set: Vec<_> = names.filter_map(|name| Some(format!("{name}={}", variable(name)?))).collect();
    if set.is_empty() { "the system's".into() } else { set.join(", ") }
}

fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}
