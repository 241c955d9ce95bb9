//! Nothing that a command started may outlive it or us: not when its time is up, not when we are killed with SIGKILL, as the
//! kubelet does when its minute is over, and not when it leaves its group and its session. So a command runs under a
//! supervisor, a process of ours that does nothing but wait: for the command's end, or for a word of ours or our end, which
//! it hears of by a pipe. Whatever loses its parent below it becomes its own child (PR_SET_CHILD_SUBREAPER), so it can end
//! them all.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Our end of the supervisor's pipe, and the supervisor's.
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

    pub fn watched_end(&self) -> RawFd {
        self.watched.as_raw_fd()
    }

    /// Has the supervisor end the command and all that it started, and then itself.
    pub fn end(&self) {
        let _ = crate::sys::write_all(self.ours.as_raw_fd(), b"x");
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

/// Between fork and exec: makes this process the supervisor, which never returns, of a new one, which goes on to become the
/// command.
pub fn supervise(watched: RawFd) -> io::Result<()> {
    // SAFETY: plain system calls in a process that has one thread; the supervisor never returns.
    unsafe {
        if libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) != 0 {
            return Err(io::Error::last_os_error());
        }
        let supervisor = libc::getpid();
        match libc::fork() {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                libc::setpgid(0, 0);
                die_with_parent(supervisor as u32)
            }
            command => stay(watched, command),
        }
    }
}

/// The supervisor. It allocates nothing: a thread of the process that it is a copy of may have held the allocator's lock.
unsafe fn stay(watched: RawFd, command: libc::pid_t) -> ! {
    // SAFETY: plain system calls on descriptors and memory of this process alone.
    unsafe {
        // It holds neither the command's pipes nor our end of its own.
        for (first, last) in [(0, watched - 1), (watched + 1, i32::MAX)] {
            if libc::syscall(libc::SYS_close_range, first, last, 0) != 0 {
                (first..last.min(1024)).for_each(|fd| {
                    libc::close(fd);
                });
            }
        }
        // -1 before Linux 5.3, which poll ignores: then it looks every few milliseconds.
        let pidfd = libc::syscall(libc::SYS_pidfd_open, command, 0) as RawFd;
        let patience = if pidfd < 0 { 5 } else { -1 };
        let mut status = libc::SIGKILL;
        loop {
            let mut events = [watched, pidfd].map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
            libc::poll(events.as_mut_ptr(), 2, patience);
            let has_ended = libc::waitpid(command, &mut status, libc::WNOHANG) == command;
            if has_ended || events[0].revents != 0 {
                break;
            }
        }
        libc::kill(-command, libc::SIGKILL);
        end_children(command, &mut status);
        end_like(status)
    }
}

/// Longest time that ended processes are waited for, in milliseconds: some cannot be killed while the kernel is busy for them.
const ROUNDS: u32 = 500;

/// Kills the children of this process until there are none: those of the killed ones become its own.
unsafe fn end_children(command: libc::pid_t, status: &mut i32) {
    for _ in 0..ROUNDS {
        let mut list = [0_u8; 4096];
        // SAFETY: plain system calls; the buffer is as long as is said.
        let length = unsafe {
            let path = c"/proc/thread-self/children";
            let file = libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
            let length = libc::read(file, list.as_mut_ptr().cast(), list.len());
            libc::close(file);
            length
        };
        if length <= 0 {
            return;
        }
        let mut pid: libc::pid_t = 0;
        // The last number may be cut in two, and then has no space behind it.
        for byte in &list[..length as usize] {
            if byte.is_ascii_digit() {
                pid = pid.wrapping_mul(10).wrapping_add(libc::pid_t::from(byte - b'0'));
            } else if pid > 1 {
                // SAFETY: a system call without memory, on a child of ours, which is not collected yet.
                unsafe { libc::kill(pid, libc::SIGKILL) };
                pid = 0;
            }
        }
        // SAFETY: the statuses are written to memory of this function and of its caller.
        unsafe {
            libc::usleep(1_000);
            let mut ended = 0;
            loop {
                match libc::waitpid(-1, &mut ended, libc::WNOHANG) {
                    pid if pid <= 0 => break,
                    pid if pid == command => *status = ended,
                    _ => {}
                }
            }
        }
    }
}

/// Ends this process as the command ended.
unsafe fn end_like(status: i32) -> ! {
    // SAFETY: plain system calls; the limit is memory of this function.
    unsafe {
        if libc::WIFSIGNALED(status) {
            let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            libc::setrlimit(libc::RLIMIT_CORE, &none);
            libc::signal(libc::WTERMSIG(status), libc::SIG_DFL);
            libc::kill(libc::getpid(), libc::WTERMSIG(status));
        }
        libc::_exit(libc::WEXITSTATUS(status))
    }
}

/// Kills a child of ours that has not been collected yet.
pub fn kill(pid: u32) {
    // SAFETY: a system call without memory.
    unsafe {
        libc::kill(pid as libc::pid_t, libc::SIGKILL);
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
