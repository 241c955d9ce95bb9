//! Nothing that a command started may outlive us, not even when we are killed with SIGKILL, as the kubelet does when its
//! minute is over. The kernel kills the command itself then (PR_SET_PDEATHSIG), but not what that command started; so a
//! watcher, forked beside the command, holds a pipe whose other end is ours and kills the group when that end closes.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

const DISMISS: u8 = b'x';

/// Our end of the watcher's pipe, and the watcher's.
pub struct Guard {
    ours: OwnedFd,
    watched: OwnedFd,
}

impl Guard {
    pub fn new() -> io::Result<Guard> {
        let mut ends = [0; 2];
        // SAFETY: the array holds two descriptors, which are ours when the call succeeds.
        unsafe {
            if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(Guard { watched: OwnedFd::from_raw_fd(ends[0]), ours: OwnedFd::from_raw_fd(ends[1]) })
        }
    }

    pub fn watched_end(&self) -> (RawFd, RawFd) {
        (self.watched.as_raw_fd(), self.ours.as_raw_fd())
    }

    /// The group is gone: the watcher must not kill whoever has its number next.
    pub fn dismiss(self) {
        let _ = crate::sys::write_all(self.ours.as_raw_fd(), &[DISMISS]);
    }
}

/// Between fork and exec: asks the kernel to kill this process when `parent` dies.
pub fn die_with_parent(parent: u32) -> io::Result<()> {
    // SAFETY: plain system calls.
    unsafe {
        if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
            return Err(io::Error::last_os_error());
        }
        // It may have died before we asked.
        if libc::getppid() as u32 != parent {
            libc::_exit(127);
        }
    }
    Ok(())
}

/// Between fork and exec: takes the mounts, the root and the working directory of another process's mount namespace (setns(2)).
pub fn enter_mounts(mounts: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: a plain system call on a descriptor that is open.
    match unsafe { libc::setns(mounts.as_raw_fd(), libc::CLONE_NEWNS) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Between fork and exec, in the group's leader: forks the watcher.
pub fn start_watching((watched, ours): (RawFd, RawFd)) -> io::Result<()> {
    // SAFETY: plain system calls in a process that has one thread; the watcher never returns.
    unsafe {
        let group = libc::getpid();
        match libc::fork() {
            -1 => Err(io::Error::last_os_error()),
            0 => watch(watched, ours, group),
            _ => Ok(()),
        }
    }
}

/// The watcher: waits for the pipe's other end to speak or to close.
unsafe fn watch(watched: RawFd, ours: RawFd, group: libc::pid_t) -> ! {
    // SAFETY: plain system calls on descriptors and memory of this process alone.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, 0);
        // Out of the group that it may have to kill, and holding none of its pipes.
        libc::setsid();
        libc::close(ours);
        for (first, last) in [(0, watched - 1), (watched + 1, i32::MAX)] {
            if libc::syscall(libc::SYS_close_range, first, last, 0) != 0 {
                (first..last.min(1024)).for_each(|fd| {
                    libc::close(fd);
                });
            }
        }
        let mut byte = 0_u8;
        while libc::read(watched, (&raw mut byte).cast(), 1) < 0
            && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
        {}
        if byte != DISMISS {
            libc::kill(-group, libc::SIGKILL);
        }
        libc::_exit(0)
    }
}

/// Kills a child of ours that has not been collected yet, or its whole group.
pub fn kill(pid: u32, group: bool) {
    let pid = pid as libc::pid_t;
    // SAFETY: a system call without memory.
    unsafe {
        libc::kill(if group { -pid } else { pid }, libc::SIGKILL);
    }
}

/// Whether a child has ended; leaves it to be collected.
pub fn has_ended(pid: u32) -> bool {
    // SAFETY: siginfo is plain data that the call fills.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        libc::waitid(libc::P_PID, pid, &mut info, options) != 0 || info.si_pid() != 0
    }
}
