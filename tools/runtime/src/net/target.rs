//! Where a connection goes, from what a program says.

use http::Uri;

use super::authority::{authority, bare_host};
use super::error::{NetError, NetResult, Phase};
use super::identity::Identity;
use super::proxy::{Proxy, Scheme};
use super::tls::Session;

/// Everything that two requests must agree on to share a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    pub https: bool,
    /// Host name or IP address, without brackets, in lower case.
    pub host: String,
    pub port: u16,
    pub proxy: Option<Proxy>,
    /// PEM that replaces the trust store.
    pub ca: Option<String>,
    /// Name for SNI and for the certificate check, instead of `host`.
    pub server_name: Option<String>,
    /// IP address to connect to, instead of looking `host` up.
    pub connect_to: Option<String>,
    /// The client certificate, for servers that request one.
    pub identity: Option<Identity>,
}

fn invalid(message: String) -> NetError {
    NetError::new(Phase::Lookup, "ERR_INVALID_URL", message)
}

/// Parses an absolute `http:` or `https:` URL. The message names no more of it than its scheme and host.
pub fn parse_url(url: &str) -> NetResult<Uri> {
    let uri: Uri = url.parse().map_err(|_| invalid("the URL is not valid".into()))?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        _ => return Err(invalid("the URL is neither http: nor https:".into())),
    }
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if authority.contains('@') {
        return Err(invalid("the URL has a user name or password in it".into()));
    }
    if authority.is_empty() || authority.starts_with(':') {
        return Err(invalid("the URL has no host".into()));
    }
    let after_host = authority.rsplit(']').next().unwrap_or_default();
    if after_host.contains(':') && uri.port_u16().is_none() {
        return Err(invalid("the URL has an impossible port".into()));
    }
    Ok(uri)
}

impl Target {
    /// The target of `url`, with no options set.
    pub fn of(url: &str) -> NetResult<Target> {
        let uri = parse_url(url)?;
        let https = uri.scheme_str() == Some("https");
        let host = bare_host(uri.host().unwrap_or_default());
        let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        Ok(Target {
            https,
            host,
            port,
            proxy: None,
            ca: None,
            server_name: None,
            connect_to: None,
            identity: None,
        })
    }

    /// `host:port`, an IPv6 address in brackets.
    pub fn authority(&self) -> String {
        authority(&self.host, self.port)
    }

    /// TLS with the server, where the URL says so.
    pub fn session(&self) -> Option<Session<'_>> {
        let name = self.server_name.as_deref().unwrap_or(&self.host);
        self.https.then(|| Session {
            authority: self.authority(),
            name,
            ca: self.ca.as_deref(),
            identity: self.identity.as_ref(),
        })
    }

    /// Whether a request is sent to the proxy itself, in absolute form, rather than through a tunnel.
    pub fn absolute_form(&self) -> bool {
        !self.https && self.proxy.as_ref().is_some_and(|proxy| proxy.scheme != Scheme::Socks)
    }

    /// Whether opening a connection takes the system's trust store.
    pub fn needs_system_roots(&self) -> bool {
        (self.https && self.ca.is_none())
            || self.proxy.as_ref().is_some_and(|proxy| proxy.scheme == Scheme::Https)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_ports_and_brackets() {
        for (url, host, port, authority) in [
            ("http://Example.COM/x?y", "example.com", 80, "example.com:80"),
            ("https://a.b:8443", "a.b", 8443, "a.b:8443"),
            ("https://[fd00::1]/", "fd00::1", 443, "[fd00::1]:443"),
            ("http://169.254.169.254/latest", "169.254.169.254", 80, "169.254.169.254:80"),
        ] {
            let target = Target::of(url).unwrap();
            assert_eq!((target.host.as_str(), target.port), (host, port));
            assert_eq!(target.authority(), authority);
        }
    }

    #[test]
    fn what_is_not_an_absolute_http_url_is_refused() {
        for url in [
            "",
            "/x",
            "ftp://a/",
            "https://",
            "https://u:secret@host/",
            "http://a b/",
            "http://:80/",
            "http://a:99999/",
        ] {
            let error = Target::of(url).unwrap_err();
            assert_eq!(error.code, "ERR_INVALID_URL", "{url}");
            assert!(!error.message.contains("secret"));
        }
    }
}
