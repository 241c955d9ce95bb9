//! Requests over a pool of connections that lives as long as the process.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue, PROXY_AUTHORIZATION};
use http::{HeaderMap, Method, Uri};
use http_body_util::Full;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::connect::connect;
use super::error::{NetError, NetResult, Phase, Progress};
use super::exchange::{self, Connection, Failure, Message, SharedProgress};
use super::names;
use super::proxy::Proxy;
use super::target::{Target, parse_url};

pub struct Request {
    pub target: Target,
    pub url: String,
    pub method: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub timeout_ms: u64,
    /// For connecting, the proxy and TLS, from the moment when the addresses are known.
    pub connect_timeout_ms: u64,
    pub max_response_bytes: usize,
}

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A connection that is being opened ahead of its request.
struct Pending {
    outcome: oneshot::Receiver<NetResult<Connection>>,
    progress: SharedProgress,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Connection>,
    pending: Vec<Pending>,
}

thread_local! {
    static POOLS: RefCell<HashMap<Target, Pool>> = RefCell::default();
}

fn with_pool<T>(target: &Target, body: impl FnOnce(&mut Pool) -> T) -> T {
    POOLS.with(|pools| {
        let mut pools = pools.borrow_mut();
        if !pools.contains_key(target) {
            pools.insert(target.clone(), Pool::default());
        }
        body(pools.get_mut(target).unwrap_or_else(|| unreachable!("inserted above")))
    })
}

async fn open(target: &Target, limit_ms: u64, progress: &Progress) -> NetResult<Connection> {
    Connection::start(connect(target, Duration::from_millis(limit_ms), progress).await?).await
}

/// Starts opening a connection, unless one is there or on its way. The next request to the target takes it.
pub fn preconnect(target: Target, connect_timeout_ms: u64) {
    let progress = SharedProgress::default();
    let (tell, outcome) = oneshot::channel();
    let needed = with_pool(&target, |pool| {
        let needed = pool.pending.is_empty() && pool.idle.is_empty();
        if needed {
            pool.pending.push(Pending { outcome, progress: progress.clone() });
        }
        needed
    });
    if needed {
        tokio::spawn(async move {
            let _ = tell.send(open(&target, connect_timeout_ms, &progress).await);
        });
    }
}

/// How far the current attempt has come; it changes hands when a request joins a connection being opened.
type Current = RefCell<SharedProgress>;

/// A connection, and whether it may have gone stale since it was opened.
async fn obtain(request: &Request, current: &Current) -> NetResult<(Connection, bool)> {
    let target = &request.target;
    while let Some(connection) = with_pool(target, |pool| pool.idle.pop()) {
        if connection.is_usable() {
            return Ok((connection, true));
        }
    }
    if let Some(mut pending) = with_pool(target, |pool| pool.pending.pop()) {
        match pending.outcome.try_recv() {
            Ok(Ok(connection)) if connection.is_usable() => return Ok((connection, true)),
            Err(oneshot::error::TryRecvError::Empty) => {
                current.replace(pending.progress);
                match pending.outcome.await {
                    Ok(Ok(connection)) if !connection.is_usable() => {}
                    Ok(outcome) => return outcome.map(|connection| (connection, true)),
                    Err(_) => {}
                }
            }
            // It failed or ended before it was wanted, which says little about now.
            _ => {}
        }
    }
    let progress = SharedProgress::default();
    current.replace(progress.clone());
    Ok((open(target, request.connect_timeout_ms, &progress).await?, false))
}

fn build(request: &Request) -> NetResult<Message> {
    let invalid = |what: &str| {
        NetError::new(Phase::Send, "ERR_INVALID_REQUEST", format!("the request has an invalid {what}"))
    };
    let (target, uri) = (&request.target, parse_url(&request.url)?);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let sent: Uri =
        if target.absolute_form() { uri.clone() } else { path.parse().map_err(|_| invalid("path"))? };
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("header name"))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| invalid(&format!("value of header {name}")))?;
        headers.append(name, value);
    }
    if !headers.contains_key(HOST) {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = HeaderValue::from_str(authority).map_err(|_| invalid("host"))?;
        headers.insert(HOST, host);
    }
    // RFC 9110, 8.6: a method that usually has content says so when there is none.
    if request.body.is_empty() && matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    if target.absolute_form()
        && let Some(authorization) = target.proxy.as_ref().and_then(Proxy::authorization)
    {
        headers.insert(
            PROXY_AUTHORIZATION,
            HeaderValue::from_str(&authorization).map_err(|_| invalid("proxy password"))?,
        );
    }
    let mut message = http::Request::new(Full::new(Bytes::copy_from_slice(&request.body)));
    *message.method_mut() = Method::from_bytes(request.method.as_bytes()).map_err(|_| invalid("method"))?;
    *message.uri_mut() = sent;
    *message.headers_mut() = headers;
    Ok(message)
}

async fn exchange(request: &Request, current: &Current) -> NetResult<Reply> {
    let target = &request.target;
    let mut message = build(request)?;
    loop {
        let (mut connection, reused) = obtain(request, current).await?;
        let progress = current.borrow().clone();
        let response = match connection.send(message, target, &progress).await {
            Ok(response) => response,
            Err(Failure::Failed(error)) => return Err(error),
            Err(Failure::Unsent(unsent)) if reused => {
                message = *unsent;
                continue;
            }
            Err(Failure::Unsent(_)) => {
                let message = format!("{} closed the connection at once", target.authority());
                return Err(NetError::new(Phase::Send, "ECONNRESET", message));
            }
        };
        let (head, body) = response.into_parts();
        exchange::check_framing(&head.headers, target)?;
        let body = exchange::read_body(body, request.max_response_bytes, target).await?;
        with_pool(target, |pool| pool.idle.push(connection));
        return Ok(Reply { status: head.status.as_u16(), headers: exchange::flatten(&head.headers), body });
    }
}

/// A time-out; in a lookup, it names the servers that have been silent.
fn late(progress: &Progress, milliseconds: u64) -> NetError {
    let mut error = progress.timeout(milliseconds);
    let silent: Vec<_> = names::silent_servers().iter().map(ToString::to_string).collect();
    if error.phase == Phase::Lookup && !silent.is_empty() {
        error.message.push_str(&format!(" (no answer from {})", silent.join(", ")));
    }
    error
}

/// Sends a request, waits for the whole response. Redirects are responses like any other.
pub async fn request(request: Request) -> NetResult<Reply> {
    let current = RefCell::new(Arc::new(Progress::default()));
    match timeout(Duration::from_millis(request.timeout_ms), exchange(&request, &current)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(late(&current.borrow(), request.timeout_ms)),
    }
}
