//! SOCKS 5 (RFC 1928) with user name and password (RFC 1929).

use std::io;
use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::net::authority::authority;
use crate::net::error::{NetError, NetResult, Phase};
use crate::net::proxy::{Credentials, Proxy};

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
/// Version of the sub-negotiation of RFC 1929.
const PASSWORD_VERSION: u8 = 1;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Length and bytes of a text; `None` where it does not fit.
fn counted(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(bytes.len()).ok()?;
    Some([&[length], bytes].concat())
}

fn address(host: &str) -> Option<Vec<u8>> {
    Some(match host.parse() {
        Ok(IpAddr::V4(address)) => [&[IPV4], &address.octets()[..]].concat(),
        Ok(IpAddr::V6(address)) => [&[IPV6], &address.octets()[..]].concat(),
        Err(_) => [vec![NAME], counted(host.as_bytes())?].concat(),
    })
}

/// The meaning of a reply of RFC 1928, 6: the code of the failure behind the proxy, and words.
fn reason(reply: u8) -> (&'static str, &'static str) {
    match reply {
        2 => ("ERR_PROXY", "its rules do not allow it"),
        3 => ("ENETUNREACH", "the network is unreachable"),
        4 => ("EHOSTUNREACH", "no route to the host"),
        5 => ("ECONNREFUSED", "connection refused"),
        6 => ("EHOSTUNREACH", "its packets did not get there (TTL expired)"),
        7 => ("ERR_PROXY", "it does not know CONNECT"),
        8 => ("ERR_PROXY", "it does not know this kind of address"),
        _ => ("ERR_PROXY", "it gives no reason"),
    }
}

/// Talks to one proxy.
struct Dialog<'a, S> {
    stream: &'a mut S,
    proxy: &'a Proxy,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Dialog<'_, S> {
    fn refused(&self, message: &str) -> NetError {
        NetError::new(Phase::Proxy, "ERR_PROXY", format!("the proxy {:?} {message}", self.proxy))
    }

    fn broken(&self, error: &io::Error) -> NetError {
        NetError::io(Phase::Proxy, &format!("the proxy {:?}", self.proxy), error)
    }

    async fn send(&mut self, bytes: &[u8]) -> NetResult<()> {
        let sending = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        sending.await.map_err(|error| self.broken(&error))
    }

    async fn receive<const LENGTH: usize>(&mut self) -> NetResult<[u8; LENGTH]> {
        let mut bytes = [0; LENGTH];
        self.stream.read_exact(&mut bytes).await.map_err(|error| self.broken(&error))?;
        Ok(bytes)
    }

    async fn greet(&mut self) -> NetResult<()> {
        let credentials = self.proxy.credentials.clone();
        let methods: &[u8] = if credentials.is_some() {
            &[VERSION, 2, NO_AUTHENTICATION, USER_AND_PASSWORD]
        } else {
            &[VERSION, 1, NO_AUTHENTICATION]
        };
        self.send(methods).await?;
        match (self.receive().await?, credentials) {
            ([VERSION, NO_AUTHENTICATION], _) => Ok(()),
            ([VERSION, USER_AND_PASSWORD], Some(credentials)) => self.authenticate(&credentials).await,
            ([VERSION, _], None) => Err(self.refused("asks for a user name and password")),
            ([VERSION, _], Some(_)) => Err(self.refused("accepts no user name and password")),
            _ => Err(self.refused("did not answer in SOCKS 5")),
        }
    }

    async fn authenticate(&mut self, credentials: &Credentials) -> NetResult<()> {
        let pair = counted(&credentials.user).zip(counted(&credentials.password));
        let Some((user, password)) = pair else {
            return Err(self.refused("cannot be sent a user name or password of more than 255 bytes"));
        };
        self.send(&[vec![PASSWORD_VERSION], user, password].concat()).await?;
        match self.receive().await? {
            [_, 0] => Ok(()),
            [_, _] => Err(self.refused("refuses the user name and password")),
        }
    }

    async fn connect(&mut self, host: &str, port: u16) -> NetResult<()> {
        let to = authority(host, port);
        let Some(address) = address(host) else {
            return Err(self.refused(&format!("cannot be sent a name as long as that of {to}")));
        };
        self.send(&[vec![VERSION, CONNECT, 0], address, port.to_be_bytes().to_vec()].concat()).await?;
        let [version, reply, _, kind] = self.receive().await?;
        if version != VERSION {
            return Err(self.refused("did not answer in SOCKS 5"));
        }
        if reply != 0 {
            let (code, words) = reason(reply);
            let message = format!("the proxy {:?} could not connect to {to}: {words}", self.proxy);
            return Err(NetError::new(Phase::Proxy, code, message));
        }
        // The address that the proxy connects from, and a port: of no use to us.
        let rest = match kind {
            IPV4 => 4,
            IPV6 => 16,
            NAME => usize::from(self.receive::<1>().await?[0]),
            _ => return Err(self.refused("did not answer in SOCKS 5")),
        };
        let mut bound = vec![0; rest + 2];
        self.stream.read_exact(&mut bound).await.map_err(|error| self.broken(&error))?;
        Ok(())
    }
}

