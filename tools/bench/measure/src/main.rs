//! Runs a command once and prints what it cost, as the kernel counted it.
//!
//! `measure [--group DIRECTORY]... [--seconds LIMIT] STDIN_FILE COMMAND [ARGUMENT...]` prints one line of JSON:
//! `{"startedUs":…,"wallUs":…,"userUs":…,"systemUs":…,"peakKib":…,"exitCode":…,"signal":…,"stdoutBytes":…}`.
//! The command reads STDIN_FILE's content from a pipe, as the kubelet's plugins do. It runs in the control groups of these
//! directories, and is killed after the limit. `exitCode` is -1 if a signal ended the command; `signal` is 0 if not.
//!
//! A program of its own because a child's peak memory starts with that of the process that forked it
//! (`exec` carries the old address space's high-water mark over): this one needs about a megabyte, Node fifty.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What a pipe takes without a reader (pipe(7)): the whole input is written before the command may read it.
const PIPE_BYTES: usize = 64 * 1024;

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(|argument| {
        use std::os::unix::ffi::OsStringExt;
        CString::new(argument.into_vec()).unwrap_or_else(|_| fail("an argument holds a NUL"))
    });
    let usage = || fail("usage: measure [--group DIRECTORY]... [--seconds LIMIT] STDIN_FILE COMMAND [ARGUMENT...]");
    let mut groups = Vec::new();
    let mut limit = None;
    let mut stdin_path = arguments.next().unwrap_or_else(usage);
    while stdin_path.as_bytes().starts_with(b"--") {
        let value = arguments.next().unwrap_or_else(usage);
        match stdin_path.as_bytes() {
            b"--group" => groups.push(open_group(&value)),
            b"--seconds" => limit = value.to_str().ok().and_then(|text| text.parse().ok()).map(Duration::from_secs),
            _ => _ = usage(),
        }
        stdin_path = arguments.next().unwrap_or_else(usage);
    }
    let command: Vec<CString> = arguments.collect();
    if command.is_empty() {
        fail("no command");
    }
    let stdin = std::fs::read(stdin_path.to_str().unwrap_or_else(|_| fail("the stdin file's path is not UTF-8")))
        .unwrap_or_else(|error| fail(&format!("reading the stdin file: {error}")));
    if stdin.len() > PIPE_BYTES {
        fail("the stdin file does not fit into a pipe");
    }
    let mut argv: Vec<*const libc::c_char> = command.iter().map(|word| word.as_ptr()).collect();
    argv.push(std::ptr::null());

    let (child_stdin, mut input) = pipe();
    let (mut output, child_stdout) = pipe();
    let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_else(|_| fail("the clock is before 1970"));
    let started = Instant::now();
    // SAFETY: single-threaded, and the child calls only async-signal-safe functions before exec.
    let child = unsafe { libc::fork() };
    match child {
        -1 => fail("no process"),
        0 => unsafe {
            for group in &groups {
                // 0 is the process that writes (cgroups(7)).
                if libc::write(group.as_raw_fd(), c"0".as_ptr().cast(), 1) != 1 {
                    libc::_exit(126);
                }
            }
            libc::dup2(child_stdin.as_raw_fd(), 0);
            libc::dup2(child_stdout.as_raw_fd(), 1);
            libc::execv(argv[0], argv.as_ptr());
            libc::_exit(127);
        },
        _ => {}
    }
    drop(child_stdout);
    if let Err(error) = input.write_all(&stdin) {
        fail(&format!("writing the command's input: {error}"));
    }
    drop(input);
    if let Some(limit) = limit {
        // A thread of this process does not count for the command, and ends with it.
        std::thread::spawn(move || {
            std::thread::sleep(limit);
            // SAFETY: this process has not waited for the command yet, or has ended.
            unsafe { libc::kill(child, libc::SIGKILL) };
        });
    }
    let mut stdout = Vec::new();
    if let Err(error) = output.read_to_end(&mut stdout) {
        fail(&format!("reading the command's output: {error}"));
    }
    let mut status = 0;
    // SAFETY: rusage is plain data, for which zeroes are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are valid for the call.
    if unsafe { libc::wait4(child, &mut status, 0, &mut usage) } != child {
        fail("the command was not there to wait for");
    }
    let wall = started.elapsed();
    let exit_code = if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { -1 };
    let signal = if libc::WIFSIGNALED(status) { libc::WTERMSIG(status) } else { 0 };
    println!(
        "{{\"startedUs\":{},\"wallUs\":{},\"userUs\":{},\"systemUs\":{},\"peakKib\":{},\"exitCode\":{},\"signal\":{},\"stdoutBytes\":{}}}",
        epoch.as_micros(),
        wall.as_micros(),
        microseconds(usage.ru_utime),
        microseconds(usage.ru_stime),
        usage.ru_maxrss,
        exit_code,
        signal,
        stdout.len(),
    );
}

/// A pipe that an executed program does not have: where to read, where to write.
fn pipe() -> (File, File) {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for the two descriptors.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        fail("no pipe");
    }
    // SAFETY: both descriptors are new and ours.
    unsafe { (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])) }
}

fn open_group(directory: &CString) -> File {
    let path = format!("{}/cgroup.procs", directory.to_str().unwrap_or_else(|_| fail("a group's path is not UTF-8")));
    OpenOptions::new().write(true).open(&path).unwrap_or_else(|error| fail(&format!("opening {path}: {error}")))
}

fn microseconds(time: libc::timeval) -> i64 {
    time.tv_sec * 1_000_000 + time.tv_usec
}

fn fail(why: &str) -> ! {
    eprintln!("measure: {why}");
    std::process::exit(2)
}
