//! A host name becomes addresses: hosts file first, then the servers of resolv.conf, A and AAAA at once.

use std::fs;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::timeout;

use super::dns::{self, Answer, Family};
use super::error::{NetError, NetResult, Phase};
use super::hosts::{self, ResolvConf};

/// How long a second family's answer is waited for once the first has come (RFC 8305, 3).
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);

fn read_text(path: &str) -> String {
    fs::read(path).map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Addresses of `host`, IPv6 and IPv4 in turns where there are both, in the order in which to try them.
pub async fn resolve(host: &str) -> NetResult<Vec<IpAddr>> {
    if let Ok(address) = host.parse() {
        return Ok(vec![address]);
    }
    let listed = hosts::find_in_hosts(&read_text("/etc/hosts"), host.trim_end_matches('.'));
    if !listed.is_empty() {
        return Ok(listed);
    }
    if let Some(addresses) = hosts::loopback(host) {
        return Ok(addresses);
    }
    let conf = ResolvConf::parse(&read_text("/etc/resolv.conf"));
    let mut last = Answer::NoName;
    for name in conf.candidates(host) {
        match lookup(&conf, &name).await {
            Answer::Found(addresses) => return Ok(addresses),
            // A server's failure says more than "no such name" for another candidate.
            answer => {
                if !matches!(last, Answer::Failed(_)) {
                    last = answer;
                }
            }
        }
    }
    Err(match last {
        Answer::Failed(reason) => {
            let servers =
                conf.servers.iter().map(|server| server.ip().to_string()).collect::<Vec<_>>().join(", ");
            NetError::new(
                Phase::Lookup,
                "EAI_AGAIN",
                format!("looking up {host} failed ({reason}; asked {servers})"),
            )
        }
        Answer::NoData => NetError::new(Phase::Lookup, "ENOTFOUND", format!("{host} has no address")),
        _ => NetError::new(Phase::Lookup, "ENOTFOUND", format!("there is no host {host}")),
    })
}

/// Both families of one full name.
async fn lookup(conf: &ResolvConf, name: &str) -> Answer {
    let v4 = ask_all(conf, name, Family::V4);
    let v6 = ask_all(conf, name, Family::V6);
    tokio::pin!(v4, v6);
    let found = |answer: &Answer| matches!(answer, Answer::Found(_));
    let (v4, v6) = tokio::select! {
        first = &mut v4 => {
            let second = if found(&first) { timeout(RESOLUTION_DELAY, v6).await.ok() } else { Some(v6.await) };
            (first, second.unwrap_or(Answer::NoData))
        }
        first = &mut v6 => {
            let second = if found(&first) { timeout(RESOLUTION_DELAY, v4).await.ok() } else { Some(v4.await) };
            (second.unwrap_or(Answer::NoData), first)
        }
    };
    match (v4, v6) {
        (Answer::Found(v4), Answer::Found(v6)) => Answer::Found(interleave(v6, v4)),
        (Answer::Found(addresses), _) | (_, Answer::Found(addresses)) => Answer::Found(addresses),
        (Answer::Failed(reason), _) | (_, Answer::Failed(reason)) => Answer::Failed(reason),
        (Answer::NoData, _) | (_, Answer::NoData) => Answer::NoData,
        _ => Answer::NoName,
    }
}

fn interleave(first: Vec<IpAddr>, second: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut mixed = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        match (first.next(), second.next()) {
            (None, None) => return mixed,
            pair => mixed.extend([pair.0, pair.1].into_iter().flatten()),
        }
    }
}

/// Asks the servers in turn, several rounds, until one says something definite.
async fn ask_all(conf: &ResolvConf, name: &str, family: Family) -> Answer {
    static ROTATION: AtomicUsize = AtomicUsize::new(0);
    let first = if conf.rotate { ROTATION.fetch_add(1, Ordering::Relaxed) } else { 0 };
    let mut last = String::new();
    for _ in 0..conf.attempts {
        for index in 0..conf.servers.len() {
            let server = conf.servers[(first + index) % conf.servers.len()];
            last = match timeout(conf.timeout, dns::ask(server, name, family, conf.use_tcp)).await {
                Ok(Ok(Answer::Failed(reason))) => reason,
                Ok(Ok(answer)) => return answer,
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer".into(),
            };
        }
    }
    Answer::Failed(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let mixed = interleave(vec![ip("::1"), ip("::2")], vec![ip("1.1.1.1"), ip("2.2.2.2"), ip("3.3.3.3")]);
        let expected = ["::1", "1.1.1.1", "::2", "2.2.2.2", "3.3.3.3"].map(ip);
        assert_eq!(mixed, expected);
    }
}
