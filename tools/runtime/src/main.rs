//! The static runtime of imagecred's executables: runs the bytecode that is appended to it.
//!
//! With a program appended, every argument is the program's. Bare, it is the compiler that makes such executables.

mod background;
mod base64;
mod buffers;
mod child;
mod compile;
mod engine;
mod fatal;
mod files;
mod globals;
mod heap;
mod loader;
mod modules;
mod net;
mod payload;
mod sys;
mod timers;

use std::env;
use std::fs::File;
use std::panic;
use std::path::Path;

use payload::{Payload, Problem};

/// Which sources these are (tools/executables/src/cargo.ts): another value makes cargo compile them.
const _: Option<&str> = option_env!("IMAGECRED_RUNTIME_SOURCES");

/// AddressSanitizer's own settings. A process ends without freeing its memory, so leaks are not reported. The exit code differs from
/// the plugins' own, so that no test takes a report for an error of the program.
#[cfg(imagecred_sanitized)]
#[unsafe(no_mangle)]
extern "C" fn __asan_default_options() -> *const libc::c_char {
    c"detect_leaks=0:exitcode=86".as_ptr()
}

const USAGE: &str = "usage: imagecred-runtime compile DIRECTORY ENTRY OUT [HOST] (this file holds no program: it was built without one, or its end is missing)";

fn main() {
    // A defect of the static runtime itself is an error like any other, not a stack trace and a core dump.
    panic::set_hook(Box::new(|info| {
        fatal::die(&format!("internal error of the static runtime: {info}; please report it"))
    }));
    let own = File::open("/proc/self/exe").or_else(|_| File::open(fatal::executed_path()));
    match own.map_err(Problem::from).and_then(Payload::open) {
        Ok(payload) => engine::run(payload),
        Err(Problem::Absent) => {
            let args: Vec<_> = env::args_os().skip(1).collect();
            match args.as_slice() {
                [command, directory, entry, out, rest @ ..] if command == "compile" && rest.len() < 2 => {
                    let host = rest.first().map_or(Path::new("/proc/self/exe"), Path::new);
                    let entry = entry.to_string_lossy();
                    if let Err(error) = compile::compile(host, Path::new(directory), &entry, Path::new(out)) {
                        fatal::die(&error);
                    }
                }
                _ => fatal::die(USAGE),
            }
        }
        Err(problem) => {
            fatal::die(&format!("this executable cannot run: {}; install it anew", loader::message(&problem)))
        }
    }
}
