//! Opens a TCP connection to a name: one of its addresses, the first to answer wins (RFC 8305, "Happy Eyeballs"). It begins
//! with what the lookup has found so far, adds what else comes, and does not fail before both families have a result.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::authority::authority;
use super::error::{NetError, NetResult, Phase, Progress};
use super::names;

/// Head start of one address before the next is tried in parallel (RFC 8305, 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);
/// How long IPv6 addresses are waited for once there are IPv4 ones (RFC 8305, 3).
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);

/// An open connection, and until when the rest of opening it may take.
pub struct Opened {
    pub stream: TcpStream,
    pub deadline: Instant,
}

/// Addresses that are still to be tried, IPv6 and IPv4 in turns.
#[derive(Default)]
struct Waiting {
    v6: VecDeque<IpAddr>,
    v4: VecDeque<IpAddr>,
    last_was_v6: bool,
}

impl Waiting {
    fn add(&mut self, addresses: Vec<IpAddr>) {
        for address in addresses {
            if address.is_ipv6() { &mut self.v6 } else { &mut self.v4 }.push_back(address);
        }
    }

    fn is_empty(&self) -> bool {
        self.v6.is_empty() && self.v4.is_empty()
    }

    fn next(&mut self) -> Option<IpAddr> {
        let v6_next = !self.v6.is_empty() && (!self.last_was_v6 || self.v4.is_empty());
        self.last_was_v6 = v6_next;
        if v6_next { self.v6.pop_front() } else { self.v4.pop_front() }
    }
}

/// A machine without a route for a family says so at once; it is not what is wrong with the server.
fn has_no_route(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::ENETUNREACH | libc::EADDRNOTAVAIL | libc::EAFNOSUPPORT | libc::EHOSTUNREACH)
    )
}

/// The failure to report for several addresses: the first that is about the server.
fn telling(failures: Vec<(IpAddr, io::Error)>) -> Option<(IpAddr, io::Error)> {
    let first = failures.iter().position(|(_, error)| !has_no_route(error)).unwrap_or(0);
    failures.into_iter().nth(first)
}

fn failed(host: &str, port: u16, address: IpAddr, error: &io::Error) -> NetError {
    let (at, address) = (authority(host, port), address.to_string());
    let at = if address == host { at } else { format!("{at} ({address})") };
    NetError::io(Phase::Connect, &format!("connecting to {at}"), error)
}

async fn connect_one(address: IpAddr, port: u16) -> io::Result<TcpStream> {
    TcpStream::connect(SocketAddr::new(address, port)).await.map_err(|error| match address {
        // A link-local address without a scope (RFC 4007) names no interface. The kernel calls that an invalid argument.
        IpAddr::V6(v6) if v6.is_unicast_link_local() && error.raw_os_error() == Some(libc::EINVAL) => {
            io::Error::from_raw_os_error(libc::ENETUNREACH)
        }
        _ => error,
    })
}

fn late(limit: Duration) -> NetError {
    NetError::timeout(Phase::Connect, limit.as_millis() as u64)
}

/// Opens a connection to `host`. `limit` is for connecting, from the moment when its addresses are known; the lookup has
/// limits of its own.
pub async fn open(host: &str, port: u16, limit: Duration, progress: &Progress) -> NetResult<Opened> {
    progress.enter(Phase::Lookup);
    let opened = match host.parse() {
        Ok(address) => {
            progress.enter(Phase::Connect);
            let deadline = Instant::now() + limit;
            let stream = timeout_at(deadline, connect_one(address, port))
                .await
                .map_err(|_| late(limit))?
                .map_err(|error| failed(host, port, address, &error))?;
            Opened { stream, deadline }
        }
        Err(_) => race(host, port, limit, progress).await?,
    };
    // A request is written whole, and nothing follows that could be merged with it.
    let _ = opened.stream.set_nodelay(true);
    Ok(opened)
}

