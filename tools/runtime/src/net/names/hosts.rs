//! /etc/hosts (hosts(5)), and the names that never leave the machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
    fn localhost_never_leaves_the_machine() {
        assert!(loopback("localhost").is_some() && loopback("x.localhost").is_some());
        assert!(loopback("localhost.example").is_none());
    }
}
