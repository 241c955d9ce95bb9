//! CONNECT (RFC 9110, 9.3.6) with Basic credentials.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::net::authority::authority;
use crate::net::error::{NetError, NetResult, Phase};
use crate::net::proxy::Proxy;

/// Most bytes of a response's head that we read.
const HEAD_LIMIT: usize = 16 << 10;

/// Asks for a tunnel to `host:port`.
pub async fn connect<S>(stream: &mut S, proxy: &Proxy, host: &str, port: u16) -> NetResult<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let to = authority(host, port);
    let authorization =
        proxy.authorization().map_or(String::new(), |value| format!("Proxy-Authorization: {value}\r\n"));
    let request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n{authorization}\r\n");
    let failed = |error: &io::Error| NetError::io(Phase::Proxy, &format!("the proxy {proxy:?}"), error);
    let sending = async {
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await
    };
    sending.await.map_err(|error| failed(&error))?;
    let mut head = Vec::new();
    loop {
        // Nothing can follow the head yet: through the tunnel, a TLS server speaks only after we have.
        match head.windows(4).position(|window| window == b"\r\n\r\n") {
            // 1xx: the response itself is yet to come.
            Some(end) if end > HEAD_LIMIT => return Err(endless(proxy)),
            Some(end) if status(&head).is_some_and(|status| status < 200) => drop(head.drain(..end + 4)),
            Some(_) => return check(&head, proxy, &to),
            None if head.len() > HEAD_LIMIT => return Err(endless(proxy)),
            None => {
                if stream.read_buf(&mut head).await.map_err(|error| failed(&error))? == 0 {
                    return Err(failed(&io::ErrorKind::UnexpectedEof.into()));
                }
            }
        }
    }
}

fn endless(proxy: &Proxy) -> NetError {
    NetError::new(Phase::Proxy, "ERR_PROXY", format!("the proxy {proxy:?} sent an endless response"))
}

/// Of the first line `HTTP/1.1 200 ...`. The header lines are not needed.
fn status(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"HTTP/1.")?;
    let (b'0' | b'1', b' ') = (*rest.first()?, *rest.get(1)?) else { return None };
    let digits = rest.get(2..5).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    if !matches!(rest.get(5), None | Some(b' ' | b'\r' | b'\n')) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|status| *status >= 100)
}

fn check(head: &[u8], proxy: &Proxy, to: &str) -> NetResult<()> {
    let status = status(head);
    let message = match (status, proxy.credentials.is_some()) {
        (Some(200..=299), _) => return Ok(()),
        (Some(407), false) => "asks for a user name and password (407)".into(),
        (Some(407), true) => "refuses the user name and password (407)".into(),
        (Some(code), _) => format!("refuses to connect to {to} ({code})"),
        (None, _) => "did not answer in HTTP".into(),
    };
    let error = NetError::new(Phase::Proxy, "ERR_PROXY", format!("the proxy {proxy:?} {message}"));
    Err(NetError { status, ..error })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outcome of CONNECT if the proxy responds with these bytes, and the bytes that it received.
    fn run(url: &str, answer: &'static [u8]) -> (NetResult<()>, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (mut ours, mut theirs) = tokio::io::duplex(1 << 16);
            let proxy = Proxy::parse(url).unwrap();
            let (outcome, sent) = tokio::join!(connect(&mut ours, &proxy, "fd00::1", 443), async {
                let mut sent = vec![0; 4096];
                let length = theirs.read(&mut sent).await.unwrap();
                theirs.write_all(answer).await.unwrap();
                drop(theirs);
                String::from_utf8(sent[..length].to_vec()).unwrap()
            });
            (outcome, sent)
        })
    }

    #[test]
    fn what_the_proxy_is_sent() {
        let (outcome, sent) = run("http://u:p@p:1", b"HTTP/1.1 200 Connection established\r\n\r\n");
        assert_eq!(outcome, Ok(()));
        assert_eq!(
            sent,
            "CONNECT [fd00::1]:443 HTTP/1.1\r\nHost: [fd00::1]:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n"
        );
    }

    #[test]
    fn what_the_proxy_answers() {
        let error = |url, answer| run(url, answer).0.unwrap_err();
        for (url, answer, status, words) in [
            ("http://p:1", &b"HTTP/1.1 407 No\r\n\r\n"[..], Some(407), "asks for"),
            ("http://u:p@p:1", b"HTTP/1.1 407 No\r\n\r\n", Some(407), "refuses the user name"),
            ("http://p:1", b"HTTP/1.0 502 Bad\r\n\r\n", Some(502), "[fd00::1]:443 (502)"),
            ("http://p:1", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\n\r\n", Some(503), "(503)"),
            ("http://p:1", b"SSH-2.0\r\n\r\n", None, "not answer in HTTP"),
        ] {
            let error = error(url, answer);
            assert_eq!((error.code, error.status), ("ERR_PROXY", status));
            assert!(error.message.contains(words), "{}", error.message);
        }
        assert_eq!(error("http://p:1", b"HTTP/1.1 200").code, "ECONNRESET");
        assert_eq!(run("http://p:1", b"HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n").0, Ok(()));
    }
}
