//! What this process has learnt of the name servers: one that did not respond is queried after the others, so that another
//! lookup, or the same one tried again, does not begin with the same wait.

use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::time::Instant;

use super::resolv_conf::ResolvConf;

/// How long a server may take before the next one is queried as well.
pub const PATIENCE: Duration = Duration::from_secs(1);

thread_local! {
    static SILENT: RefCell<Vec<SocketAddr>> = const { RefCell::new(Vec::new()) };
}

pub fn is_silent(server: SocketAddr) {
    SILENT.with_borrow_mut(|silent| {
        if !silent.contains(&server) {
            silent.push(server);
        }
    });
}

/// Those that have not answered.
pub fn silent() -> Vec<IpAddr> {
    SILENT.with_borrow(|silent| silent.iter().map(SocketAddr::ip).collect())
}

fn has_answered(server: SocketAddr) {
    SILENT.with_borrow_mut(|silent| silent.retain(|known| *known != server));
}

/// The order in which to ask: the file's, from a random one on with `rotate`, silent ones last.
pub fn in_order(conf: &ResolvConf) -> Vec<SocketAddr> {
    let mut servers = conf.servers.clone();
    let mut random = [0];
    if conf.rotate && SystemRandom::new().fill(&mut random).is_ok() {
        let first = usize::from(random[0]) % servers.len();
        servers.rotate_left(first);
    }
    SILENT.with_borrow(|silent| servers.sort_by_key(|server| silent.contains(server)));
    servers
}

/// A query that a server has not responded to: dropped after half of the time limit, it counts as silence.
pub struct Asked {
    server: SocketAddr,
    since: Instant,
}

impl Asked {
    pub fn now(server: SocketAddr) -> Asked {
        Asked { server, since: Instant::now() }
    }

    pub fn answered(self) {
        has_answered(self.server);
        // Nothing to say when it is dropped.
        std::mem::forget(self);
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if self.since.elapsed() >= PATIENCE / 2 {
            is_silent(self.server);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_server_comes_last_until_it_answers() {
        let conf = ResolvConf::parse("nameserver 10.9.0.1\nnameserver 10.9.0.2\nnameserver 10.9.0.3\n", None);
        let order = || in_order(&conf).iter().map(|server| server.ip().to_string()).collect::<Vec<_>>();
        is_silent(conf.servers[0]);
        assert_eq!(order(), ["10.9.0.2", "10.9.0.3", "10.9.0.1"]);
        Asked::now(conf.servers[0]).answered();
        drop(Asked::now(conf.servers[1]));
        assert_eq!(order(), ["10.9.0.1", "10.9.0.2", "10.9.0.3"]);
    }

    #[test]
    fn rotation_begins_anywhere() {
        let conf = ResolvConf::parse("nameserver 10.8.0.1\nnameserver 10.8.0.2\noptions rotate\n", None);
        let firsts: Vec<_> = (0..64).map(|_| in_order(&conf)[0]).collect();
        assert!(conf.servers.iter().all(|server| firsts.contains(server)));
    }
}
