//! /etc/hosts and /etc/resolv.conf, read by ourselves: a static executable cannot load glibc's name service modules.
//! Formats: hosts(5) and resolv.conf(5).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Addresses of `name` in a hosts file, in the file's order.
pub fn find_in_hosts(text: &str, name: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_ascii_whitespace();
        let Some(Ok(address)) = words.next().map(|word| word.parse::<IpAddr>()) else {
            continue;
        };
        if words.any(|word| word.trim_end_matches('.').eq_ignore_ascii_case(name))
            && !found.contains(&address)
        {
            found.push(address);
        }
    }
    found
}

/// Addresses of `localhost` and names below it, which never go to a server (RFC 6761, 6.3).
pub fn loopback(name: &str) -> Option<Vec<IpAddr>> {
    (name == "localhost" || name.ends_with(".localhost"))
        .then(|| vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()])
}

#[derive(Debug, PartialEq)]
pub struct ResolvConf {
    pub servers: Vec<SocketAddr>,
    pub search: Vec<String>,
    /// A name with at least this many dots is tried as it is before the search list.
    pub ndots: usize,
    /// For one answer of one server.
    pub timeout: Duration,
    pub attempts: u32,
    pub rotate: bool,
    pub use_tcp: bool,
}

impl Default for ResolvConf {
    /// Without a file, a server on this machine is asked, as glibc does.
    fn default() -> Self {
        ResolvConf {
            servers: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 53))],
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            rotate: false,
            use_tcp: false,
        }
    }
}

/// `fe80::1%eth0` has a scope that only the system's own resolver could look up; numbers work.
fn parse_server(word: &str) -> Option<SocketAddr> {
    match word.split_once('%') {
        None => word.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, 53)),
        Some((address, scope)) => {
            let address = address.parse::<Ipv6Addr>().ok()?;
            Some(std::net::SocketAddrV6::new(address, 53, 0, scope.parse().ok()?).into())
        }
    }
}

impl ResolvConf {
    pub fn parse(text: &str) -> ResolvConf {
        let mut conf = ResolvConf { servers: Vec::new(), ..ResolvConf::default() };
        for line in text.lines().filter(|line| !line.starts_with(['#', ';'])) {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => conf.servers.extend(words.next().and_then(parse_server)),
                Some("domain" | "search") => {
                    conf.search = words
                        .map(|word| word.trim_end_matches('.').into())
                        .filter(|word: &String| !word.is_empty())
                        .collect();
                }
                Some("options") => words.for_each(|word| conf.option(word)),
                _ => {}
            }
        }
        // glibc uses three.
        conf.servers.truncate(3);
        if conf.servers.is_empty() {
            conf.servers = ResolvConf::default().servers;
        }
        conf
    }

    fn option(&mut self, word: &str) {
        let (name, value) = word.split_once(':').unwrap_or((word, ""));
        let number = value.parse::<u32>();
        match (name, number) {
            ("ndots", Ok(number)) => self.ndots = number.min(15) as usize,
            ("timeout", Ok(number)) => self.timeout = Duration::from_secs(number.clamp(1, 30).into()),
            ("attempts", Ok(number)) => self.attempts = number.clamp(1, 5),
            ("rotate", _) => self.rotate = true,
            ("use-vc", _) => self.use_tcp = true,
            _ => {}
        }
    }

    /// Full names to ask for, in order.
    pub fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(absolute) = name.strip_suffix('.') {
            return vec![absolute.into()];
        }
        let searched = self.search.iter().map(|domain| format!("{name}.{domain}"));
        if name.matches('.').count() >= self.ndots {
            std::iter::once(name.into()).chain(searched).collect()
        } else {
            searched.chain(std::iter::once(name.into())).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_lines_comments_and_aliases() {
        let text = "127.0.0.1 localhost\n# 10.0.0.9 api\n10.0.0.1\tapi.example.com  API # 10.0.0.8 api\nfd00::1 api\nbad api\n10.0.0.1 api";
        let found = |name| find_in_hosts(text, name).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(found("api"), ["10.0.0.1", "fd00::1"]);
        assert_eq!(found("api.example.com"), ["10.0.0.1"]);
        assert!(found("10.0.0.8").is_empty() && found("example.com").is_empty());
    }

    #[test]
    fn resolv_conf_in_full() {
        let conf = ResolvConf::parse(
            "# comment\nnameserver 10.0.0.2\nnameserver fe80::1%3\nnameserver nonsense\nsearch a.example. b.example\n\
             options ndots:5 timeout:1 attempts:9 rotate edns0\n",
        );
        assert_eq!(
            conf.servers.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["10.0.0.2:53", "[fe80::1%3]:53"]
        );
        assert_eq!(
            (conf.ndots, conf.timeout, conf.attempts, conf.rotate),
            (5, Duration::from_secs(1), 5, true)
        );
        assert_eq!(conf.candidates("ecr.aws"), ["ecr.aws.a.example", "ecr.aws.b.example", "ecr.aws"]);
        assert_eq!(conf.candidates("ecr.aws."), ["ecr.aws"]);
    }

    #[test]
    fn an_empty_resolv_conf_means_a_local_server() {
        assert_eq!(ResolvConf::parse(""), ResolvConf::default());
        assert_eq!(ResolvConf::default().candidates("a.b"), ["a.b"]);
    }

    #[test]
    fn localhost_never_leaves_the_machine() {
        assert!(loopback("localhost").is_some() && loopback("x.localhost").is_some());
        assert!(loopback("localhost.example").is_none());
    }
}
