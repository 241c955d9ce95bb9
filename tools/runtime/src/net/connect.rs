//! Opens a connection: lookup, TCP (several addresses, RFC 8305), proxy tunnel, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_rustls::client::TlsStream;

use super::error::{NetError, NetResult, Phase, Progress};
use super::resolve::resolve;
use super::target::{Target, authority};
use super::tls;

/// Head start of one address before the next is tried beside it (RFC 8305, 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// An open connection, encrypted or not.
pub enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub fn descriptor(&self) -> RawFd {
        match self {
            Stream::Plain(stream) => stream.as_raw_fd(),
            Stream::Tls(stream) => stream.get_ref().0.as_raw_fd(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// Connects to one of `addresses`; the first to answer wins. Fails with the first address's error.
async fn race(addresses: Vec<IpAddr>, port: u16) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter();
    let mut attempts = JoinSet::new();
    let mut first_error = None;
    loop {
        if let Some(address) = waiting.next() {
            attempts.spawn(TcpStream::connect(SocketAddr::new(address, port)));
        }
        let more = waiting.len() > 0;
        tokio::select! {
            outcome = attempts.join_next() => match outcome {
                Some(Ok(Ok(stream))) => return Ok(stream),
                Some(Ok(Err(error))) => first_error = first_error.or(Some(error)),
                Some(Err(error)) => first_error = first_error.or(Some(io::Error::other(error))),
                None => return Err(first_error.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into())),
            },
            () = sleep(ATTEMPT_DELAY), if more => {}
        }
    }
}

async fn open_tcp(
    host: &str,
    port: u16,
    connect_to: Option<&str>,
    progress: &Progress,
) -> NetResult<TcpStream> {
    progress.enter(Phase::Lookup);
    let mut addresses = resolve(connect_to.unwrap_or(host)).await?;
    progress.enter(Phase::Connect);
    let connected = match addresses.as_slice() {
        [address] => TcpStream::connect(SocketAddr::new(*address, port)).await,
        _ => race(std::mem::take(&mut addresses), port).await,
    };
    let failed = |error: io::Error| {
        let at = addresses.first().map(ToString::to_string).filter(|address| address != host);
        let at = at.map_or(String::new(), |address| format!(" ({address})"));
        NetError::io(Phase::Connect, &format!("connecting to {}{at}", authority(host, port)), &error)
    };
    let stream = connected.map_err(failed)?;
    // A request is written whole, and nothing follows that could be merged with it.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Opens a connection to `target` on which requests can be sent.
pub async fn connect(target: &Target, progress: &Progress) -> NetResult<Stream> {
    let (host, port, connect_to) = match &target.proxy {
        Some(proxy) => (proxy.host.as_str(), proxy.port, None),
        None => (target.host.as_str(), target.port, target.connect_to.as_deref()),
    };
    if !target.https {
        return open_tcp(host, port, connect_to, progress).await.map(Stream::Plain);
    }
    // Reading the trust store takes longer than a round trip in the same zone: do both at once.
    let tcp = open_tcp(host, port, connect_to, progress);
    let (tcp, prepared) = tokio::join!(biased; tcp, async { tls::prepare(target) });
    let (mut tcp, prepared) = (tcp?, prepared?);
    if let Some(proxy) = &target.proxy {
        progress.enter(Phase::Proxy);
        proxy.open_tunnel(&mut tcp, &target.authority()).await?;
    }
    progress.enter(Phase::Tls);
    tls::handshake(prepared, tcp, target).await.map(|stream| Stream::Tls(Box::new(stream)))
}
