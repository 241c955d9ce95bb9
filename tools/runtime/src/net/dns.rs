//! One question to one name server (RFC 1035; UDP, then TCP where the answer was cut short).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ring::rand::{SecureRandom, SystemRandom};
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::{TcpStream, UdpSocket};

/// What a server said.
#[derive(Debug, PartialEq)]
pub enum Answer {
    /// Addresses, at least one.
    Found(Vec<IpAddr>),
    /// The name exists but has no address of the family that was asked for.
    NoData,
    /// There is no such name.
    NoName,
    /// The server could not say (SERVFAIL, REFUSED, garbage); another one may.
    Failed(String),
    /// The answer did not fit into a datagram.
    Truncated,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Family {
    V4,
    V6,
}

impl Family {
    fn record_type(self) -> TYPE {
        match self {
            Family::V4 => TYPE::A,
            Family::V6 => TYPE::AAAA,
        }
    }
}

/// A query's bytes, and what its answer must repeat.
struct Query<'a> {
    id: u16,
    name: &'a str,
    family: Family,
    bytes: Vec<u8>,
}

impl<'a> Query<'a> {
    fn new(name: &'a str, family: Family) -> io::Result<Query<'a>> {
        let mut id = [0; 2];
        SystemRandom::new()
            .fill(&mut id)
            .map_err(|_| io::Error::other("the system gives no random numbers"))?;
        let id = u16::from_ne_bytes(id);
        let mut packet = Packet::new_query(id);
        packet.set_flags(PacketFlag::RECURSION_DESIRED);
        let qname = Name::new(name).map_err(|_| io::ErrorKind::InvalidInput)?;
        packet.questions.push(Question::new(qname, family.record_type().into(), CLASS::IN.into(), false));
        let bytes = packet.build_bytes_vec().map_err(|_| io::ErrorKind::InvalidInput)?;
        Ok(Query { id, name, family, bytes })
    }

    /// `None` for a datagram that does not answer this query: somebody else's, or forged.
    fn read(&self, message: &[u8]) -> Option<Answer> {
        let packet = Packet::parse(message).ok()?;
        let asked = packet.questions.first()?;
        if packet.id() != self.id
            || !packet.has_flags(PacketFlag::RESPONSE)
            || asked.qtype != QTYPE::TYPE(self.family.record_type())
            || asked.qclass != QCLASS::CLASS(CLASS::IN)
            || !asked.qname.to_string().eq_ignore_ascii_case(self.name)
        {
            return None;
        }
        if packet.has_flags(PacketFlag::TRUNCATION) {
            return Some(Answer::Truncated);
        }
        Some(match packet.rcode() {
            RCODE::NoError => self.addresses(&packet),
            RCODE::NameError => Answer::NoName,
            other => Answer::Failed(format!("{other:?}")),
        })
    }

    /// A recursive server puts the whole CNAME chain into its answer, so every address in it is the name's.
    fn addresses(&self, packet: &Packet<'_>) -> Answer {
        let found: Vec<IpAddr> = packet
            .answers
            .iter()
            .filter_map(|record| match &record.rdata {
                RData::A(a) if self.family == Family::V4 => Some(Ipv4Addr::from(a.address).into()),
                RData::AAAA(aaaa) if self.family == Family::V6 => Some(Ipv6Addr::from(aaaa.address).into()),
                _ => None,
            })
            .collect();
        if found.is_empty() { Answer::NoData } else { Answer::Found(found) }
    }
}

/// A datagram, or the news that nobody listens there: tokio's own `recv` waits for data only.
async fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        if socket.ready(Interest::READABLE | Interest::ERROR).await?.is_error() {
            if let Some(error) = socket.take_error()? {
                return Err(error);
            }
            // Nothing after all: wait for the next one.
            let _ = socket.try_io(Interest::ERROR, || Err::<(), _>(io::ErrorKind::WouldBlock.into()));
        }
        match socket.try_recv(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            outcome => return outcome,
        }
    }
}

