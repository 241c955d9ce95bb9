//! What can go wrong, in the terms of packages/protocol/src/http/transport.ts.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::sys;

/// The step of an exchange, in the order in which they happen.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
pub enum Phase {
    Lookup,
    Connect,
    Proxy,
    Tls,
    Send,
    Receive,
}

const PHASES: [Phase; 6] =
    [Phase::Lookup, Phase::Connect, Phase::Proxy, Phase::Tls, Phase::Send, Phase::Receive];

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Phase::Lookup => "lookup",
            Phase::Connect => "connect",
            Phase::Proxy => "proxy",
            Phase::Tls => "tls",
            Phase::Send => "send",
            Phase::Receive => "receive",
        }
    }

    /// What was being done, for a time-out's message.
    fn doing(self) -> &'static str {
        match self {
            Phase::Lookup => "looking up the name",
            Phase::Connect => "connecting",
            Phase::Proxy => "waiting for the proxy",
            Phase::Tls => "agreeing on TLS",
            Phase::Send => "sending the request",
            Phase::Receive => "waiting for the response",
        }
    }
}

/// How far an exchange has come, shared with whoever must name the step when time runs out.
#[derive(Debug, Default)]
pub struct Progress(AtomicU8);

impl Progress {
    pub fn enter(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Relaxed);
    }

    pub fn phase(&self) -> Phase {
        PHASES[self.0.load(Ordering::Relaxed) as usize]
    }
}

/// A failed exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct NetError {
    pub phase: Phase,
    pub code: &'static str,
    pub message: String,
}

impl NetError {
    pub fn new(phase: Phase, code: &'static str, message: impl Into<String>) -> NetError {
        NetError { phase, code, message: message.into() }
    }

    /// `what` failed with the system's `error`.
    pub fn io(phase: Phase, what: &str, error: &io::Error) -> NetError {
        let code = sys::errno_name(error);
        let reason = match code {
            "ECONNREFUSED" => "connection refused".into(),
            "ECONNRESET" => "the other side closed the connection".into(),
            "ETIMEDOUT" => "timed out".into(),
            "EHOSTUNREACH" => "no route to the host".into(),
            "ENETUNREACH" => "the network is unreachable".into(),
            _ => error.to_string(),
        };
        NetError::new(phase, code, format!("{what}: {reason}"))
    }

    pub fn timeout(phase: Phase, milliseconds: u64) -> NetError {
        NetError::new(
            phase,
            "ETIMEDOUT",
            format!("timed out after {milliseconds} ms while {}", phase.doing()),
        )
    }
}

pub type NetResult<T> = Result<T, NetError>;
