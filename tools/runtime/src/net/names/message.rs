//! DNS messages (RFC 1035, 4): the one question that we ask, and as much of a response as answers it. A response's other
//! sections are not read: an error in them does not invalidate its records.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The content of a server's response.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Addresses, at least one.
    Found(Vec<IpAddr>),
    /// The name exists but has no address of the family that was asked for.
    NoData,
    /// There is no such name.
    NoName,
    /// The server could not say (SERVFAIL, REFUSED, a response that cannot be read); another one may.
    Failed(String),
    /// The response did not fit into a datagram.
    Truncated,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Family {
    V4,
    V6,
}

impl Family {
    pub fn record_type(self) -> u16 {
        match self {
            Family::V4 => TYPE_A,
            Family::V6 => TYPE_AAAA,
        }
    }
}

const TYPE_A: u16 = 1;
const TYPE_CNAME: u16 = 5;
const TYPE_AAAA: u16 = 28;
const CLASS_IN: u16 = 1;
const HEADER: usize = 12;

const FLAG_RESPONSE: u16 = 0x8000;
const FLAG_AUTHORITATIVE: u16 = 0x0400;
const FLAG_TRUNCATED: u16 = 0x0200;
const FLAG_RECURSION_DESIRED: u16 = 0x0100;
const FLAG_RECURSION_AVAILABLE: u16 = 0x0080;
const RCODE: u16 = 0x000f;
const RCODE_NO_NAME: u16 = 3;

/// RFC 1035, 2.3.4: of a label, and of a name with the bytes of its labels' lengths.
const LABEL_LIMIT: usize = 63;
const NAME_LIMIT: usize = 255;
/// More pointers than a name can have labels are a loop.
const POINTER_LIMIT: usize = 128;

/// A name as in a message: labels, each after its length, in lower case; without the empty label at its end.
type Labels = Vec<u8>;

/// A question's bytes, and the fields that its response must repeat.
#[derive(Clone)]
pub struct Question {
    id: u16,
    name: Labels,
    family: Family,
    pub bytes: Vec<u8>,
}

/// A name's labels, or `None` for what no name in the DNS can be.
pub fn labels(name: &str) -> Option<Labels> {
    let mut labels = Vec::with_capacity(name.len() + 1);
    for label in name.split('.') {
        if label.is_empty() || label.len() > LABEL_LIMIT {
            return None;
        }
        labels.push(label.len() as u8);
        labels.extend(label.bytes());
    }
    (labels.len() < NAME_LIMIT).then_some(labels)
}

fn u16_at(message: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*message.get(at..)?.first_chunk()?))
}

/// The name at `at`, and where what follows it begins.
fn name_at(message: &[u8], at: usize) -> Option<(Labels, usize)> {
    let (mut labels, mut at, mut end, mut pointers) = (Vec::new(), at, None, 0);
    loop {
        let length = usize::from(*message.get(at)?);
        match length {
            0 => return Some((labels, end.unwrap_or(at + 1))),
            1..=LABEL_LIMIT => {
                labels.push(length as u8);
                labels.extend(message.get(at + 1..at + 1 + length)?.iter().map(u8::to_ascii_lowercase));
                at += 1 + length;
                if labels.len() >= NAME_LIMIT {
                    return None;
                }
            }
            0xc0.. => {
                end = end.or(Some(at + 2));
                pointers += 1;
                at = usize::from(u16_at(message, at)? & 0x3fff);
                if pointers > POINTER_LIMIT {
                    return None;
                }
            }
            _ => return None,
        }
    }
}

enum Data {
    Address(IpAddr),
    Alias(Labels),
    Other,
}

/// The record at `at`: its owner, what it says, and where the next one begins.
fn record_at(message: &[u8], at: usize) -> Option<(Labels, Data, usize)> {
    let (owner, at) = name_at(message, at)?;
    let (kind, class, length) =
        (u16_at(message, at)?, u16_at(message, at + 2)?, usize::from(u16_at(message, at + 8)?));
    let start = at + 10;
    let data = message.get(start..start + length)?;
    let data = match (class, kind) {
        (CLASS_IN, TYPE_A) => Data::Address(Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?).into()),
        (CLASS_IN, TYPE_AAAA) => Data::Address(Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).into()),
        (CLASS_IN, TYPE_CNAME) => Data::Alias(name_at(message, start)?.0),
        _ => Data::Other,
    };
    Some((owner, data, start + length))
}

impl Question {
    /// `None` for a name that cannot be asked for.
    pub fn new(id: u16, name: &str, family: Family) -> Option<Question> {
        let labels = labels(name)?;
        let mut bytes = Vec::with_capacity(HEADER + labels.len() + 5);
        for word in [id, FLAG_RECURSION_DESIRED, 1, 0, 0, 0] {
            bytes.extend(word.to_be_bytes());
        }
        bytes.extend(&labels);
        bytes.push(0);
        bytes.extend(family.record_type().to_be_bytes());
        bytes.extend(CLASS_IN.to_be_bytes());
        Some(Question { id, name: labels.to_ascii_lowercase(), family, bytes })
    }

