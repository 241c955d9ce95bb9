//! `imagecred:host`: what the prelude needs to know of the process. Not for programs.

use std::env;
use std::time::Instant;

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::Func;
use rquickjs::{Ctx, Result};

use super::terminal::working_directory;
use crate::{fatal, sys};

pub struct HostModule;

impl ModuleDef for HostModule {
    fn declare(declare: &Declarations) -> Result<()> {
        for name in ["arch", "pid", "execPath", "cwd", "now", "terminalColumns", "uid"] {
            declare.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(_ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let start = Instant::now();
        // Node's names.
        let arch = match env::consts::ARCH {
            "x86_64" => "x64",
            "aarch64" => "arm64",
            other => other,
        };
        exports.export("arch", arch)?;
        exports.export("pid", std::process::id())?;
        exports.export("execPath", fatal::executed_path().to_string_lossy().into_owned())?;
        exports.export("cwd", Func::from(working_directory))?;
        exports.export("now", Func::from(move || start.elapsed().as_secs_f64() * 1000.0))?;
        exports.export("terminalColumns", Func::from(sys::terminal_columns))?;
        exports.export("uid", Func::from(sys::uid))?;
        Ok(())
    }
}
