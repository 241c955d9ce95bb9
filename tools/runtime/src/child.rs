//! Child processes: run one to its end within limits of time and output.

mod guard;
mod signals;
mod text;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use guard::Guard;
pub use signals::signal_name;
use text::Utf8Pieces;

pub struct Program {
    pub file: String,
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
    /// `None`: /dev/null.
    pub stdin: Option<Vec<u8>>,
    /// Run the program under a supervisor, which leaves nothing behind of what it starts.
    pub own_group: bool,
    pub timeout: Duration,
    pub max_stdout: usize,
    /// Bytes of stderr that are kept.
    pub max_stderr: usize,
    /// How long to wait, after the program's end, for others that hold its output. `None`: for ever.
    pub max_wait_after_exit: Option<Duration>,
    /// The process whose mounts, and root directory, the program gets: `file` is a path there.
    pub mounts_of: Option<u32>,
}

pub struct Outcome {
    pub status: ExitStatus,
    pub timed_out: bool,
    pub stdout_truncated: bool,
    pub output_held: bool,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

/// The output that the readers find, stored outside of their futures so that giving up on them loses nothing.
#[derive(Default)]
struct Output {
    stdout: RefCell<Vec<u8>>,
    stderr: RefCell<String>,
    truncated: Cell<bool>,
    too_much: Notify,
}

impl Output {
    async fn read_stdout(&self, stdout: OwnedFd, limit: usize) -> io::Result<()> {
        let mut pipe = pipe::Receiver::from_owned_fd(stdout)?;
        let mut chunk = vec![0; 64 << 10];
        loop {
            let count = pipe.read(&mut chunk).await?;
            if count == 0 {
                return Ok(());
            }
            let mut stdout = self.stdout.borrow_mut();
            let room = count.min(limit - stdout.len());
            stdout.extend_from_slice(&chunk[..room]);
            if room < count && !self.truncated.replace(true) {
                self.too_much.notify_one();
            }
        }
    }

    async fn read_stderr(
        &self,
        stderr: OwnedFd,
        limit: usize,
        on_piece: &mut impl FnMut(&str),
    ) -> io::Result<()> {
        let mut pipe = pipe::Receiver::from_owned_fd(stderr)?;
        let mut chunk = vec![0; 8 << 10];
        let mut pieces = Utf8Pieces::default();
        loop {
            let count = pipe.read(&mut chunk).await?;
            let piece = if count == 0 { pieces.finish() } else { pieces.push(&chunk[..count]) };
            if !piece.is_empty() {
                let mut kept = self.stderr.borrow_mut();
                let room = limit - kept.len();
                kept.push_str(&piece[..piece.floor_char_boundary(room)]);
                drop(kept);
                on_piece(&piece);
            }
            if count == 0 {
                return Ok(());
            }
        }
    }
}

/// A program that does not read its stdin has that right.
async fn write_stdin(stdin: Option<OwnedFd>, bytes: &[u8]) {
    if let Some(Ok(mut pipe)) = stdin.map(pipe::Sender::from_owned_fd) {
        let _ = pipe.write_all(bytes).await;
    }
}

fn start(program: &Program) -> io::Result<(Child, Option<Guard>)> {
    let mut command = Command::new(&program.file);
    let piped_or_null = |piped: bool| if piped { Stdio::piped() } else { Stdio::null() };
    command
        .args(&program.args)
        .env_clear()
        .envs(program.env.iter().map(|(name, value)| (name, value)))
        .stdin(piped_or_null(program.stdin.is_some()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let guard = program.own_group.then(Guard::new).transpose()?;
    if program.own_group {
        command.process_group(0);
    }
    let mounts = program.mounts_of.map(|pid| File::open(format!("/proc/{pid}/ns/mnt"))).transpose()?;
    let (parent, watched) = (std::process::id(), guard.as_ref().map(Guard::watched_end));
    // SAFETY: between fork and exec only system calls are made, and no memory is allocated.
    unsafe {
        command.pre_exec(move || {
            if let Some(mounts) = &mounts {
                guard::enter_mounts(mounts.as_fd())?;
            }
            watched.map_or_else(|| guard::die_with_parent(parent), guard::supervise)
        });
    }
    Ok((command.spawn()?, guard))
}

/// Becomes readable when the process ends. `None` before Linux 5.3.
fn open_pidfd(pid: u32) -> Option<AsyncFd<OwnedFd>> {
    // SAFETY: the call gives a new descriptor or -1.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    // SAFETY: as above, the descriptor is ours, and an OwnedFd keeps it open.
    (fd >= 0).then(|| unsafe { AsyncFd::register(OwnedFd::from_raw_fd(fd as i32)).ok() }).flatten()
}

/// Waits until the process has ended, without collecting it: its id stays its own.
async fn ended(pid: u32, pidfd: Option<&AsyncFd<OwnedFd>>) {
    match pidfd {
        Some(pidfd) => {
            let _ = pidfd.readable().await;
        }
        None => {
            while !guard::has_ended(pid) {
                sleep(Duration::from_millis(5)).await;
            }
        }
    }
}

/// Runs `program` to its end. `on_stderr` gets stderr while it is written.
pub async fn run(program: &Program, mut on_stderr: impl FnMut(&str)) -> io::Result<Outcome> {
    let (mut child, group_guard) = start(program)?;
    let pid = child.id();
    let pidfd = open_pidfd(pid);
    let output = Output::default();
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let stdin = child.stdin.take().map(OwnedFd::from);
    let streams = async {
        tokio::join!(
            output.read_stdout(stdout.into(), program.max_stdout),
            output.read_stderr(stderr.into(), program.max_stderr, &mut on_stderr),
            write_stdin(stdin, program.stdin.as_deref().unwrap_or_default()),
        )
    };
    tokio::pin!(streams);

    let kill = || group_guard.as_ref().map_or_else(|| guard::kill(pid), Guard::end);
    let deadline = Instant::now() + program.timeout;
    let (mut status, mut give_up, mut streams_done) = (None, None, false);
    let (mut timed_out, mut output_held) = (false, false);
    while (status.is_none() || !streams_done) && !output_held {
        tokio::select! {
            _ = &mut streams, if !streams_done => streams_done = true,
            () = ended(pid, pidfd.as_ref()), if status.is_none() => {
                status = Some(child.wait()?);
                give_up = program.max_wait_after_exit.map(|wait| Instant::now() + wait);
            }
            () = output.too_much.notified(), if status.is_none() => kill(),
            () = sleep_until(deadline), if status.is_none() && !timed_out => {
                timed_out = true;
                kill();
            }
            () = sleep_until(give_up.unwrap_or(deadline)), if give_up.is_some() => output_held = true,
        }
    }
    let (stdout, stderr) = (output.stdout.take(), output.stderr.take());
    let status = status.ok_or(io::ErrorKind::Other)?;
    Ok(Outcome { status, timed_out, stdout_truncated: output.truncated.get(), output_held, stdout, stderr })
}
