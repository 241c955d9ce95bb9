//! One request and its response on an open connection.

use std::error::Error;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use super::error::{NetError, NetResult, Phase, Progress};
use super::proxy::Proxy;
use super::sent;
use super::stream::Stream;
use super::target::Target;
use super::tls;
use crate::sys;

pub type Message = http::Request<Full<Bytes>>;

/// A connection that can carry one request at a time.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    descriptor: i32,
}

/// Why a request went unanswered.
pub enum Failure {
    /// The connection was closed before anything of the request was written: it can go out on another one.
    Unsent(Box<Message>),
    Failed(NetError),
}

impl Connection {
    /// Starts HTTP on a stream. The connection is driven in the background until it closes.
    pub async fn start(stream: Stream) -> NetResult<Connection> {
        let descriptor = stream.descriptor();
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| NetError::new(Phase::Send, "EIO", error.to_string()))?;
        tokio::spawn(async move {
            // The caller that waits for the response gets the error there.
            let _ = connection.await;
        });
        Ok(Connection { sender, descriptor })
    }

    /// Whether another request can be sent: not closed by either side as far as we can see.
    pub fn is_usable(&self) -> bool {
        !self.sender.is_closed() && !sys::peer_closed(self.descriptor)
    }

    /// Sends a request and waits for the response's head.
    pub async fn send(
        &mut self,
        message: Message,
        target: &Target,
        progress: &Progress,
    ) -> Result<Response<Incoming>, Failure> {
        progress.enter(Phase::Send);
        if self.sender.ready().await.is_err() {
            return Err(Failure::Unsent(Box::new(message)));
        }
        let response = self.sender.try_send_request(message);
        progress.enter(Phase::Receive);
        sent::announce();
        response.await.map_err(|mut error| match error.take_message() {
            Some(message) => Failure::Unsent(Box::new(message)),
            None => Failure::Failed(explain(error.error(), target, "the response")),
        })
    }
}

fn too_large(limit: usize, target: &Target) -> NetError {
    let message = format!("the response of {} is larger than {limit} bytes", target.authority());
    NetError::new(Phase::Receive, "ERR_BODY_TOO_LARGE", message)
}

/// The received bytes are not an HTTP response. The two runtimes' parsers have different words for why.
fn not_http(target: &Target) -> NetError {
    let message = format!("the response of {} is not valid HTTP", target.authority());
    NetError::new(Phase::Receive, "ERR_HTTP_PARSE", message)
}

/// Whether it is clear where the body ends (RFC 9112, 6.3): one Content-Length of digits, or chunks, or neither. The library
/// puts up with more.
pub fn check_framing(headers: &HeaderMap, target: &Target) -> NetResult<()> {
    let lengths = headers.get_all(CONTENT_LENGTH);
    let codings = headers.get_all(TRANSFER_ENCODING);
    let digits = |value: &HeaderValue| !value.is_empty() && value.as_bytes().iter().all(u8::is_ascii_digit);
    let clear = match (lengths.iter().count(), codings.iter().count()) {
        (0, 0) => true,
        (1, 0) => lengths.iter().all(digits),
        (0, 1) => codings.iter().all(|value| value.as_bytes().eq_ignore_ascii_case(b"chunked")),
        _ => false,
    };
    if clear { Ok(()) } else { Err(not_http(target)) }
}

/// Reads a whole body of at most `limit` bytes.
pub async fn read_body(mut body: Incoming, limit: usize, target: &Target) -> NetResult<Vec<u8>> {
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit, target));
    }
    let mut bytes = Vec::with_capacity(body.size_hint().lower() as usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| explain(&error, target, "the response's body"))?;
        if let Ok(data) = frame.into_data() {
            if data.len() > limit - bytes.len() {
                return Err(too_large(limit, target));
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes)
}

/// Lower-case names, a repeated header's values joined.
pub fn flatten(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .keys()
        .map(|name| {
            // Bytes, each as the character of its number, as in fetch and in Node (latin1): never invalid.
            let text = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
            let values: Vec<_> = headers.get_all(name).iter().map(|value| text(value.as_bytes())).collect();
            (name.as_str().to_owned(), values.join(", "))
        })
        .collect()
}

/// The I/O error under a hyper error, if there is one.
fn io_source(error: &hyper::Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error);
        }
        source = error.source();
    }
    None
}

fn explain(error: &hyper::Error, target: &Target, what: &str) -> NetError {
    let authority = target.authority();
    if error.is_parse() {
        return not_http(target);
    }
    match io_source(error) {
        Some(error) if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
            let of_proxy = || target.proxy.as_ref().map(Proxy::session);
            match target.session().or_else(of_proxy) {
                Some(session) => NetError { phase: Phase::Receive, ..tls::explain(error, &session) },
                None => NetError::io(Phase::Receive, &format!("waiting for {what} of {authority}"), error),
            }
        }
        // The library's own complaint about chunks and trailers, not the system's about the connection.
        Some(error) if error.raw_os_error().is_none() && sys::errno_name(error) != "ECONNRESET" => {
            not_http(target)
        }
        Some(error) => NetError::io(Phase::Receive, &format!("waiting for {what} of {authority}"), error),
        None if error.is_user() => {
            NetError::new(Phase::Send, "ERR_INVALID_REQUEST", format!("the request cannot be sent: {error}"))
        }
        None => NetError::new(
            Phase::Receive,
            "ECONNRESET",
            format!("{authority} closed the connection before {what} was complete"),
        ),
    }
}

/// A shared progress marker for one request or one connection being opened.
pub type SharedProgress = Arc<Progress>;
