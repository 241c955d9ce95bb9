//! `imagecred-runtime compile DIR ENTRY OUT [HOST]`: a directory of ES modules becomes an executable.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rquickjs::loader::{Loader, Resolver};
use rquickjs::{CatchResultExt, Context, Ctx, Module, Runtime, WriteOptions};

use crate::payload;

/// Bootstraps the globals; see the file itself.
const PRELUDE: &str = include_str!("../js/prelude.js");
pub const PRELUDE_NAME: &str = "imagecred:prelude";

/// Compiling resolves no import, so any name will do.
struct AnyName;

impl Resolver for AnyName {
    fn resolve<'js>(&mut self, _ctx: &Ctx<'js>, _base: &str, name: &str) -> rquickjs::Result<String> {
        Ok(name.into())
    }
}

impl Loader for AnyName {
    fn load<'js>(&mut self, ctx: &Ctx<'js>, name: &str) -> rquickjs::Result<Module<'js>> {
        Module::declare(ctx.clone(), name, "")
    }
}

fn bytecode(context: &Context, name: &str, source: Vec<u8>) -> Result<Vec<u8>, String> {
    context.with(|ctx| {
        // Function sources go (nothing prints them); line tables stay, for the place of an uncaught error.
        let options = WriteOptions { strip_source: true, ..WriteOptions::default() };
        Module::declare(ctx.clone(), name, source)
            .and_then(|module| module.write(options))
            .catch(&ctx)
            .map_err(|error| format!("{name}: {error}"))
    })
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}

/// Compiles every `.js` file of `directory` (not of its subdirectories) and writes the executable `out`, mode 0755.
pub fn compile(host: &Path, directory: &Path, entry: &str, out: &Path) -> Result<(), String> {
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    runtime.set_loader(AnyName, AnyName);
    let context = Context::full(&runtime).map_err(|error| error.to_string())?;

    let mut names = Vec::new();
    for file in fs::read_dir(directory).map_err(failed(directory))? {
        let name = file.map_err(failed(directory))?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".js") {
            names.push(name);
        }
    }
    names.sort_by_key(|name| (name != entry, name.clone()));
    if names.first().is_none_or(|name| name != entry) {
        return Err(format!("{} has no {entry}", directory.display()));
    }

    let mut modules = Vec::new();
    for name in names {
        let path = directory.join(&name);
        let bytes = bytecode(&context, &name, fs::read(&path).map_err(failed(&path))?)?;
        modules.push((name, bytes));
    }
    modules.push((PRELUDE_NAME.into(), bytecode(&context, PRELUDE_NAME, PRELUDE.into())?));

    let host = fs::read(host).map_err(failed(host))?;
    fs::write(out, payload::append(&host, &modules)).map_err(failed(out))?;
    fs::set_permissions(out, fs::Permissions::from_mode(0o755)).map_err(failed(out))
}
