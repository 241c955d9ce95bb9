//! Through a proxy to a server: CONNECT or SOCKS.

mod http;
mod socks;

use super::error::NetResult;
use super::proxy::{Proxy, Scheme};
use super::stream::Stream;
use super::target::Target;

/// Asks the proxy behind `stream` to pass on what follows to the target's server.
pub async fn open(stream: &mut Stream, proxy: &Proxy, target: &Target) -> NetResult<()> {
    let host = target.connect_to.as_deref().unwrap_or(&target.host);
    match proxy.scheme {
        Scheme::Http | Scheme::Https => http::connect(stream, proxy, host, target.port).await,
        Scheme::Socks => socks::connect(stream, proxy, host, target.port).await,
    }
}
