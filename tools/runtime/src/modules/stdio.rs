//! `imagecred:stdio`: argv, environment, the three standard streams, exit.

use std::env;
use std::io;

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::{Async, Func};
use rquickjs::{Ctx, Function, Object, Result, TypedArray};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::errors::throw_io;
use super::text::Text;
use crate::{fatal, sys};

const STDIN: i32 = 0;

/// Waits for stdin without blocking the event loop, so that the program's deadline holds while a caller keeps it open.
async fn wait_readable() -> io::Result<()> {
    // SAFETY: stdin stays open for as long as the process lives.
    match unsafe { AsyncFd::register_with_interest(STDIN, Interest::READABLE) } {
        Ok(stdin) => {
            let mut ready = stdin.readable().await?;
            ready.clear_ready();
            Ok(())
        }
        // A regular file or /dev/null: epoll refuses them because they never block.
        Err(error) => match error.into_parts().1 {
            error if error.raw_os_error() == Some(libc::EPERM) => Ok(()),
            error => Err(error),
        },
    }
}

async fn read_stdin(ctx: Ctx<'_>, max_bytes: usize) -> Result<TypedArray<'_, u8>> {
    let limit = max_bytes.saturating_add(1);
    let mut bytes = Vec::new();
    let mut chunk = vec![0; limit.min(64 << 10)];
    let outcome: io::Result<()> = async {
        while bytes.len() < limit {
            if !sys::readable_now(STDIN) {
                wait_readable().await?;
            }
            let room = chunk.len().min(limit - bytes.len());
            match sys::read(STDIN, &mut chunk[..room]) {
                Ok(0) => break,
                Ok(count) => bytes.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
    .await;
    outcome.map_err(|error| throw_io(&ctx, "reading stdin", &error))?;
    TypedArray::new(ctx, bytes)
}

fn write_stdout(ctx: Ctx<'_>, text: Text) -> Result<()> {
    sys::write_all(1, text.0.as_bytes()).map_err(|error| throw_io(&ctx, "writing stdout", &error))
}

fn write_stderr(text: Text) {
    sys::write_best_effort(2, text.0.as_bytes());
}

fn exit(code: i32) {
    sys::exit(code)
}

fn on_uncaught<'js>(ctx: Ctx<'js>, handler: Function<'js>) {
    fatal::set_handler(&ctx, handler);
}

pub struct StdioModule;

impl ModuleDef for StdioModule {
    fn declare(declare: &Declarations) -> Result<()> {
        for name in ["args", "env", "readStdin", "writeStdout", "writeStderr", "exit", "onUncaught"] {
            declare.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let args: Vec<_> = env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
        let variables = Object::new(ctx.clone())?;
        for (name, value) in env::vars_os() {
            variables.set(name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())?;
        }
        exports.export("args", args)?;
        exports.export("env", variables)?;
        exports.export("readStdin", Func::from(Async(read_stdin)))?;
        exports.export("writeStdout", Func::from(write_stdout))?;
        exports.export("writeStderr", Func::from(write_stderr))?;
        exports.export("exit", Func::from(exit))?;
        exports.export("onUncaught", Func::from(on_uncaught))?;
        Ok(())
    }
}
