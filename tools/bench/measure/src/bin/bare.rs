//! `bare HOST:PORT COUNT` sends COUNT requests one after another over one connection, without TLS, and does nothing else.
//!
//! What a plugin takes longer than this, with the same number of requests in sequence, is the plugin's own time.

use std::io::{Read, Write};
use std::net::TcpStream;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: 169.254.169.254\r\n\r\n";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(count)) = (arguments.next(), arguments.next().and_then(|text| text.parse::<u32>().ok())) else {
        fail("usage: bare HOST:PORT COUNT")
    };
    let mut server = TcpStream::connect(address).unwrap_or_else(|error| fail(&format!("connecting: {error}")));
    for _ in 0..count {
        server.write_all(REQUEST).unwrap_or_else(|error| fail(&format!("sending: {error}")));
        read_response(&mut server);
    }
    // The launcher takes a short output for a response without a credential.
    println!("{:<300}", count);
}

/// Reads one response with a content-length.
fn read_response(server: &mut TcpStream) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    while !is_whole(&bytes) {
        match server.read(&mut piece) {
            Ok(0) => fail("the server closed the connection"),
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(error) => fail(&format!("reading: {error}")),
        }
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let headers = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = headers.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    bytes.len() >= end + 4 + length.unwrap_or_else(|| fail("a response without a content-length"))
}

fn fail(why: &str) -> ! {
    eprintln!("bare: {why}");
    std::process::exit(2)
}
