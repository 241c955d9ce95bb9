//! How the process ends when something broke: one line on stderr, exit 1.

use std::cell::RefCell;
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rquickjs::{CaughtError, Coerced, Ctx, Function, Object, Persistent, Value};

use crate::sys;

thread_local! {
    /// The program's own last word, from `onUncaught`.
    static HANDLER: RefCell<Option<Persistent<Function<'static>>>> = const { RefCell::new(None) };
}

/// Longest line that we write, in bytes: the kubelet shows it whole within its own error.
const LINE_LIMIT: usize = 700;

/// Path that this process was executed by: what the kernel put into the auxiliary vector. Works without /proc.
pub fn executed_path() -> PathBuf {
    // SAFETY: AT_EXECFN points to a NUL-terminated string that lives as long as the process.
    let path = unsafe {
        let address = libc::getauxval(libc::AT_EXECFN);
        if address == 0 { c"" } else { CStr::from_ptr(address as *const libc::c_char) }
    };
    Path::new(OsStr::from_bytes(path.to_bytes())).to_path_buf()
}

/// File name of the executable, which names the plugin in messages.
pub fn program_name() -> String {
    executed_path().file_name().map_or_else(|| "imagecred".into(), |name| name.to_string_lossy().into_owned())
}

/// One line, no control characters, at most `LINE_LIMIT` bytes with its newline.
fn one_line(text: &str) -> String {
    let mut line: String =
        text.split(|c: char| c.is_control()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    if line.len() >= LINE_LIMIT {
        let mut end = LINE_LIMIT - 4;
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        line.truncate(end);
        line.push_str("...");
    }
    line.push('\n');
    line
}

/// Writes `<program>: <message>` and exits 1.
pub fn die(message: &str) -> ! {
    sys::write_best_effort(2, one_line(&format!("{}: {message}", program_name())).as_bytes());
    sys::exit(1)
}

/// Sets the function that gets to report an uncaught error before the process ends.
pub fn set_handler<'js>(ctx: &Ctx<'js>, handler: Function<'js>) {
    HANDLER.with(|slot| *slot.borrow_mut() = Some(Persistent::save(ctx, handler)));
}

pub fn has_handler() -> bool {
    HANDLER.with(|slot| slot.borrow().is_some())
}

/// Ends the process because of `error`: the program's handler reports it, or we do. Always exit 1.
pub fn uncaught<'js>(ctx: &Ctx<'js>, error: Value<'js>) -> ! {
    if let Some(handler) = HANDLER.with(|slot| slot.borrow_mut().take())
        && let Ok(handler) = handler.restore(ctx)
    {
        match handler.call::<_, ()>((error.clone(),)) {
            Ok(()) => sys::exit(1),
            Err(_) => drop(ctx.catch()),
        }
    }
    die(&format!("uncaught error: {}", describe(&error)))
}

/// Ends the process because of an error that reached native code.
pub fn stop<'js>(ctx: &Ctx<'js>, error: CaughtError<'js>) -> ! {
    match error {
        CaughtError::Exception(exception) => uncaught(ctx, exception.into_object().into_value()),
        CaughtError::Value(value) => uncaught(ctx, value),
        CaughtError::Error(error) => die(&format!("uncaught error: {error}")),
    }
}

/// `Name: message (at first frame)`, or the value as text.
pub fn describe(value: &Value<'_>) -> String {
    let text = |object: &Object<'_>, key: &str| {
        object.get::<_, Option<Coerced<String>>>(key).ok().flatten().map(|text| text.0).unwrap_or_default()
    };
    match value.as_object() {
        Some(error) if error.is_error() => {
            let (name, message, stack) = (text(error, "name"), text(error, "message"), text(error, "stack"));
            let frame = stack.lines().map(str::trim).find(|line| line.starts_with("at "));
            let head = if message.is_empty() { name } else { format!("{name}: {message}") };
            frame.map_or_else(|| head.clone(), |frame| format!("{head} ({frame})"))
        }
        _ => value.get::<Coerced<String>>().map_or_else(|_| "a value that has no text".into(), |text| text.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_of_bounded_length() {
        assert_eq!(one_line("a\nb\r\n\tc"), "a b c\n");
        let long = one_line(&"ä".repeat(1000));
        assert!(long.len() <= LINE_LIMIT && long.ends_with("...\n"));
    }
}