    /// `None` for a message that does not belong to this question: stray or forged. One that belongs to it and cannot be
    /// read is a failure of the server, as in glibc (res_send.c).
    pub fn read(&self, message: &[u8]) -> Option<Answer> {
        if u16_at(message, 0)? != self.id {
            return None;
        }
        let unreadable = || Some(Answer::Failed("its response cannot be read".into()));
        let (Some(flags), Some(questions), Some(answers), Some(more)) =
            (u16_at(message, 2), u16_at(message, 4), u16_at(message, 6), u16_at(message, 10))
        else {
            return unreadable();
        };
        if flags & FLAG_RESPONSE == 0 {
            return None;
        }
        let rcode = flags & RCODE;
        let mut at = HEADER;
        // A server that could not read a question does not have to repeat it.
        if questions > 0 || rcode == 0 {
            let Some((name, after)) = name_at(message, HEADER) else { return unreadable() };
            let (Some(kind), Some(class)) = (u16_at(message, after), u16_at(message, after + 2)) else {
                return unreadable();
            };
            if name != self.name || kind != self.family.record_type() || class != CLASS_IN {
                return None;
            }
            at = after + 4;
        }
        if flags & FLAG_TRUNCATED != 0 {
            return Some(Answer::Truncated);
        }
        let knows_others = flags & (FLAG_AUTHORITATIVE | FLAG_RECURSION_AVAILABLE) != 0;
        Some(match rcode {
            0 if answers == 0 && more == 0 && !knows_others => {
                Answer::Failed("it does not look up names for others".into())
            }
            0 => self
                .addresses(message, at, answers)
                .unwrap_or_else(|| Answer::Failed("its response cannot be read".into())),
            RCODE_NO_NAME => Answer::NoName,
            other => Answer::Failed(describe_rcode(other)),
        })
    }

    /// The addresses of the name and of what it is an alias for; `None` where the section cannot be read. A recursive
    /// server gives the whole chain of aliases, in any order.
    fn addresses(&self, message: &[u8], mut at: usize, count: u16) -> Option<Answer> {
        let (mut addresses, mut aliases) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let (owner, data, next) = record_at(message, at)?;
            at = next;
            match data {
                Data::Address(address) if address.is_ipv4() == (self.family == Family::V4) => {
                    addresses.push((owner, address));
                }
                Data::Alias(of) => aliases.push((owner, of)),
                _ => {}
            }
        }
        let mut names = vec![self.name.clone()];
        loop {
            let known = names.len();
            for (owner, of) in &aliases {
                if names.contains(owner) && !names.contains(of) {
                    names.push(of.clone());
                }
            }
            if names.len() == known {
                break;
            }
        }
        let found: Vec<IpAddr> =
            addresses.into_iter().filter(|(owner, _)| names.contains(owner)).map(|(_, ip)| ip).collect();
        Some(if found.is_empty() { Answer::NoData } else { Answer::Found(found) })
    }
}

