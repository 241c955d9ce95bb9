//! The runtime's HTTP client with every module visible: its own `mod.rs` shows only what the engine needs.

#[path = "../../../runtime/src/net/authority.rs"]
pub mod authority;
#[path = "../../../runtime/src/net/certificate.rs"]
pub mod certificate;
#[path = "../../../runtime/src/net/client.rs"]
pub mod client;
#[path = "../../../runtime/src/net/connect.rs"]
pub mod connect;
#[path = "../../../runtime/src/net/der.rs"]
pub mod der;
#[path = "../../../runtime/src/net/error.rs"]
pub mod error;
#[path = "../../../runtime/src/net/exchange.rs"]
pub mod exchange;
#[path = "../../../runtime/src/net/identity.rs"]
pub mod identity;
#[path = "names.rs"]
pub mod names;
#[path = "../../../runtime/src/net/pem.rs"]
pub mod pem;
#[path = "../../../runtime/src/net/proxy.rs"]
pub mod proxy;
#[path = "../../../runtime/src/net/race.rs"]
pub mod race;
#[path = "../../../runtime/src/net/roots.rs"]
pub mod roots;
#[path = "../../../runtime/src/net/sent.rs"]
pub mod sent;
#[path = "../../../runtime/src/net/stream.rs"]
pub mod stream;
#[path = "../../../runtime/src/net/target.rs"]
pub mod target;
#[path = "../../../runtime/src/net/tls.rs"]
pub mod tls;
#[path = "tunnel.rs"]
pub mod tunnel;

pub use client::{Reply, Request};
pub use error::{NetError, Peer};
pub use identity::Identity;
pub use proxy::Proxy;
pub use target::Target;
