//! The parsers, each with where its bytes come from and what must hold for all of them, in addition to not crashing.

use std::fs::File;
use std::io::Write;
use std::os::fd::FromRawFd;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use tokio::io::{join, sink};

use crate::net::names::message::{Answer, Family, Question};
use crate::net::names::resolv_conf::ResolvConf;
use crate::net::{self, NetError};
use crate::{base64, payload};

pub type Target = fn(&[u8]);

pub const TARGETS: &[(&str, &str, Target)] = &[
    ("DNS response", "a name server", dns),
    ("DNS answer section", "a name server", dns_answers),
    ("resolv.conf", "the node", resolv_conf),
    ("hosts file", "the node", hosts),
    ("certificate names", "a server", certificate),
    ("PEM", "files and responses", pem),
    ("private key", "the node", private_key),
    ("proxy URL", "the environment", proxy_url),
    ("request URL", "files and responses", request_url),
    ("CONNECT response", "a proxy", connect_response),
    ("SOCKS replies", "a proxy", socks_replies),
    ("HTTP framing", "a server", framing),
    ("base64", "files and responses", decoded_base64),
    ("appended program", "the executable itself", program),
];

const NAME: &str = "host.example.com";

fn question() -> Question {
    Question::new(7, NAME, Family::V4).expect("the name is valid")
}

fn check_answer(answer: Option<Answer>) {
    if let Some(Answer::Found(addresses)) = answer {
        assert!(!addresses.is_empty());
        assert!(addresses.iter().all(|address| address.is_ipv4()));
    }
}

fn dns(data: &[u8]) {
    check_answer(question().read(data));
}

/// With a header and a question that fit, which a fuzzer would take long to find: the counts and all records are the data's.
fn dns_answers(data: &[u8]) {
    let Some((counts, records)) = data.split_at_checked(8) else { return };
    let mut message = vec![0, 7];
    message.extend(&counts[..2]);
    message[2] |= 0x80;
    message.extend([0, 1]);
    message.extend(&counts[2..]);
    for label in NAME.split('.') {
        message.push(label.len() as u8);
        message.extend(label.as_bytes());
    }
    message.extend([0, 0, 1, 0, 1]);
    message.extend(records);
    check_answer(question().read(&message));
}

fn resolv_conf(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let conf = ResolvConf::parse(&text, Some("node.cluster.example"));
    assert!((1..=3).contains(&conf.servers.len()));
    assert!(!conf.candidates(NAME).is_empty());
}

fn hosts(data: &[u8]) {
    let _ = net::names::hosts::find_in_hosts(&String::from_utf8_lossy(data), NAME);
}

fn certificate(data: &[u8]) {
    let _ = net::der::names(data);
}

fn pem(data: &[u8]) {
    net::pem::blocks(data).for_each(|(label, _)| assert!(!label.contains('\n')));
}

fn private_key(data: &[u8]) {
    let _ = net::identity::private_key(&String::from_utf8_lossy(data));
}

/// Neither the proxy nor an error shows the password.
fn proxy_url(data: &[u8]) {
    const SECRET: &str = "Wq7-marked-Zx9";
    let text = String::from_utf8_lossy(data);
    let with_secret = text.replacen("PASSWORD", SECRET, 1);
    let shown = match net::Proxy::parse(&with_secret) {
        Ok(proxy) => format!("{proxy:?}"),
        Err(error) => shown(&error),
    };
    if with_secret.contains(&format!(":{SECRET}@")) {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

fn shown(error: &NetError) -> String {
    format!("{error:?}")
}

fn request_url(data: &[u8]) {
    if let Ok(target) = net::Target::of(&String::from_utf8_lossy(data)) {
        assert!(!target.authority().contains(['\r', '\n', ' ']));
    }
}

/// A tunnel is open only after a response that says so.
fn connect_response(data: &[u8]) {
    let proxy = net::Proxy::parse("http://user:secret@proxy.example:3128").expect("a valid URL");
    let opened = run(net::tunnel::http::connect(&mut join(data, sink()), &proxy, NAME, 443));
    assert!(opened.is_err() || data.starts_with(b"HTTP/1."));
}

fn socks_replies(data: &[u8]) {
    let proxy = net::Proxy::parse("socks5://user:secret@proxy.example:1080").expect("a valid URL");
    let opened = run(net::tunnel::socks::connect(&mut join(data, sink()), &proxy, NAME, 443));
    assert!(opened.is_err() || data.starts_with(&[5]));
}

/// Where the body ends is clear: never two lengths, never a length and chunks.
fn framing(data: &[u8]) {
    let target = net::Target::of("https://host.example.com/").expect("a valid URL");
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let (name, value): (HeaderName, &[u8]) = match line.split_first() {
            Some((b'L', value)) => (CONTENT_LENGTH, value),
            Some((b'C', value)) => (TRANSFER_ENCODING, value),
            _ => continue,
        };
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    if net::exchange::check_framing(&headers, &target).is_ok() {
        assert!(headers.len() <= 1);
    }
    let _ = net::exchange::flatten(&headers);
}

/// What a well-kept library accepts is decoded to the same bytes, strictly and as `Buffer` does.
fn decoded_base64(data: &[u8]) {
    let strict = base64::decode_strictly(data);
    let lenient = std::str::from_utf8(data).ok().map(base64::decode_leniently);
    if let Ok(bytes) = base64_simd::STANDARD.decode_to_vec(data) {
        assert_eq!(lenient.as_ref(), Some(&bytes));
        assert_eq!(strict.as_ref(), Some(&bytes));
    }
    if let (Some(strict), Some(lenient)) = (strict, lenient) {
        assert_eq!(strict, lenient);
    }
}

/// The data is the index and the footer's numbers, with checksums that fit: what a bit flip leaves undetected.
fn program(data: &[u8]) {
    let name = b"main";
    let mut file = payload::append(b"\x7fELF", &[("main".into(), vec![1, 2, 3])]);
    if data.first().is_some_and(|first| first & 1 == 0) {
        let footer_at = file.len() - 40;
        let index_at = footer_at - (2 + name.len() + 16);
        for (place, byte) in file[index_at..footer_at].iter_mut().zip(&data[1..]) {
            *place ^= byte;
        }
        let crc = crc32fast::hash(&file[index_at..footer_at]);
        file[footer_at + 20..footer_at + 24].copy_from_slice(&crc.to_le_bytes());
    } else if !data.is_empty() {
        let footer_at = file.len() - 40;
        for (place, byte) in file[footer_at..].iter_mut().zip(&data[1..]) {
            *place ^= byte;
        }
    }
    if let Ok(payload) = payload::Payload::open(in_memory(&file)) {
        let entry = payload.entry().to_owned();
        let _ = payload.read(&entry);
    }
}

fn in_memory(bytes: &[u8]) -> File {
    // SAFETY: the name is a C string; the descriptor is new and owned by the file alone.
    let mut file = unsafe {
        let descriptor = libc::memfd_create(c"program".as_ptr(), libc::MFD_CLOEXEC);
        assert!(descriptor >= 0);
        File::from_raw_fd(descriptor)
    };
    file.write_all(bytes).expect("memory has room");
    file
}

/// The data is there at once, so a future over it never waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for more than its input"),
    }
}
