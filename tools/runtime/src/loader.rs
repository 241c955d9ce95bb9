//! Modules come from the payload and from the static runtime itself. No file or variable can add one.

use std::rc::Rc;

use rquickjs::loader::{Loader, Resolver};
use rquickjs::module::{Declared, Module};
use rquickjs::{Ctx, Error, Result};

use crate::modules;
use crate::payload::{Payload, Problem};

pub struct Modules(pub Rc<Payload>);

impl Resolver for Modules {
    fn resolve<'js>(&mut self, _ctx: &Ctx<'js>, base: &str, name: &str) -> Result<String> {
        let plain = name.strip_prefix("./").or_else(|| name.strip_prefix("node:")).unwrap_or(name);
        if self.0.has(plain) || modules::is_native(plain) {
            Ok(plain.into())
        } else {
            Err(Error::new_resolving_message(base, name, "not part of this program"))
        }
    }
}

impl Loader for Modules {
    fn load<'js>(&mut self, ctx: &Ctx<'js>, name: &str) -> Result<Module<'js, Declared>> {
        if let Some(module) = modules::declare(ctx, name) {
            return module;
        }
        load(ctx, &self.0, name)
    }
}

/// Reads a module of the payload into the engine, without running it.
pub fn load<'js>(ctx: &Ctx<'js>, payload: &Payload, name: &str) -> Result<Module<'js, Declared>> {
    let bytes = payload
        .read(name)
        .ok_or_else(|| Error::new_loading_message(name, "not part of this program"))?
        .map_err(|problem| Error::new_loading_message(name, message(&problem)))?;
    // SAFETY: the bytes are what this runtime's own compiler wrote (`compile.rs`), checked by CRC.
    let module = unsafe { Module::load(ctx.clone(), &bytes)? };
    module.meta()?.set("url", format!("file:///{name}"))?;
    Ok(module)
}

/// A problem in words that follow "this executable cannot run: ".
pub fn message(problem: &Problem) -> String {
    match problem {
        Problem::Absent => "it ends before its program does".into(),
        Problem::Damaged(what) => (*what).into(),
        Problem::Io(error) => format!("reading its program failed: {error}"),
    }
}
