//! `imagecred:process`: commands and programs.

use std::time::Duration;

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::{Async, Func};
use rquickjs::{CatchResultExt, Ctx, FromJs, Function, Object, Result, TypedArray, Value};
use std::os::unix::process::ExitStatusExt;

use super::errors::throw_io;
use super::text::{Text, pairs, utf8};
use crate::child::{self, Outcome, Program, signal_name};
use crate::fatal;

/// As packages/protocol/src/runtime/programs.ts says, per kind of run.
const GROUP_STDERR: usize = 4 << 10;
const PROGRAM_STDERR: usize = 64 << 10;
/// The group is dead by then; who still holds the output has left it on purpose.
const GROUP_WAIT: Duration = Duration::from_millis(100);

fn milliseconds(options: &Object<'_>, key: &str) -> Result<Duration> {
    Ok(Duration::from_millis(options.get::<_, f64>(key)?.max(0.0) as u64))
}

fn environment(options: &Object<'_>) -> Result<Vec<(String, String)>> {
    pairs(&options.get("env")?)
}

fn input<'js>(ctx: &Ctx<'js>, options: &Object<'js>) -> Result<Vec<u8>> {
    let value: Value<'js> = options.get("stdin")?;
    match value.as_string() {
        Some(text) => Ok(utf8(ctx, text)?.into_bytes()),
        None => Ok(TypedArray::<u8>::from_js(ctx, value)?.as_bytes().unwrap_or_default().to_vec()),
    }
}

fn result<'js>(ctx: &Ctx<'js>, outcome: &Outcome) -> Result<Object<'js>> {
    let result = Object::new(ctx.clone())?;
    // Null, not undefined, where there is none.
    let or_null = |value: Option<Value<'js>>| value.unwrap_or_else(|| Value::new_null(ctx.clone()));
    result.set("status", or_null(outcome.status.code().map(|code| Value::new_int(ctx.clone(), code))))?;
    let signal =
        outcome.status.signal().map(|signal| rquickjs::String::from_str(ctx.clone(), &signal_name(signal)));
    result.set("signal", or_null(signal.transpose()?.map(rquickjs::String::into_value)))?;
    result.set("timedOut", outcome.timed_out)?;
    result.set("stdoutTruncated", outcome.stdout_truncated)?;
    result.set("outputHeld", outcome.output_held)?;
    result.set("stdout", TypedArray::<u8>::new_copy(ctx.clone(), &outcome.stdout)?)?;
    result.set("stderr", outcome.stderr.as_str())?;
    Ok(result)
}

async fn run<'js>(ctx: Ctx<'js>, program: Program, on_stderr: Option<Function<'js>>) -> Result<Object<'js>> {
    let tell = |piece: &str| {
        if let Some(callback) = &on_stderr
            && let Err(error) = callback.call::<_, ()>((piece,)).catch(&ctx)
        {
            fatal::stop(&ctx, error);
        }
    };
    match child::run(&program, tell).await {
        Ok(outcome) => result(&ctx, &outcome),
        Err(error) => Err(throw_io(&ctx, &format!("running {}", program.file), &error)),
    }
}

/// A program in a process group of its own, of which nothing is left when it is over. A name without a slash is looked for
/// in the PATH of `env` (execvp(3)).
async fn run_command<'js>(ctx: Ctx<'js>, options: Object<'js>) -> Result<Object<'js>> {
    let program = Program {
        file: options.get::<_, Text>("file")?.0,
        args: texts(&options, "args")?,
        env: environment(&options)?,
        stdin: None,
        own_group: true,
        timeout: milliseconds(&options, "timeoutMs")?,
        max_stdout: options.get::<_, f64>("maxStdoutBytes")?.max(0.0) as usize,
        max_stderr: GROUP_STDERR,
        max_wait_after_exit: Some(GROUP_WAIT),
        mounts_of: None,
    };
    run(ctx, program, None).await
}

fn texts(options: &Object<'_>, key: &str) -> Result<Vec<String>> {
    Ok(options.get::<_, Vec<Text>>(key)?.into_iter().map(|text| text.0).collect())
}

async fn run_program<'js>(ctx: Ctx<'js>, options: Object<'js>) -> Result<Object<'js>> {
    let max_wait: Option<f64> = options.get("maxWaitAfterExitMs")?;
    let program = Program {
        file: options.get::<_, Text>("file")?.0,
        args: texts(&options, "args")?,
        env: environment(&options)?,
        stdin: Some(input(&ctx, &options)?),
        own_group: false,
        timeout: milliseconds(&options, "timeoutMs")?,
        max_stdout: options.get::<_, f64>("maxStdoutBytes")?.max(0.0) as usize,
        max_stderr: PROGRAM_STDERR,
        max_wait_after_exit: max_wait.map(|wait| Duration::from_millis(wait.max(0.0) as u64)),
        mounts_of: options.get::<_, Option<f64>>("mountsOf")?.map(|pid| pid.max(0.0) as u32),
    };
    run(ctx, program, options.get("onStderr")?).await
}

pub struct ProcessModule;

impl ModuleDef for ProcessModule {
    fn declare(declare: &Declarations) -> Result<()> {
        declare.declare("runCommand")?.declare("runProgram")?;
        Ok(())
    }

    fn evaluate<'js>(_ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        exports.export("runCommand", Func::from(Async(run_command)))?;
        exports.export("runProgram", Func::from(Async(run_program)))?;
        Ok(())
    }
}
