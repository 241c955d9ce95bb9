//! System errors as JavaScript errors.

use std::io;

use rquickjs::{Ctx, Exception};

use crate::sys;

/// An Error `<what>: <reason>` with the system's `code`, to return from a native function.
pub fn throw_io(ctx: &Ctx<'_>, what: &str, error: &io::Error) -> rquickjs::Error {
    let made = Exception::from_message(ctx.clone(), &format!("{what}: {error}")).and_then(|exception| {
        exception.as_object().set("code", sys::errno_name(error))?;
        Ok(exception)
    });
    match made {
        Ok(exception) => exception.throw(),
        Err(error) => error,
    }
}
