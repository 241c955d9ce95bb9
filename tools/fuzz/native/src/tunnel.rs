//! The runtime's tunnels with every module visible, and the runtime's own `open` over them.

#[path = "../../../runtime/src/net/tunnel/http.rs"]
pub mod http;
#[path = "../../../runtime/src/net/tunnel/socks.rs"]
pub mod socks;

use super::error::NetResult;
use super::proxy::Proxy;
use super::stream::Stream;
use super::target::Target;

/// The fuzzer opens no sockets.
pub async fn open(_: &mut Stream, _: &Proxy, _: &Target) -> NetResult<()> {
    unreachable!("a tunnel over a socket")
}