/// RFC 1035, 4.1.1 and RFC 2136, by the names that dig(1) prints.
fn describe_rcode(rcode: u16) -> String {
    match rcode {
        1 => "FORMERR".into(),
        2 => "SERVFAIL".into(),
        4 => "NOTIMP".into(),
        5 => "REFUSED".into(),
        other => format!("response code {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::name_server::Reply;

    fn question(family: Family) -> Question {
        Question::new(7, "Api.example", family).unwrap()
    }

    fn read(reply: &Reply) -> Option<Answer> {
        let question = question(Family::V4);
        question.read(&reply.bytes(&question.bytes))
    }

    fn found(addresses: &[[u8; 4]]) -> Option<Answer> {
        Some(Answer::Found(addresses.iter().map(|ip| Ipv4Addr::from(*ip).into()).collect()))
    }

    #[test]
    fn aliases_in_any_order_and_no_address_of_another_name() {
        let chain = Reply::new()
            .a("lb.example", [10, 0, 0, 7])
            .cname("middle.example", "LB.example")
            .cname("api.EXAMPLE", "middle.example");
        assert_eq!(read(&chain), found(&[[10, 0, 0, 7]]));
        let stray = Reply::new().a("evil.example", [6, 6, 6, 6]).a("API.example", [10, 0, 0, 1]);
        assert_eq!(read(&stray), found(&[[10, 0, 0, 1]]));
        assert_eq!(read(&Reply::new().a("evil.example", [6, 6, 6, 6])), Some(Answer::NoData));
        assert_eq!(read(&Reply::new().cname("api.example", "nowhere.example")), Some(Answer::NoData));
        assert_eq!(read(&Reply::new().cname("api.example", "api.example")), Some(Answer::NoData));
    }

    #[test]
    fn messages_that_answer_something_else_are_ignored() {
        let query = question(Family::V4);
        let reply = Reply::new().a("api.example", [6, 6, 6, 6]);
        for other in [
            Question::new(8, "api.example", Family::V4).unwrap(),
            Question::new(7, "evil.example", Family::V4).unwrap(),
            Question::new(7, "api.example", Family::V6).unwrap(),
        ] {
            assert_eq!(query.read(&reply.bytes(&other.bytes)), None);
        }
        assert_eq!(query.read(&query.bytes), None, "a query is not a response");
        assert_eq!(query.read(b"garbage"), None);
        assert_eq!(query.read(b""), None);
    }

    #[test]
    fn the_letter_case_of_the_question_may_change() {
        let query = question(Family::V4);
        let asked = Question::new(7, "aPI.eXAMPLE", Family::V4).unwrap();
        let reply = Reply::new().a("ApI.example", [10, 0, 0, 1]);
        assert_eq!(query.read(&reply.bytes(&asked.bytes)), found(&[[10, 0, 0, 1]]));
    }

    #[test]
    fn response_codes() {
        for (code, answer) in [
            (1, Answer::Failed("FORMERR".into())),
            (2, Answer::Failed("SERVFAIL".into())),
            (3, Answer::NoName),
            (4, Answer::Failed("NOTIMP".into())),
            (5, Answer::Failed("REFUSED".into())),
            (9, Answer::Failed("response code 9".into())),
        ] {
            assert_eq!(read(&Reply::new().rcode(code)), Some(answer));
        }
        assert_eq!(read(&Reply::new()), Some(Answer::NoData));
        assert!(matches!(read(&Reply::new().flags(0x8000)), Some(Answer::Failed(_))), "a lame server");
        assert!(matches!(read(&Reply::new().rcode(1).without_question()), Some(Answer::Failed(_))));
    }

    #[test]
    fn truncation_comes_before_what_was_cut() {
        let reply = Reply::new().flags(0x8380).a("api.example", [10, 0, 0, 1]);
        let query = question(Family::V4);
        let whole = reply.bytes(&query.bytes);
        for length in query.bytes.len()..=whole.len() {
            assert_eq!(query.read(&whole[..length]), Some(Answer::Truncated), "{length} bytes");
        }
    }

    #[test]
    fn only_the_answer_section_has_to_be_readable() {
        let odd = Reply::new()
            .a("api.example", [10, 0, 0, 1])
            .counts(None, Some(3), Some(2))
            .tail(&[0xc0, 0xff, 0x41]);
        assert_eq!(read(&odd), found(&[[10, 0, 0, 1]]));
    }

    #[test]
    fn a_response_that_cannot_be_read_is_a_failure_and_not_silence() {
        let query = question(Family::V4);
        let whole = Reply::new().a("api.example", [10, 0, 0, 1]).bytes(&query.bytes);
        for length in 2..whole.len() {
            // Cut before the flags there is no telling a response from anything else.
            let answer = query.read(&whole[..length]);
            assert!(matches!(answer, Some(Answer::Failed(_))), "{length} of {} bytes", whole.len());
        }
        for reply in [
            Reply::new().a("api.example", [10, 0, 0, 1]).counts(Some(2), None, None),
            Reply::new().record("api.example", TYPE_A, &[10, 0, 0]),
            Reply::new().record("api.example", TYPE_CNAME, &[0xc0]),
            // A name that points to itself, right after the header and the question (12 + 17 bytes).
            Reply::new().counts(Some(1), None, None).tail(&[0xc0, 29, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]),
            Reply::new().counts(Some(1), None, None).tail(&[0x80, 1]),
        ] {
            assert!(matches!(read(&reply), Some(Answer::Failed(_))));
        }
    }

    #[test]
    fn any_byte_changed_does_no_harm() {
        let query = question(Family::V4);
        let whole = Reply::new()
            .cname("api.example", "lb.example")
            .a("lb.example", [10, 0, 0, 1])
            .bytes(&query.bytes);
        for at in 0..whole.len() {
            for change in 1..=255_u8 {
                let mut changed = whole.clone();
                changed[at] ^= change;
                let _ = query.read(&changed);
            }
        }
    }

    #[test]
    fn what_cannot_be_a_name() {
        assert!(labels(&"a".repeat(64)).is_none() && labels("a..b").is_none() && labels("").is_none());
        assert!(
            labels(&["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(62)].join(".")).is_none()
        );
        assert!(
            labels(&["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join(".")).is_some()
        );
    }
}
