//! A network and mounts that are a test's own, so that port 53 and /etc/resolv.conf are, too.

use std::ffi::CString;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Files of /etc that tests mount over.
const FILES: [&str; 3] = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"];

/// Why there can be none here.
pub fn missing() -> Option<&'static str> {
    if crate::sys::effective_user() != 0 {
        return Some("namespaces need root");
    }
    let all_there = FILES.iter().all(|path| Path::new(path).exists());
    (!all_there).then_some("a file of /etc that would be mounted over is not there")
}

fn checked(what: &str, result: libc::c_int) {
    assert_eq!(result, 0, "{what}: {}", std::io::Error::last_os_error());
}

fn mount_over(file: &Path, place: &str) {
    let [from, to] = [file.to_str().unwrap(), place].map(|path| CString::new(path).unwrap());
    // SAFETY: two strings that outlive the call.
    let result =
        unsafe { libc::mount(from.as_ptr(), to.as_ptr(), std::ptr::null(), libc::MS_BIND, std::ptr::null()) };
    checked(place, result);
}

/// Gives this thread, and what it starts, a network of its own with nothing but loopback, and these files of /etc.
pub fn enter(etc: &[(&str, &str)]) {
    // SAFETY: system calls on strings and plain data of this function alone.
    unsafe {
        checked("unshare", libc::unshare(libc::CLONE_NEWNET | libc::CLONE_NEWNS));
        let none = std::ptr::null();
        checked(
            "mount",
            libc::mount(none, c"/".as_ptr(), none, libc::MS_REC | libc::MS_PRIVATE, none.cast()),
        );
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM, 0);
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = b'l' as libc::c_char;
        request.ifr_name[1] = b'o' as libc::c_char;
        request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        checked("loopback up", libc::ioctl(socket, libc::SIOCSIFFLAGS, &request));
        libc::close(socket);
    }
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("imagecred-etc-{}-{number}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    for (name, content) in etc {
        let path = directory.join(name);
        fs::write(&path, content).unwrap();
        mount_over(&path, &format!("/etc/{name}"));
    }
    // Mounted, they stay until the thread ends.
    fs::remove_dir_all(&directory).unwrap();
}