async fn ask_udp(server: SocketAddr, query: &Query<'_>) -> io::Result<Answer> {
    let any: SocketAddr =
        if server.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await?;
    // Connected: the kernel drops what comes from elsewhere and reports a refused port.
    socket.connect(server).await?;
    socket.send(&query.bytes).await?;
    let mut buffer = [0; 4096];
    loop {
        let length = receive(&socket, &mut buffer).await?;
        if let Some(answer) = query.read(&buffer[..length]) {
            return Ok(answer);
        }
    }
}

async fn ask_tcp(server: SocketAddr, query: &Query<'_>) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(server).await?;
    let length = (query.bytes.len() as u16).to_be_bytes();
    stream.write_all(&[&length, &query.bytes[..]].concat()).await?;
    let length = stream.read_u16().await?;
    let mut message = vec![0; length.into()];
    stream.read_exact(&mut message).await?;
    Ok(query.read(&message).unwrap_or_else(|| Answer::Failed("an answer to another question".into())))
}

/// Asks `server` for the addresses of `name`. Never ends by itself where no answer comes.
pub async fn ask(server: SocketAddr, name: &str, family: Family, use_tcp: bool) -> io::Result<Answer> {
    let query = Query::new(name, family)?;
    match if use_tcp { Answer::Truncated } else { ask_udp(server, &query).await? } {
        Answer::Truncated => ask_tcp(server, &query).await,
        answer => Ok(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::ResourceRecord;
    use simple_dns::rdata::{A, CNAME};

    fn reply(query: &Query<'_>, id: u16, build: impl FnOnce(&mut Packet<'_>)) -> Vec<u8> {
        let mut packet = Packet::new_reply(id);
        let name = Name::new_unchecked(query.name);
        packet.questions.push(Question::new(
            name,
            query.family.record_type().into(),
            CLASS::IN.into(),
            false,
        ));
        build(&mut packet);
        packet.build_bytes_vec().unwrap()
    }

    fn a(name: &str, address: [u8; 4]) -> ResourceRecord<'_> {
        let rdata = RData::A(A { address: u32::from_be_bytes(address) });
        ResourceRecord::new(Name::new_unchecked(name), CLASS::IN, 60, rdata)
    }

    #[test]
    fn follows_aliases_within_one_answer() {
        let query = Query::new("api.example", Family::V4).unwrap();
        let message = reply(&query, query.id, |packet| {
            let alias = RData::CNAME(CNAME(Name::new_unchecked("lb.example")));
            packet.answers.push(ResourceRecord::new(
                Name::new_unchecked("api.example"),
                CLASS::IN,
                60,
                alias,
            ));
            packet.answers.push(a("lb.example", [10, 0, 0, 7]));
        });
        assert_eq!(query.read(&message), Some(Answer::Found(vec![Ipv4Addr::new(10, 0, 0, 7).into()])));
    }

    #[test]
    fn other_peoples_answers_are_ignored() {
        let query = Query::new("api.example", Family::V4).unwrap();
        let forged = reply(&query, query.id.wrapping_add(1), |packet| {
            packet.answers.push(a("api.example", [6, 6, 6, 6]))
        });
        assert_eq!(query.read(&forged), None);
        let other = Query { id: query.id, name: "evil.example", family: Family::V4, bytes: vec![] };
        assert_eq!(query.read(&reply(&other, query.id, |_| {})), None);
        assert_eq!(query.read(&query.bytes), None, "a query is not a response");
        assert_eq!(query.read(b"garbage"), None);
    }

    #[test]
    fn no_such_name_no_data_and_truncation() {
        let query = Query::new("api.example", Family::V6).unwrap();
        let read = |build: fn(&mut Packet<'_>)| query.read(&reply(&query, query.id, build));
        assert_eq!(read(|packet| *packet.rcode_mut() = RCODE::NameError), Some(Answer::NoName));
        assert_eq!(read(|_| {}), Some(Answer::NoData));
        assert_eq!(read(|packet| packet.set_flags(PacketFlag::TRUNCATION)), Some(Answer::Truncated));
        assert!(matches!(read(|packet| *packet.rcode_mut() = RCODE::ServerFailure), Some(Answer::Failed(_))));
    }
}
