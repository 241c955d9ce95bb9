//! `imagecred:timers`: one queue, one future that sleeps until the earliest entry. The prelude makes `setTimeout` and
//! its relatives of it. Entries of the same moment run in the order in which they were made, as on Node.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::Func;
use rquickjs::{CatchResultExt, Ctx, Function, Persistent, Result};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::fatal;

/// Node's limit: a longer delay counts as one millisecond there; we take it as "as long as we can".
const MAX_DELAY_MS: f64 = 2_147_483_647.0;

#[derive(Default)]
struct Queue {
    entries: BTreeMap<(Instant, u64), Persistent<Function<'static>>>,
    moments: HashMap<u64, Instant>,
    last_id: u64,
    running: bool,
    changed: Rc<Notify>,
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::default();
}

fn with_queue<T>(body: impl FnOnce(&mut Queue) -> T) -> T {
    QUEUE.with(|queue| body(&mut queue.borrow_mut()))
}

/// Calls `callback` after `delay_ms`. Gives the id that `cancel` takes.
fn start<'js>(ctx: Ctx<'js>, delay_ms: f64, callback: Function<'js>) -> u64 {
    let delay_ms = if delay_ms >= 0.0 { delay_ms.min(MAX_DELAY_MS) } else { 0.0 };
    let moment = Instant::now() + Duration::from_secs_f64(delay_ms / 1000.0);
    let callback = Persistent::save(&ctx, callback);
    let (id, start_loop) = with_queue(|queue| {
        queue.last_id += 1;
        queue.entries.insert((moment, queue.last_id), callback);
        queue.moments.insert(queue.last_id, moment);
        queue.changed.notify_one();
        (queue.last_id, !std::mem::replace(&mut queue.running, true))
    });
    if start_loop {
        ctx.spawn(run(ctx.clone()));
    }
    id
}

fn cancel(id: u64) {
    with_queue(|queue| {
        if let Some(moment) = queue.moments.remove(&id) {
            queue.entries.remove(&(moment, id));
            queue.changed.notify_one();
        }
    });
}

/// Runs until the queue is empty.
async fn run(ctx: Ctx<'_>) {
    let changed = with_queue(|queue| queue.changed.clone());
    loop {
        let next = with_queue(|queue| {
            queue.running = !queue.entries.is_empty();
            queue.entries.first_key_value().map(|((moment, _), _)| *moment)
        });
        let Some(moment) = next else { return };
        if moment > Instant::now() {
            tokio::select! {
                () = changed.notified() => {}
                () = sleep_until(moment) => {}
            }
        } else {
            // One turn of the event loop first, so that a chain of zero delays cannot starve the sockets.
            tokio::task::yield_now().await;
        }
        run_due(&ctx);
    }
}

/// Runs what is due now, but nothing that these callbacks add.
fn run_due(ctx: &Ctx<'_>) {
    let (now, last_id) = (Instant::now(), with_queue(|queue| queue.last_id));
    loop {
        let due = with_queue(|queue| {
            let key = queue.entries.keys().find(|(moment, id)| *moment <= now && *id <= last_id).copied()?;
            queue.moments.remove(&key.1);
            queue.entries.remove(&key)
        });
        let Some(callback) = due else { return };
        if let Err(error) = callback.restore(ctx).and_then(|callback| callback.call::<_, ()>(())).catch(ctx) {
            fatal::stop(ctx, error);
        }
        while ctx.execute_pending_job() {}
    }
}

pub struct TimersModule;

impl ModuleDef for TimersModule {
    fn declare(declare: &Declarations) -> Result<()> {
        declare.declare("start")?.declare("cancel")?;
        Ok(())
    }

    fn evaluate<'js>(_ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        exports.export("start", Func::from(start))?;
        exports.export("cancel", Func::from(cancel))?;
        Ok(())
    }
}
