//! The runtime's resolver with every module visible.

#[path = "../../../runtime/src/net/names/hosts.rs"]
pub mod hosts;
#[path = "../../../runtime/src/net/names/lookup.rs"]
pub mod lookup;
#[path = "../../../runtime/src/net/names/message.rs"]
pub mod message;
#[path = "../../../runtime/src/net/names/order.rs"]
pub mod order;
#[path = "../../../runtime/src/net/names/query.rs"]
pub mod query;
#[path = "../../../runtime/src/net/names/resolv_conf.rs"]
pub mod resolv_conf;
#[path = "../../../runtime/src/net/names/servers.rs"]
pub mod servers;

pub use lookup::lookup;
pub use servers::silent as silent_servers;
