//! HTTP/1.1 client: name lookup, TCP, proxies, TLS, one connection pool. No JavaScript in here.

pub mod client;
mod connect;
mod der;
mod dns;
mod error;
mod exchange;
mod hosts;
pub mod pem;
mod proxy;
mod resolve;
mod roots;
pub mod sent;
mod target;
mod tls;

pub use client::{Reply, Request};
pub use error::NetError;
pub use target::Target;
