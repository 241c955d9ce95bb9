//! Reading files of which nothing is known: limited in size, and without waiting for the other end of a pipe before it is
//! clear that there is one.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::sys;

/// A FIFO is opened at once, and no terminal becomes ours.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

fn too_large() -> io::Error {
    io::Error::from_raw_os_error(libc::EFBIG)
}

/// All of a regular file. What is larger than `limit` bytes (EFBIG) or something else (EINVAL) is refused.
pub fn read_regular(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    read_to_limit(file, limit)
}

fn read_to_limit(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let bytes = beginning_of(file, limit.saturating_add(1))?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

fn beginning_of(file: File, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(file.metadata()?.len().min(length) as usize);
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All of a regular file that is in the kernel's caches, as most are on a machine that runs; `None` where it is not, so that
/// reading it may take time. What is certain at once (ENOENT, EACCES, too large) is a result, too.
pub fn read_at_once(path: &Path, limit: u64) -> Option<io::Result<Vec<u8>>> {
    let name = CString::new(path.as_os_str().as_bytes()).ok()?;
    let file = match sys::open_cached(&name) {
        Ok(fd) => File::from(fd),
        Err(error) => {
            let certain = matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR | libc::EACCES));
            return certain.then_some(Err(error));
        }
    };
    let kind = file.metadata().ok()?;
    if !kind.is_file() {
        return None;
    }
    if kind.len() > limit {
        return Some(Err(too_large()));
    }
    // One more than it says to have, so that its end is seen.
    let mut bytes = vec![0; kind.len() as usize + 1];
    let mut length = 0;
    while length < bytes.len() {
        match sys::read_cached(file.as_fd(), &mut bytes[length..], length as u64) {
            Ok(0) => {
                bytes.truncate(length);
                return Some(Ok(bytes));
            }
            Ok(count) => length += count,
            Err(_) => return None,
        }
    }
    // It grew, or it is one of those that have no size before they are read.
    None
}

/// All of a file, whatever it is; more than `limit` bytes are refused (EFBIG). Waits as `read_beginning` does.
pub fn read(path: &Path, limit: u64, patience: Option<Duration>) -> io::Result<Vec<u8>> {
    let bytes = read_beginning(path, limit.saturating_add(1), patience)?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

/// The first `length` bytes of a file, whatever it is. What comes through a pipe or a device is waited for as long as
/// `patience` says (ETIMEDOUT then), or for ever: to be done in the background.
pub fn read_beginning(path: &Path, length: u64, patience: Option<Duration>) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let kind = file.metadata()?;
    if kind.is_file() || kind.is_dir() {
        // A directory says EISDIR when it is read.
        return beginning_of(file, length);
    }
    let end = patience.map(|patience| Instant::now() + patience);
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    while (bytes.len() as u64) < length {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if !sys::wait_readable(file.as_raw_fd(), left) {
            return Err(io::Error::from_raw_os_error(libc::ETIMEDOUT));
        }
        match sys::read(file.as_raw_fd(), &mut chunk) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;
    use std::path::PathBuf;

    fn directory(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("imagecred-files-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn fifo(path: &Path) {
        let path = CString::new(path.to_str().unwrap()).unwrap();
        // SAFETY: a string that outlives the call.
        assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
    }

    fn code<T: std::fmt::Debug>(outcome: io::Result<T>) -> Option<i32> {
        outcome.unwrap_err().raw_os_error()
    }

    #[test]
    fn no_file_is_read_without_a_limit() {
        let zero = Path::new("/dev/zero");
        assert_eq!(code(read(zero, 1 << 20, None)), Some(libc::EFBIG));
        assert_eq!(code(read_regular(zero, 1 << 20)), Some(libc::EINVAL));
        let at = directory("limit");
        fs::write(at.join("file"), b"12345").unwrap();
        assert_eq!(read_regular(&at.join("file"), 5).unwrap(), b"12345");
        assert_eq!(code(read_regular(&at.join("file"), 4)), Some(libc::EFBIG));
        assert_eq!(code(read(&at.join("file"), 4, None)), Some(libc::EFBIG));
        assert_eq!(code(read(&at, 4, None)), Some(libc::EISDIR));
        assert_eq!(code(read(&at.join("absent"), 4, None)), Some(libc::ENOENT));
        assert_eq!(read(Path::new("/dev/null"), 4, None).unwrap(), b"");
        // A file of /proc says that it has no bytes.
        assert!(!read(Path::new("/proc/self/status"), 1 << 20, None).unwrap().is_empty());
        fs::remove_dir_all(at).unwrap();
    }

    #[test]
    fn what_is_cached_is_read_at_once_and_nothing_else() {
        let at = directory("cached");
        fs::write(at.join("file"), b"12345").unwrap();
        let read = |name: &str, limit| read_at_once(&at.join(name), limit);
        // An old kernel, or a file system without it, says that it would have to wait.
        if let Some(bytes) = read("file", 5) {
            assert_eq!(bytes.unwrap(), b"12345");
            assert_eq!(code(read("file", 4).unwrap()), Some(libc::EFBIG));
        }
        fifo(&at.join("fifo"));
        assert!(read("fifo", 5).is_none());
        assert!(read_at_once(Path::new("/dev/zero"), 5).is_none());
        assert!(read_at_once(Path::new("/proc/self/status"), 1 << 20).is_none());
        if let Some(absent) = read("absent", 5) {
            assert_eq!(code(absent), Some(libc::ENOENT));
        }
        fs::remove_dir_all(at).unwrap();
    }

    #[test]
    fn a_pipe_that_nothing_is_written_to_is_waited_for_until_the_limit() {
        let at = directory("fifo");
        let path = at.join("fifo");
        fifo(&path);
        assert_eq!(code(read(&path, 100, Some(Duration::from_millis(30)))), Some(libc::ETIMEDOUT));
        assert_eq!(code(read_regular(&path, 100)), Some(libc::EINVAL));
        fs::remove_dir_all(at).unwrap();
    }

    #[test]
    fn a_pipe_that_is_written_to_slowly_is_read_to_its_end() {
        let at = directory("slow");
        let path = at.join("fifo");
        fifo(&path);
        let written = path.clone();
        let writer = std::thread::spawn(move || {
            let mut file = OpenOptions::new().write(true).open(written).unwrap();
            for piece in ["one ", "two ", "three"] {
                file.write_all(piece.as_bytes()).unwrap();
                std::thread::yield_now();
            }
        });
        assert_eq!(read(&path, 100, None).unwrap(), b"one two three");
        writer.join().unwrap();
        fs::remove_dir_all(at).unwrap();
    }
}