async fn race(host: &str, port: u16, limit: Duration, progress: &Progress) -> NetResult<Opened> {
    let (tell, mut found) = unbounded_channel();
    let lookup = async {
        let failure = names::lookup(host, &tell).await;
        drop(tell);
        failure
    };
    tokio::pin!(lookup);
    let (mut lookup_failure, mut lookup_is_over, mut all_told) = (None, false, false);
    let (mut waiting, mut attempts, mut failures) = (Waiting::default(), JoinSet::new(), Vec::new());
    let mut next_at = Instant::now();
    let mut deadline = Instant::now() + limit;
    loop {
        if Instant::now() >= next_at
            && let Some(address) = waiting.next()
        {
            progress.enter(Phase::Connect);
            attempts.spawn(async move { (address, connect_one(address, port).await) });
            next_at = Instant::now() + ATTEMPT_DELAY;
        }
        if waiting.is_empty() && attempts.is_empty() {
            if all_told {
                return Err(sum_up(host, port, lookup_failure, failures));
            }
            progress.enter(Phase::Lookup);
        }
        tokio::select! {
            biased;
            Some(Ok((address, outcome))) = attempts.join_next() => match outcome {
                Ok(stream) => {
                    let deadline = if all_told { deadline } else { Instant::now() + limit };
                    return Ok(Opened { stream, deadline });
                }
                Err(error) => {
                    failures.push((address, error));
                    next_at = Instant::now();
                }
            },
            failure = &mut lookup, if !lookup_is_over => (lookup_failure, lookup_is_over) = (failure, true),
            batch = found.recv(), if !all_told => {
                let untried = attempts.is_empty() && failures.is_empty();
                let addresses = batch.unwrap_or_else(|| {
                    all_told = true;
                    Vec::new()
                });
                // The first to come are IPv4's: the other family gets a moment. Whatever comes next ends it.
                let hold = untried && waiting.is_empty() && !addresses.is_empty() && addresses.iter().all(IpAddr::is_ipv4);
                if untried {
                    next_at = if hold { Instant::now() + RESOLUTION_DELAY } else { Instant::now() };
                }
                if !addresses.is_empty() {
                    deadline = Instant::now() + limit;
                }
                waiting.add(addresses);
            }
            () = sleep_until(next_at), if !waiting.is_empty() => {}
            () = sleep_until(deadline), if all_told => return Err(late(limit)),
        }
    }
}

