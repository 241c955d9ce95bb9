//! HTTP/1.1 client: name lookup, TCP, proxies, TLS, one connection pool. No JavaScript in here.

mod authority;
mod certificate;
pub mod client;
mod connect;
mod der;
mod error;
mod exchange;
pub mod identity;
mod names;
pub mod pem;
mod proxy;
mod race;
mod roots;
pub mod sent;
mod stream;
mod target;
#[cfg(test)]
mod testing;
mod tls;
mod tunnel;

pub use client::{Reply, Request};
pub use error::{NetError, Peer};
pub use identity::Identity;
pub use proxy::Proxy;
pub use target::Target;