/// Asks for a connection to `host:port`. A name is the proxy's to look up.
pub async fn connect<S>(stream: &mut S, proxy: &Proxy, host: &str, port: u16) -> NetResult<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut dialog = Dialog { stream, proxy };
    dialog.greet().await?;
    dialog.connect(host, port).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outcome where the proxy gives these answers one after another, and what it was sent for each.
    fn run(url: &str, host: &str, answers: &[&[u8]]) -> (NetResult<()>, Vec<Vec<u8>>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (mut ours, mut theirs) = tokio::io::duplex(1 << 16);
            let proxy = Proxy::parse(url).unwrap();
            tokio::join!(
                async {
                    let outcome = connect(&mut ours, &proxy, host, 443).await;
                    drop(ours);
                    outcome
                },
                async {
                    let mut sent = Vec::new();
                    for answer in answers {
                        let mut buffer = vec![0; 1024];
                        let length = theirs.read(&mut buffer).await.unwrap();
                        sent.push(buffer[..length].to_vec());
                        theirs.write_all(answer).await.unwrap();
                    }
                    drop(theirs);
                    sent
                }
            )
        })
    }

    const NO_PASSWORD: &[u8] = &[5, 0];
    const CONNECTED: &[u8] = &[5, 0, 0, 1, 10, 0, 0, 1, 0, 80];

    #[test]
    fn a_name_goes_to_the_proxy_as_a_name() {
        let (outcome, sent) = run("socks5h://p", "api.example", &[NO_PASSWORD, CONNECTED]);
        assert_eq!(outcome, Ok(()));
        assert_eq!(sent[0], [5, 1, 0]);
        assert_eq!(sent[1], [&[5, 1, 0, 3, 11], &b"api.example"[..], &[1, 187]].concat());
    }

    #[test]
    fn addresses_go_as_addresses() {
        let request = |host| run("socks5://p", host, &[NO_PASSWORD, CONNECTED]).1.remove(1);
        assert_eq!(request("10.0.0.1"), [5, 1, 0, 1, 10, 0, 0, 1, 1, 187]);
        assert_eq!(request("fd00::1")[..6], [5, 1, 0, 4, 0xfd, 0]);
    }

    #[test]
    fn user_name_and_password() {
        let url = "socks5://us%40er:p%3Ass@p";
        let (outcome, sent) = run(url, "10.0.0.1", &[&[5, 2], &[1, 0], &[5, 0, 0, 3, 1, b'x', 0, 80]]);
        assert_eq!(outcome, Ok(()));
        assert_eq!(sent[0], [5, 2, 0, 2]);
        assert_eq!(sent[1], [&[1, 5], &b"us@er"[..], &[4], &b"p:ss"[..]].concat());
        let refused = run(url, "10.0.0.1", &[&[5, 2], &[1, 1]]).0.unwrap_err();
        assert!(refused.message.ends_with("refuses the user name and password"), "{}", refused.message);
        // A proxy that wants none is not told any.
        assert_eq!(run(url, "10.0.0.1", &[NO_PASSWORD, CONNECTED]).1.len(), 2);
        let long = format!("socks5://u:{}@p", "x".repeat(256));
        assert_eq!(run(&long, "10.0.0.1", &[&[5, 2]]).0.unwrap_err().code, "ERR_PROXY");
    }

    #[test]
    fn refusals() {
        let error = |answers: &[&[u8]]| run("socks5://p", "api.example", answers).0.unwrap_err();
        assert!(error(&[&[5, 0xff]]).message.ends_with("asks for a user name and password"));
        assert!(error(&[b"HTTP/1.1 400 No\r\n\r\n"]).message.ends_with("did not answer in SOCKS 5"));
        for (reply, code) in [
            (1, "ERR_PROXY"),
            (2, "ERR_PROXY"),
            (3, "ENETUNREACH"),
            (4, "EHOSTUNREACH"),
            (5, "ECONNREFUSED"),
            (6, "EHOSTUNREACH"),
            (99, "ERR_PROXY"),
        ] {
            let error = error(&[NO_PASSWORD, &[5, reply, 0, 1, 0, 0, 0, 0, 0, 0]]);
            assert_eq!((error.code, error.phase), (code, Phase::Proxy));
            assert!(error.message.contains("could not connect to api.example:443"), "{}", error.message);
        }
        assert_eq!(error(&[&[5]]).code, "ECONNRESET");
        assert_eq!(error(&[NO_PASSWORD, &[5, 0, 0]]).code, "ECONNRESET");
    }
}