/// The error when no address is left to try.
fn sum_up(host: &str, port: u16, lookup: Option<NetError>, failures: Vec<(IpAddr, io::Error)>) -> NetError {
    match (telling(failures), lookup) {
        // The family that this machine has no route for was found, the other was not.
        (Some((_, error)), Some(lookup)) if has_no_route(&error) => lookup,
        (Some((address, error)), _) => failed(host, port, address, &error),
        (None, Some(lookup)) => lookup,
        // A lookup that did not fail has given an address, and each of them was tried.
        (None, None) => NetError::new(Phase::Lookup, "ENOTFOUND", format!("{host} has no address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::name_server::{Asked, NameServer, Reply};
    use crate::net::testing::namespace;
    use std::net::TcpListener;
    use std::thread;
    use std::time::Instant;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn families_take_turns_and_ipv6_is_first() {
        let mut waiting = Waiting::default();
        waiting.add(["1.1.1.1", "2.2.2.2", "3.3.3.3", "::1", "::2"].map(ip).to_vec());
        let order: Vec<_> = std::iter::from_fn(|| waiting.next()).collect();
        assert_eq!(order, ["::1", "1.1.1.1", "::2", "2.2.2.2", "3.3.3.3"].map(ip));
        // Later addresses wait for their turn, too.
        waiting.add(vec![ip("4.4.4.4"), ip("::4")]);
        assert_eq!(waiting.next(), Some(ip("::4")));
    }

    /// The result of a connection to port 80 of `api.example`, with its duration: the phase and the code of a failure,
    /// or the address. In a network where only loopback's IPv4 network and ::1 have a route.
    fn run(
        conf: &'static str,
        listen: &'static [&'static str],
        answer: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static,
    ) -> (Result<IpAddr, (Phase, &'static str, String)>, Duration) {
        let attempt = move || {
            namespace::enter(&[("resolv.conf", conf), ("hosts", "127.0.0.1 localhost\n")]);
            let _server = NameServer::start_at("127.0.0.1", answer);
            let _listeners: Vec<_> = listen.iter().map(|at| TcpListener::bind((*at, 80)).unwrap()).collect();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let start = Instant::now();
            let opened = runtime
                .block_on(open("api.example", 80, Duration::from_secs(5), &Progress::default()))
                .map(|opened| opened.stream.peer_addr().unwrap().ip())
                .map_err(|error| (error.phase, error.code, error.message));
            (opened, start.elapsed())
        };
        thread::spawn(attempt).join().unwrap()
    }

    const CONF: &str = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";

    /// Skips, with its reason, where there can be no namespaces.
    fn cannot() -> bool {
        namespace::missing().inspect(|reason| eprintln!("skipped: {reason}")).is_some()
    }

    #[test]
    fn an_ipv6_address_that_comes_first_is_not_the_end_on_a_node_without_ipv6() {
        if cannot() {
            return;
        }
        let (outcome, _) = run(CONF, &["127.0.0.7"], |asked| {
            Some(match asked.kind {
                28 => Reply::new().aaaa(&asked.name, "fd00::1"),
                _ => Reply::new().a(&asked.name, [127, 0, 0, 7]).after(Duration::from_millis(150)),
            })
        });
        assert_eq!(outcome, Ok(ip("127.0.0.7")));
    }

    #[test]
    fn dropped_aaaa_questions_cost_the_resolution_delay_alone() {
        if cannot() {
            return;
        }
        let (outcome, elapsed) = run("nameserver 127.0.0.1\n", &["127.0.0.7"], |asked| {
            (asked.kind == 1).then(|| Reply::new().a(&asked.name, [127, 0, 0, 7]))
        });
        assert_eq!(outcome, Ok(ip("127.0.0.7")));
        assert!(elapsed >= RESOLUTION_DELAY && elapsed < Duration::from_secs(1), "{elapsed:?}");
    }

    #[test]
    fn ipv6_is_tried_first_and_another_address_after_a_failure() {
        if cannot() {
            return;
        }
        let both = |asked: &Asked| {
            Some(match asked.kind {
                28 => Reply::new().aaaa(&asked.name, "::1"),
                _ => Reply::new().a(&asked.name, [127, 0, 0, 6]).a(&asked.name, [127, 0, 0, 7]),
            })
        };
        assert_eq!(run(CONF, &["::1", "127.0.0.6"], both).0, Ok(ip("::1")));
        let (outcome, elapsed) = run(CONF, &["127.0.0.7"], both);
        assert_eq!(outcome, Ok(ip("127.0.0.7")));
        assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
    }

    #[test]
    fn the_failure_that_is_told_is_the_servers_own() {
        if cannot() {
            return;
        }
        let (refused, _) = run(CONF, &[], |asked| {
            Some(match asked.kind {
                28 => Reply::new().aaaa(&asked.name, "fd00::1"),
                _ => Reply::new().a(&asked.name, [127, 0, 0, 7]),
            })
        });
        let message = "connecting to api.example:80 (127.0.0.7): connection refused".to_owned();
        assert_eq!(refused, Err((Phase::Connect, "ECONNREFUSED", message)));
        // Nothing but addresses that there is no route for: the code says so.
        let (unreachable, _) = run(CONF, &[], |asked| {
            Some(if asked.kind == 28 { Reply::new().aaaa(&asked.name, "fd00::1") } else { Reply::new() })
        });
        assert!(matches!(unreachable, Err((Phase::Connect, "ENETUNREACH", _))), "{unreachable:?}");
        // The family that there is a route for could not be asked for: that may pass.
        let (unknown, _) = run(CONF, &[], |asked| {
            Some(if asked.kind == 28 {
                Reply::new().aaaa(&asked.name, "fd00::1")
            } else {
                Reply::new().rcode(2)
            })
        });
        assert!(matches!(unknown, Err((Phase::Lookup, "EAI_AGAIN", _))), "{unknown:?}");
    }

    #[test]
    fn a_literal_ipv6_host_needs_no_lookup() {
        let listener = TcpListener::bind("[::1]:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let progress = Progress::default();
        let opened = runtime.block_on(open("::1", port, Duration::from_secs(5), &progress));
        assert_eq!(opened.map(|opened| opened.stream.peer_addr().unwrap().ip()), Ok(ip("::1")));
    }
}
