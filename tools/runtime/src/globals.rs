//! Globals that LLRT implements natively, each made when it is first looked at: most programs use few of them.
//! Globals that need little code are in `js/prelude.js`.

use llrt_utils::primordials::{BasePrimordials, Primordial};
use rquickjs::object::{Accessor, Property};
use rquickjs::{Ctx, Result, Value};

use crate::buffers;

type Init = fn(&Ctx<'_>) -> Result<()>;

/// Names, and the function that defines them all.
const GROUPS: &[(&[&str], Init)] = &[
    (&["Buffer", "Blob", "File", "atob", "btoa"], |ctx| buffers::init(ctx)),
    (&["URL", "URLSearchParams"], llrt_url::init),
    (&["TextEncoder", "TextDecoder"], |ctx| buffers::init_text(ctx)),
    (&["Event", "EventTarget", "CustomEvent"], llrt_events::init),
    (&["AbortController", "AbortSignal"], init_abort),
    (&["DOMException"], llrt_exceptions::init),
];

/// LLRT's own `AbortSignal.timeout` counts on LLRT's timers, which are not in here.
const ABORT_TIMEOUT: &str = r#"AbortSignal.timeout = (delay) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException("The operation timed out.", "TimeoutError")), delay);
  return controller.signal;
}"#;

fn init_abort(ctx: &Ctx<'_>) -> Result<()> {
    llrt_abort::init(ctx)?;
    ctx.eval::<(), _>(ABORT_TIMEOUT)
}

/// Puts a getter in each name's place that defines the real thing when it is first read.
pub fn install<'js>(ctx: &Ctx<'js>) -> Result<()> {
    let globals = ctx.globals();
    for (group, (names, _)) in GROUPS.iter().enumerate() {
        for name in *names {
            let get = move |ctx: Ctx<'js>| get(ctx, group, name);
            let set = move |ctx: Ctx<'js>, value: Value<'js>| set(ctx, name, value);
            globals.prop(*name, Accessor::new(get, set).configurable())?;
        }
    }
    Ok(())
}

fn get<'js>(ctx: Ctx<'js>, group: usize, name: &str) -> Result<Value<'js>> {
    let (names, init) = GROUPS[group];
    let globals = ctx.globals();
    for name in names {
        globals.remove(*name)?;
    }
    BasePrimordials::init(&ctx)?;
    init(&ctx)?;
    globals.get(name)
}

fn set<'js>(ctx: Ctx<'js>, name: &str, value: Value<'js>) -> Result<()> {
    ctx.globals().prop(name, Property::from(value).writable().configurable().enumerable())
}
