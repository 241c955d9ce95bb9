//! One question to one name server: UDP, then TCP if the response was truncated (RFC 7766, 5).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::{TcpStream, UdpSocket};

use super::message::{Answer, Question};

/// Largest datagram that there is.
const DATAGRAM: usize = 65_535;

/// A datagram, or the news that nothing listens there: tokio's own `recv` waits for data only.
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

async fn ask_udp(server: SocketAddr, question: &Question) -> io::Result<Answer> {
    let any: SocketAddr =
        if server.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    // A socket and a random port for each question, so that no firewall takes two of them for one (what glibc's option
    // single-request-reopen is for).
    let socket = UdpSocket::bind(any).await?;
    // Connected: the kernel drops what comes from elsewhere and reports a refused port.
    socket.connect(server).await?;
    socket.send(&question.bytes).await?;
    let mut buffer = vec![0; DATAGRAM];
    loop {
        let length = receive(&socket, &mut buffer).await?;
        if let Some(answer) = question.read(&buffer[..length]) {
            return Ok(answer);
        }
    }
}

async fn ask_tcp(server: SocketAddr, question: &Question) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(server).await?;
    let length = (question.bytes.len() as u16).to_be_bytes();
    stream.write_all(&[&length, &question.bytes[..]].concat()).await?;
    let length = stream.read_u16().await?;
    let mut message = vec![0; length.into()];
    stream.read_exact(&mut message).await?;
    Ok(match question.read(&message) {
        None => Answer::Failed("it answered another question".into()),
        Some(Answer::Truncated) => Answer::Failed("its answer is cut short, by TCP too".into()),
        Some(answer) => answer,
    })
}

/// Asks `server`. Never ends by itself where no answer comes; gives no `Truncated`.
pub async fn ask(server: SocketAddr, question: &Question, use_tcp: bool) -> io::Result<Answer> {
    match if use_tcp { Answer::Truncated } else { ask_udp(server, question).await? } {
        Answer::Truncated => ask_tcp(server, question).await,
        answer => Ok(answer),
    }
}
