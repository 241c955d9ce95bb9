//! A name server for tests that says, or withholds, whatever it is told to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A response to be: sections, and the ways in which it is wrong.
#[derive(Clone, Default)]
pub struct Reply {
    flags: u16,
    counts: [Option<u16>; 3],
    records: Vec<Vec<u8>>,
    tail: Vec<u8>,
    without_question: bool,
    forged_id: Option<fn(u16) -> u16>,
    delay: Duration,
}

fn encoded(name: &str) -> Vec<u8> {
    let mut out: Vec<u8> =
        name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    out.push(0);
    out
}

impl Reply {
    /// Recursion desired and available.
    pub fn new() -> Reply {
        Reply { flags: 0x8180, ..Reply::default() }
    }

    pub fn flags(mut self, flags: u16) -> Reply {
        self.flags = flags;
        self
    }

    pub fn rcode(mut self, rcode: u16) -> Reply {
        self.flags |= rcode;
        self
    }

    /// False counts of the three sections after the question.
    pub fn counts(mut self, answers: Option<u16>, authority: Option<u16>, additional: Option<u16>) -> Reply {
        self.counts = [answers, authority, additional];
        self
    }

    /// Bytes after the records.
    pub fn tail(mut self, bytes: &[u8]) -> Reply {
        self.tail = bytes.to_vec();
        self
    }

    pub fn without_question(mut self) -> Reply {
        self.without_question = true;
        self
    }

    /// Sends the same under another id first.
    pub fn after_forged(mut self, id: fn(u16) -> u16) -> Reply {
        self.forged_id = Some(id);
        self
    }

    /// Takes its time.
    pub fn after(mut self, delay: Duration) -> Reply {
        self.delay = delay;
        self
    }

    pub fn record(mut self, owner: &str, kind: u16, data: &[u8]) -> Reply {
        let mut record = encoded(owner);
        for word in [kind, 1, 0, 60, data.len() as u16] {
            record.extend(word.to_be_bytes());
        }
        record.extend(data);
        self.records.push(record);
        self
    }

    pub fn a(self, owner: &str, address: [u8; 4]) -> Reply {
        self.record(owner, 1, &address)
    }

    pub fn aaaa(self, owner: &str, address: &str) -> Reply {
        self.record(owner, 28, &address.parse::<std::net::Ipv6Addr>().unwrap().octets())
    }

    pub fn cname(self, owner: &str, of: &str) -> Reply {
        self.record(owner, 5, &encoded(of))
    }

    /// The response to `query`.
    pub fn bytes(&self, query: &[u8]) -> Vec<u8> {
        let mut out = query[..2].to_vec();
        let [answers, authority, additional] = self.counts;
        for word in [
            self.flags,
            u16::from(!self.without_question),
            answers.unwrap_or(self.records.len() as u16),
            authority.unwrap_or(0),
            additional.unwrap_or(0),
        ] {
            out.extend(word.to_be_bytes());
        }
        if !self.without_question {
            out.extend(&query[12..]);
        }
        out.extend(self.records.concat());
        out.extend(&self.tail);
        out
    }
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub name: String,
    /// 1 for A, 28 for AAAA.
    pub kind: u16,
    pub by_tcp: bool,
}

impl Asked {
    fn parse(query: &[u8], by_tcp: bool) -> Asked {
        let (mut at, mut labels) = (12, Vec::new());
        while query[at] != 0 {
            let end = at + 1 + usize::from(query[at]);
            labels.push(String::from_utf8_lossy(&query[at + 1..end]).into_owned());
            at = end;
        }
        Asked { name: labels.join("."), kind: u16::from_be_bytes([query[at + 1], query[at + 2]]), by_tcp }
    }
}

/// Listens until the process ends, on UDP and TCP alike.
pub struct NameServer {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl NameServer {
    /// On a free port of loopback. `answer` gives `None` for silence.
    pub fn start(answer: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> NameServer {
        loop {
            let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
            // The port is free for UDP; another process may have it for TCP.
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
                return NameServer::serve(udp, tcp, answer);
            }
        }
    }

    /// On port 53 of an address, in a network namespace that is the test's own.
    pub fn start_at(
        address: &str,
        answer: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static,
    ) -> NameServer {
        let udp = UdpSocket::bind((address, 53)).unwrap();
        let tcp = TcpListener::bind((address, 53)).unwrap();
        NameServer::serve(udp, tcp, answer)
    }

    fn serve(
        udp: UdpSocket,
        tcp: TcpListener,
        answer: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static,
    ) -> NameServer {
        let address = udp.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let answer = Arc::new(answer);
        let (noted, answering) = (asked.clone(), answer.clone());
        thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok((length, from)) = udp.recv_from(&mut buffer) {
                let socket = udp.try_clone().unwrap();
                let question = Asked::parse(&buffer[..length], false);
                noted.lock().unwrap().push(question.clone());
                let Some(reply) = answering(&question) else { continue };
                let message = reply.bytes(&buffer[..length]);
                let send = move || {
                    thread::sleep(reply.delay);
                    if let Some(forge) = reply.forged_id {
                        let id = forge(u16::from_be_bytes([message[0], message[1]]));
                        let _ = socket.send_to(&[&id.to_be_bytes(), &message[2..]].concat(), from);
                    }
                    let _ = socket.send_to(&message, from);
                };
                thread::spawn(send);
            }
        });
        let noted = asked.clone();
        thread::spawn(move || {
            for stream in tcp.incoming().flatten() {
                let (noted, answer, mut stream) = (noted.clone(), answer.clone(), stream);
                thread::spawn(move || {
                    let mut length = [0; 2];
                    while stream.read_exact(&mut length).is_ok() {
                        let mut query = vec![0; u16::from_be_bytes(length).into()];
                        if stream.read_exact(&mut query).is_err() {
                            return;
                        }
                        let question = Asked::parse(&query, true);
                        noted.lock().unwrap().push(question.clone());
                        let Some(reply) = answer(&question) else { continue };
                        let message = reply.bytes(&query);
                        let _ =
                            stream.write_all(&[&(message.len() as u16).to_be_bytes(), &message[..]].concat());
                    }
                });
            }
        });
        NameServer { address, asked }
    }

    /// The queries so far.
    pub fn questions(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}
