//! System errors as JavaScript errors.

use std::io;

use rquickjs::{Ctx, Exception};

use crate::sys;

/// An Error `<what>: <reason>` with the system's `code`, to return from a native function.
pub fn throw_io(ctx: &Ctx<'_>, what: &str, error: &io::Error) -> rquickjs::Error {
    throw_coded(ctx, sys::errno_name(error), &format!("{what}: {}", sys::reason(error)))
}

/// An Error with a code of ours, to return from a native function.
pub fn throw_coded(ctx: &Ctx<'_>, code: &str, message: &str) -> rquickjs::Error {
    let made = Exception::from_message(ctx.clone(), message).and_then(|exception| {
        exception.as_object().set("code", code)?;
        Ok(exception)
    });
    match made {
        Ok(exception) => exception.throw(),
        Err(error) => error,
    }
}
