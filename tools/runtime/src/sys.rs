//! The few system calls that std has no safe form of.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

/// Ends the process at once: no destructors, no flushing, nothing else runs.
pub fn exit(code: i32) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { libc::_exit(code) }
}

fn wait_for(fd: i32, events: libc::c_short, timeout_ms: i32) -> bool {
    let mut poll = libc::pollfd { fd, events, revents: 0 };
    loop {
        // SAFETY: one valid pollfd.
        match unsafe { libc::poll(&mut poll, 1, timeout_ms) } {
            -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            ready => return ready > 0,
        }
    }
}

/// Whether a read would return at once (data, end of file or an error).
pub fn readable_now(fd: i32) -> bool {
    wait_for(fd, libc::POLLIN, 0)
}

/// Whether the peer has closed its side of a socket, or the socket is broken.
pub fn peer_closed(fd: i32) -> bool {
    wait_for(fd, libc::POLLRDHUP, 0)
}

/// One `read`. `Ok(0)` is the end of the file.
pub fn read(fd: i32, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        // SAFETY: the buffer is valid for its length.
        let count = unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) };
        if count >= 0 {
            return Ok(count as usize);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Writes all of `bytes`, waiting where the descriptor is in non-blocking mode and full.
pub fn write_all(fd: i32, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        // SAFETY: the buffer is valid for its length.
        let count = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        if count >= 0 {
            bytes = &bytes[count as usize..];
            continue;
        }
        let error = io::Error::last_os_error();
        match error.kind() {
            io::ErrorKind::Interrupted => {}
            io::ErrorKind::WouldBlock => {
                wait_for(fd, libc::POLLOUT, -1);
            }
            _ => return Err(error),
        }
    }
    Ok(())
}

/// As `write_all`, for diagnostics: a failure cannot be reported.
pub fn write_best_effort(fd: i32, bytes: &[u8]) {
    let _ = write_all(fd, bytes);
}

/// Width of the terminal that `fd` is, or `None` where it is not one.
pub fn terminal_columns(fd: i32) -> Option<u16> {
    // SAFETY: winsize is plain data that the call fills.
    unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        (libc::ioctl(fd, libc::TIOCGWINSZ, &mut size) == 0).then_some(size.ws_col)
    }
}

pub fn effective_user() -> u32 {
    // SAFETY: geteuid has no preconditions.
    unsafe { libc::geteuid() }
}

pub fn uid() -> u32 {
    // SAFETY: getuid has no preconditions.
    unsafe { libc::getuid() }
}

/// This machine's name, where it has one that is text.
pub fn host_name() -> Option<String> {
    let mut name = [0_u8; 256];
    // SAFETY: the call writes at most as many bytes as the buffer has.
    let failed = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) } != 0;
    let name = CStr::from_bytes_until_nul(&name).ok().filter(|_| !failed)?;
    name.to_str().ok().map(Into::into)
}

/// The number of a network interface.
pub fn interface_index(name: &CStr) -> Option<u32> {
    // SAFETY: a string that outlives the call.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    (index != 0).then_some(index)
}

/// Opens a file for reading if that does not wait: its path is in the kernel's cache (openat2(2), Linux 5.12). Fails
/// with EAGAIN, or what an older kernel says, where it is not known.
pub fn open_cached(path: &CStr) -> io::Result<OwnedFd> {
    let flags = libc::O_RDONLY | libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC;
    // SAFETY: open_how is plain data, of which zeros are a valid value.
    let mut how: libc::open_how = unsafe { std::mem::zeroed() };
    how.flags = flags as u64;
    how.resolve = libc::RESOLVE_CACHED;
    let size = size_of::<libc::open_how>();
    // SAFETY: a string and a structure that outlive the call.
    let fd = unsafe { libc::syscall(libc::SYS_openat2, libc::AT_FDCWD, path.as_ptr(), &raw const how, size) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call gave a new descriptor.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// One read at `offset` of what is in the page cache (preadv2(2), RWF_NOWAIT). Fails where it would have to be waited for.
pub fn read_cached(fd: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    // SAFETY: one part, which is valid for its length.
    let count = unsafe { libc::preadv2(fd.as_raw_fd(), &part, 1, offset as libc::off_t, libc::RWF_NOWAIT) };
    if count < 0 { Err(io::Error::last_os_error()) } else { Ok(count as usize) }
}

/// Waits until a read of `fd` would return at once, for `timeout` at most (`None`: for ever).
pub fn wait_readable(fd: i32, timeout: Option<Duration>) -> bool {
    let milliseconds = timeout.map_or(-1, |timeout| i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX));
    wait_for(fd, libc::POLLIN, milliseconds)
}

/// The symbolic name of an I/O error's code, as Node gives it.
pub fn errno_name(error: &io::Error) -> &'static str {
    match error.raw_os_error().and_then(|code| CODES.iter().find(|(known, _)| *known == code)) {
        Some((_, name)) => name,
        None => match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => "ECONNRESET",
            io::ErrorKind::BrokenPipe => "EPIPE",
            io::ErrorKind::TimedOut => "ETIMEDOUT",
            // A path or an argument with a zero byte in it.
            io::ErrorKind::InvalidInput => "EINVAL",
            _ => "EIO",
        },
    }
}

