//! `imagecred:terminal`: where the process runs, for the operator's tool.

use std::env;

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::Func;
use rquickjs::{Ctx, Result};

use crate::{fatal, sys};

pub fn working_directory() -> String {
    env::current_dir().map_or_else(|_| "/".into(), |path| path.to_string_lossy().into_owned())
}

/// The running file, absolute if /proc is mounted.
fn executable() -> String {
    env::current_exe().unwrap_or_else(|_| fatal::executed_path()).to_string_lossy().into_owned()
}

pub struct TerminalModule;

impl ModuleDef for TerminalModule {
    fn declare(declare: &Declarations) -> Result<()> {
        for name in ["columns", "userId", "workingDirectory", "executable"] {
            declare.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(_ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        exports.export("columns", Func::from(sys::terminal_columns))?;
        exports.export("userId", Func::from(sys::effective_user))?;
        exports.export("workingDirectory", Func::from(working_directory))?;
        exports.export("executable", Func::from(executable))?;
        Ok(())
    }
}
