//! `host:port` as URLs, CONNECT and messages have it.

/// `host:port`, an IPv6 address in brackets.
pub fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// A URL's host without the brackets of IPv6, in lower case.
pub fn bare_host(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_for_ipv6_alone() {
        assert_eq!(authority("fd00::1", 443), "[fd00::1]:443");
        assert_eq!(authority("10.0.0.1", 80), "10.0.0.1:80");
        assert_eq!(bare_host("[FD00::1]"), "fd00::1");
        assert_eq!(bare_host("API.example"), "api.example");
    }
}