/// Why a call failed, in the words that both runtimes use (packages/protocol/src/system-error.ts): glibc's, in lower case.
pub fn reason(error: &io::Error) -> String {
    match errno_name(error) {
        "ECONNRESET" => return "the other side closed the connection".into(),
        "ETIMEDOUT" => return "timed out".into(),
        "EHOSTUNREACH" => return "no route to the host".into(),
        "ENETUNREACH" => return "the network is unreachable".into(),
        _ => {}
    }
    let text = error.to_string();
    // As std has it: `Not a directory (os error 20)`.
    let words = text.split(" (os error ").next().unwrap_or_default();
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + letters.as_str())
}

/// Of errno(3) what a call of ours can give.
const CODES: [(i32, &str); 65] = [
    (libc::E2BIG, "E2BIG"),
    (libc::EACCES, "EACCES"),
    (libc::EADDRINUSE, "EADDRINUSE"),
    (libc::EADDRNOTAVAIL, "EADDRNOTAVAIL"),
    (libc::EAFNOSUPPORT, "EAFNOSUPPORT"),
    (libc::EAGAIN, "EAGAIN"),
    (libc::EALREADY, "EALREADY"),
    (libc::EBADF, "EBADF"),
    (libc::EBUSY, "EBUSY"),
    (libc::ECHILD, "ECHILD"),
    (libc::ECONNABORTED, "ECONNABORTED"),
    (libc::ECONNREFUSED, "ECONNREFUSED"),
    (libc::ECONNRESET, "ECONNRESET"),
    (libc::EDESTADDRREQ, "EDESTADDRREQ"),
    (libc::EDQUOT, "EDQUOT"),
    (libc::EEXIST, "EEXIST"),
    (libc::EFAULT, "EFAULT"),
    (libc::EFBIG, "EFBIG"),
    (libc::EHOSTDOWN, "EHOSTDOWN"),
    (libc::EHOSTUNREACH, "EHOSTUNREACH"),
    (libc::EINPROGRESS, "EINPROGRESS"),
    (libc::EINTR, "EINTR"),
    (libc::EINVAL, "EINVAL"),
    (libc::EIO, "EIO"),
    (libc::EISCONN, "EISCONN"),
    (libc::EISDIR, "EISDIR"),
    (libc::ELOOP, "ELOOP"),
    (libc::EMFILE, "EMFILE"),
    (libc::EMLINK, "EMLINK"),
    (libc::EMSGSIZE, "EMSGSIZE"),
    (libc::ENAMETOOLONG, "ENAMETOOLONG"),
    (libc::ENETDOWN, "ENETDOWN"),
    (libc::ENETRESET, "ENETRESET"),
    (libc::ENETUNREACH, "ENETUNREACH"),
    (libc::ENFILE, "ENFILE"),
    (libc::ENOBUFS, "ENOBUFS"),
    (libc::ENODEV, "ENODEV"),
    (libc::ENOENT, "ENOENT"),
    (libc::ENOEXEC, "ENOEXEC"),
    (libc::ENOLCK, "ENOLCK"),
    (libc::ENOMEM, "ENOMEM"),
    (libc::ENOPROTOOPT, "ENOPROTOOPT"),
    (libc::ENOSPC, "ENOSPC"),
    (libc::ENOSYS, "ENOSYS"),
    (libc::ENOTCONN, "ENOTCONN"),
    (libc::ENOTDIR, "ENOTDIR"),
    (libc::ENOTEMPTY, "ENOTEMPTY"),
    (libc::ENOTSOCK, "ENOTSOCK"),
    (libc::ENOTSUP, "ENOTSUP"),
    (libc::ENOTTY, "ENOTTY"),
    (libc::ENXIO, "ENXIO"),
    (libc::EOVERFLOW, "EOVERFLOW"),
    (libc::EPERM, "EPERM"),
    (libc::EPIPE, "EPIPE"),
    (libc::EPROTO, "EPROTO"),
    (libc::EPROTONOSUPPORT, "EPROTONOSUPPORT"),
    (libc::ERANGE, "ERANGE"),
    (libc::EROFS, "EROFS"),
    (libc::ESHUTDOWN, "ESHUTDOWN"),
    (libc::ESPIPE, "ESPIPE"),
    (libc::ESRCH, "ESRCH"),
    (libc::ESTALE, "ESTALE"),
    (libc::ETIMEDOUT, "ETIMEDOUT"),
    (libc::ETXTBSY, "ETXTBSY"),
    (libc::EXDEV, "EXDEV"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_the_words_of_both_runtimes() {
        for (code, words) in [
            (libc::ENOTDIR, "not a directory"),
            (libc::EIO, "input/output error"),
            (libc::ENAMETOOLONG, "file name too long"),
            (libc::ECONNRESET, "the other side closed the connection"),
        ] {
            assert_eq!(reason(&io::Error::from_raw_os_error(code)), words);
        }
        assert_eq!(reason(&io::Error::other("Odd")), "odd");
    }
}
