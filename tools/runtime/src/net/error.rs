//! The failures of a request, in the terms of packages/protocol's transport.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};

use super::roots;
use crate::sys;

/// The step of an exchange, in the order in which they happen.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
pub enum Phase {
    Lookup,
    Connect,
    Proxy,
    Trust,
    Tls,
    Send,
    Receive,
}

const PHASES: [Phase; 7] =
    [Phase::Lookup, Phase::Connect, Phase::Proxy, Phase::Trust, Phase::Tls, Phase::Send, Phase::Receive];

impl Phase {
    /// The name that programs see: reading the trust store is part of TLS.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Lookup => "lookup",
            Phase::Connect => "connect",
            Phase::Proxy => "proxy",
            Phase::Trust | Phase::Tls => "tls",
            Phase::Send => "send",
            Phase::Receive => "receive",
        }
    }

    /// The current phase, for a time-out's message.
    fn doing(self) -> &'static str {
        match self {
            Phase::Lookup => "looking up the name",
            Phase::Connect => "connecting",
            Phase::Proxy => "waiting for the proxy",
            Phase::Trust => "reading the trusted certificates",
            Phase::Tls => "agreeing on TLS",
            Phase::Send => "sending the request",
            Phase::Receive => "waiting for the response",
        }
    }
}

/// With whom a step was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(u8)]
pub enum Peer {
    #[default]
    Server,
    Proxy,
}

/// How far an exchange has come, for naming the step when time runs out.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    peer: AtomicU8,
}

impl Progress {
    pub fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// With whom the steps are from now on.
    pub fn turn_to(&self, peer: Peer) {
        self.peer.store(peer as u8, Ordering::Relaxed);
    }

    /// The failure to make this step within the time.
    pub fn timeout(&self, milliseconds: u64) -> NetError {
        let phase = PHASES[usize::from(self.phase.load(Ordering::Relaxed))];
        let proxy = self.peer.load(Ordering::Relaxed) == Peer::Proxy as u8;
        NetError::timeout(phase, milliseconds).with(if proxy { Peer::Proxy } else { Peer::Server })
    }
}

/// Problems of a certificate, under the names that programs get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CertificateProblem {
    Expired,
    NotYetValid,
    WrongName,
    UnknownIssuer,
    Other,
}

impl CertificateProblem {
    pub fn name(self) -> &'static str {
        match self {
            CertificateProblem::Expired => "expired",
            CertificateProblem::NotYetValid => "not-yet-valid",
            CertificateProblem::WrongName => "wrong-name",
            CertificateProblem::UnknownIssuer => "unknown-issuer",
            CertificateProblem::Other => "other",
        }
    }
}

/// A failed exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct NetError {
    pub phase: Phase,
    pub peer: Peer,
    pub code: &'static str,
    pub message: String,
    /// Of a proxy's response to CONNECT.
    pub status: Option<u16>,
    /// With ERR_TLS_CERTIFICATE.
    pub certificate: Option<CertificateProblem>,
}

impl NetError {
    pub fn new(phase: Phase, code: &'static str, message: impl Into<String>) -> NetError {
        let (status, certificate) = (None, None);
        NetError { phase, peer: Peer::Server, code, message: message.into(), status, certificate }
    }

    /// The same, of a step with `peer`.
    pub fn with(self, peer: Peer) -> NetError {
        NetError { peer, ..self }
    }

    /// `what` failed with the system's `error`.
    pub fn io(phase: Phase, what: &str, error: &io::Error) -> NetError {
        NetError::new(phase, sys::errno_name(error), format!("{what}: {}", sys::reason(error)))
    }

    pub fn timeout(phase: Phase, milliseconds: u64) -> NetError {
        let mut message = format!("timed out after {milliseconds} ms while {}", phase.doing());
        if phase == Phase::Trust {
            message.push_str(&format!(" ({})", roots::configured()));
        }
        NetError::new(phase, "ETIMEDOUT", message)
    }
}

pub type NetResult<T> = Result<T, NetError>;
