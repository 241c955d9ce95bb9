//! A forward proxy, from its URL.

use std::fmt;

use http::Uri;

use super::authority::{authority, bare_host};
use super::error::{NetError, NetResult, Peer, Phase};
use super::tls::Session;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    Http,
    /// HTTP over TLS to the proxy itself.
    Https,
    /// SOCKS 5; names are the proxy's to look up, as with Go's client, whether the URL says `socks5` or `socks5h`.
    Socks,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Credentials {
    pub user: Vec<u8>,
    pub password: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    pub scheme: Scheme,
    pub host: String,
    pub port: u16,
    pub credentials: Option<Credentials>,
}

impl fmt::Debug for Proxy {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&authority(&self.host, self.port))
    }
}

/// A `%` that no two hexadecimal digits follow stands for itself.
fn percent_decode(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                rest = &tail[2..];
            }
            _ => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    out
}

impl Proxy {
    /// From `scheme://[user[:password]@]host[:port]`. The message never repeats the credentials.
    pub fn parse(url: &str) -> NetResult<Proxy> {
        let invalid = |message: &str| NetError::new(Phase::Proxy, "ERR_PROXY", message).with(Peer::Proxy);
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("the proxy's URL is not valid"))?;
        let (scheme, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (Scheme::Http, 80),
            "https" => (Scheme::Https, 443),
            "socks5" | "socks5h" => (Scheme::Socks, 1080),
            _ => return Err(invalid("only http:, https: and socks5: proxies are supported")),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (credentials, address) = match rest[..end].rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials), address),
            None => (None, &rest[..end]),
        };
        // The library's idea of a host and a port; credentials may hold what it does not accept.
        let uri: Uri =
            format!("http://{address}/").parse().map_err(|_| invalid("the proxy's URL is not valid"))?;
        let host = bare_host(uri.host().unwrap_or_default());
        if host.is_empty() {
            return Err(invalid("the proxy's URL has no host"));
        }
        let has_port = address.rsplit(']').next().is_some_and(|after_host| after_host.contains(':'));
        let port = match uri.port_u16() {
            Some(port) => port,
            None if has_port => return Err(invalid("the proxy's URL has an impossible port")),
            None => default_port,
        };
        let credentials = credentials.map(|credentials| {
            let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
            Credentials { user: percent_decode(user), password: percent_decode(password) }
        });
        Ok(Proxy { scheme, host, port, credentials })
    }

    /// Value of Proxy-Authorization (RFC 7617).
    pub fn authorization(&self) -> Option<String> {
        let Credentials { user, password } = self.credentials.as_ref()?;
        let pair = [user, &b":"[..], password].concat();
        Some(format!("Basic {}", base64_simd::STANDARD.encode_to_string(pair)))
    }

    /// TLS to the proxy itself: its own name, and the system's trust whatever a request says of its server.
    pub fn session(&self) -> Session<'_> {
        Session { authority: format!("the proxy {self:?}"), name: &self.host, ca: None, identity: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_decoded_and_never_shown() {
        let proxy = Proxy::parse("http://us%40er:p%3Ass@Proxy.example:3128").unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 3128));
        // us@er:p:ss
        assert_eq!(proxy.authorization().as_deref(), Some("Basic dXNAZXI6cDpzcw=="));
        assert_eq!(format!("{proxy:?}"), "proxy.example:3128");
        assert_eq!(
            Proxy::parse("http://user@p:1").unwrap().authorization().as_deref(),
            Some("Basic dXNlcjo=")
        );
        assert_eq!(Proxy::parse("http://p").unwrap().authorization(), None);
    }

    #[test]
    fn a_password_with_a_bare_percent_sign_or_an_at_sign() {
        let password =
            |url| String::from_utf8(Proxy::parse(url).unwrap().credentials.unwrap().password).unwrap();
        assert_eq!(password("http://u:100%@p:1"), "100%");
        assert_eq!(password("http://u:%zz%4@p:1"), "%zz%4");
        assert_eq!(password("http://u:a@b@p:1"), "a@b");
        assert_eq!(password("http://u:%C3%A4%00+@p:1"), "ä\0+");
    }

    #[test]
    fn schemes_hosts_and_ports() {
        for (url, scheme, shown) in [
            ("http://p", Scheme::Http, "p:80"),
            ("https://p", Scheme::Https, "p:443"),
            ("HTTPS://P:8443/", Scheme::Https, "p:8443"),
            ("socks5://p", Scheme::Socks, "p:1080"),
            ("socks5h://u:p@p:9", Scheme::Socks, "p:9"),
            ("http://[::1]:8080", Scheme::Http, "[::1]:8080"),
            ("socks5://[fd00::1]", Scheme::Socks, "[fd00::1]:1080"),
        ] {
            let proxy = Proxy::parse(url).unwrap();
            assert_eq!((proxy.scheme, format!("{proxy:?}")), (scheme, shown.to_owned()), "{url}");
        }
    }

    #[test]
    fn what_is_not_a_proxy() {
        for url in [
            "socks4://p:1",
            "ftp://p:1",
            "p:1",
            "http://",
            "http://user:secret@",
            "http://p:99999",
            "http://p:x",
            "",
        ] {
            let error = Proxy::parse(url).unwrap_err();
            assert_eq!((error.code, error.peer), ("ERR_PROXY", Peer::Proxy), "{url}");
            assert!(!error.message.contains("secret"));
        }
    }
}
