//! Forward proxies (RFC 9110, 9.3.6): CONNECT with Basic credentials.

use std::fmt;

use http::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::error::{NetError, NetResult, Phase};
use super::target;

/// Most bytes of a CONNECT response's head that we read.
const HEAD_LIMIT: usize = 16 << 10;

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    pub host: String,
    pub port: u16,
    /// Value of Proxy-Authorization.
    pub authorization: Option<String>,
}

impl fmt::Debug for Proxy {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&target::authority(&self.host, self.port))
    }
}

fn percent_decode(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.first_chunk::<2>().and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) if byte == b'%' => {
                out.push(value);
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
    /// From `http://[user:password@]host:port`. The message never repeats the credentials.
    pub fn parse(url: &str) -> NetResult<Proxy> {
        let invalid = |message: &str| NetError::new(Phase::Proxy, "ERR_PROXY", message);
        let uri: Uri = url.parse().map_err(|_| invalid("the proxy's URL is not valid"))?;
        if uri.scheme_str() != Some("http") {
            return Err(invalid("only http: proxies are supported"));
        }
        let authority = uri.authority().ok_or_else(|| invalid("the proxy's URL has no host"))?.as_str();
        let credentials = authority.rsplit_once('@').map(|(credentials, _)| percent_decode(credentials));
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(invalid("the proxy's URL has no host"));
        }
        let authorization = credentials.map(|credentials| {
            let pair =
                if credentials.contains(&b':') { credentials } else { [&credentials[..], b":"].concat() };
            format!("Basic {}", base64_simd::STANDARD.encode_to_string(pair))
        });
        Ok(Proxy { host: host.to_ascii_lowercase(), port: uri.port_u16().unwrap_or(80), authorization })
    }

    /// Asks the proxy behind `stream` for a tunnel to `authority`.
    pub async fn open_tunnel(&self, stream: &mut TcpStream, authority: &str) -> NetResult<()> {
        let authorization = self
            .authorization
            .as_ref()
            .map_or(String::new(), |value| format!("Proxy-Authorization: {value}\r\n"));
        let request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{authorization}\r\n");
        let failed = |error: &std::io::Error| NetError::io(Phase::Proxy, &format!("proxy {self:?}"), error);
        stream.write_all(request.as_bytes()).await.map_err(|error| failed(&error))?;
        let mut head = Vec::new();
        // Nothing can follow the head yet: through the tunnel, a TLS server speaks only after we have.
        while !head.windows(4).any(|window| window == b"\r\n\r\n") {
            if head.len() > HEAD_LIMIT {
                return Err(NetError::new(
                    Phase::Proxy,
                    "ERR_PROXY",
                    format!("proxy {self:?} sent an endless response"),
                ));
            }
            if stream.read_buf(&mut head).await.map_err(|error| failed(&error))? == 0 {
                let closed = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
                return Err(failed(&closed));
            }
        }
        self.check(&head, authority)
    }

    fn check(&self, head: &[u8], authority: &str) -> NetResult<()> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        let message = match (response.parse(head).map(|_| response.code), self.authorization.is_some()) {
            (Ok(Some(200..=299)), _) => return Ok(()),
            (Ok(Some(407)), false) => "asks for a user name and password (407)".into(),
            (Ok(Some(407)), true) => "refuses the user name and password (407)".into(),
            (Ok(Some(code)), _) => format!("refuses to connect to {authority} ({code})"),
            _ => "did not answer in HTTP".into(),
        };
        Err(NetError::new(Phase::Proxy, "ERR_PROXY", format!("proxy {self:?} {message}")))
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
        assert_eq!(proxy.authorization.as_deref(), Some("Basic dXNAZXI6cDpzcw=="));
        assert_eq!(format!("{proxy:?}"), "proxy.example:3128");
        assert_eq!(Proxy::parse("http://user@p:1").unwrap().authorization.as_deref(), Some("Basic dXNlcjo="));
        assert_eq!(Proxy::parse("http://[::1]:8080").unwrap().host, "::1");
        assert_eq!(Proxy::parse("http://p").unwrap().port, 80);
    }

    #[test]
    fn other_schemes_are_refused() {
        for url in ["socks5://p:1", "https://p:1", "p:1", "http://", ""] {
            assert_eq!(Proxy::parse(url).unwrap_err().code, "ERR_PROXY", "{url}");
        }
    }

    #[test]
    fn answers_to_connect() {
        let proxy = |url| Proxy::parse(url).unwrap();
        let check = |url, head: &[u8]| proxy(url).check(head, "a:443").map_err(|error| error.message);
        assert_eq!(check("http://p:1", b"HTTP/1.1 200 Connection established\r\n\r\n"), Ok(()));
        assert!(check("http://p:1", b"HTTP/1.1 407 No\r\n\r\n").unwrap_err().contains("asks for"));
        assert!(
            check("http://u:p@p:1", b"HTTP/1.1 407 No\r\n\r\n")
                .unwrap_err()
                .contains("refuses the user name")
        );
        assert!(check("http://p:1", b"HTTP/1.0 502 Bad\r\n\r\n").unwrap_err().contains("a:443 (502)"));
        assert!(check("http://p:1", b"SSH-2.0\r\n\r\n").unwrap_err().contains("not answer in HTTP"));
    }
}
