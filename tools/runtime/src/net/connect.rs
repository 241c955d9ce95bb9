//! Opens a connection: TCP, the proxy's part, TLS.

use std::time::Duration;

use tokio::time::timeout_at;

use super::error::Phase;
use super::error::{NetResult, Peer, Progress};
use super::proxy::Scheme;
use super::roots::Roots;
use super::stream::Stream;
use super::target::Target;
use super::tls::{self, Session};
use super::{race, tunnel};

/// Opens a connection to `target` on which requests can be sent. `limit` is for all of it but the lookup.
pub async fn connect(target: &Target, limit: Duration, progress: &Progress) -> NetResult<Stream> {
    // Reading the trust store takes as long as a round trip in the same zone: it is done while TCP connects.
    let trust = async {
        if target.needs_system_roots() {
            // The packets of the lookup and the connection attempts go out first.
            tokio::task::yield_now().await;
            Roots::start_loading();
        }
    };
    let Some(proxy) = &target.proxy else {
        let host = target.connect_to.as_deref().unwrap_or(&target.host);
        let (opened, ()) = tokio::join!(biased; race::open(host, target.port, limit, progress), trust);
        let opened = opened?;
        let securing = secure(Stream::Plain(opened.stream), target.session(), progress);
        return in_time(opened.deadline, limit, progress, securing).await;
    };
    progress.turn_to(Peer::Proxy);
    let of_proxy = |error: super::NetError| error.with(Peer::Proxy);
    let (opened, ()) = tokio::join!(biased; race::open(&proxy.host, proxy.port, limit, progress), trust);
    let opened = opened.map_err(of_proxy)?;
    in_time(opened.deadline, limit, progress, async {
        let plain = Stream::Plain(opened.stream);
        let session = (proxy.scheme == Scheme::Https).then(|| proxy.session());
        let mut stream = secure(plain, session, progress).await.map_err(of_proxy)?;
        if !target.absolute_form() {
            progress.enter(Phase::Proxy);
            tunnel::open(&mut stream, proxy, target).await.map_err(of_proxy)?;
        }
        progress.turn_to(Peer::Server);
        secure(stream, target.session(), progress).await
    })
    .await
}

async fn in_time(
    deadline: tokio::time::Instant,
    limit: Duration,
    progress: &Progress,
    work: impl Future<Output = NetResult<Stream>>,
) -> NetResult<Stream> {
    let late = |_| progress.timeout(limit.as_millis() as u64);
    timeout_at(deadline, work).await.map_err(late)?
}

/// TLS over `stream`, where a session is wanted.
async fn secure(stream: Stream, session: Option<Session<'_>>, progress: &Progress) -> NetResult<Stream> {
    let Some(session) = session else { return Ok(stream) };
    progress.enter(Phase::Trust);
    let prepared = tls::prepare(&session).await?;
    progress.enter(Phase::Tls);
    tls::handshake(prepared, stream, &session).await.map(|stream| Stream::Tls(Box::new(stream)))
}
