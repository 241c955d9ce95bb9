//! The event loop: promise jobs, native futures, and what happens when neither is left.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use rquickjs::context::intrinsic;
use rquickjs::promise::PromiseState;
use rquickjs::{AsyncContext, AsyncRuntime, CatchResultExt, Ctx, Persistent, Promise, Value};

use crate::compile::PRELUDE_NAME;
use crate::heap::Heap;
use crate::loader::{self, Modules};
use crate::payload::Payload;
use crate::{fatal, globals, sys};

/// Processes that live for milliseconds do not collect garbage: reference counting frees all that is not cyclic.
const GC_THRESHOLD: usize = 64 << 20;
const STACK_LIMIT: usize = 1 << 20;

type Rejections = Rc<RefCell<Vec<(Persistent<Value<'static>>, Persistent<Value<'static>>)>>>;

/// Runs the payload's entry until nothing is left to do, then exits.
pub fn run(payload: Payload) -> ! {
    let reactor = match tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build() {
        Ok(reactor) => reactor,
        Err(error) => fatal::die(&format!(
            "starting the event loop: {}; raise this process's limits (ulimit)",
            sys::reason(&error)
        )),
    };
    reactor.block_on(run_entry(Rc::new(payload)))
}

/// The engine's own globals, all but two that we have ourselves: `performance` (js/prelude.js), and `DOMException` (LLRT's),
/// whose fifty properties would be made at each start.
type Builtins = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
    intrinsic::BigInt,
    intrinsic::WeakRef,
);

async fn run_entry(payload: Rc<Payload>) -> ! {
    let (Ok(runtime), rejections) = (AsyncRuntime::new_with_alloc(Heap::new()), Rejections::default()) else {
        fatal::die("starting the JavaScript engine failed: out of memory")
    };
    runtime.set_max_stack_size(STACK_LIMIT).await;
    runtime.set_gc_threshold(GC_THRESHOLD).await;
    runtime.set_loader(Modules(payload.clone()), Modules(payload.clone())).await;
    runtime.set_host_promise_rejection_tracker(Some(tracker(rejections.clone()))).await;
    let Ok(context) = AsyncContext::custom::<Builtins>(&runtime).await else {
        fatal::die("starting the JavaScript engine failed: out of memory")
    };
    let started = context.with(|ctx| start(&ctx, &payload)).await;
    poll_fn(|cx| {
        loop {
            // A fresh future each time: it never holds anything across polls, and the scheduler keeps our waker.
            match pin!(runtime.execute_pending_job()).poll(cx) {
                Poll::Ready(Ok(true)) => continue,
                Poll::Ready(Ok(false)) => {}
                Poll::Ready(Err(_)) => {
                    let Poll::Ready(()) =
                        pin!(context.with(|ctx| fatal::uncaught(&ctx, ctx.catch()))).poll(cx)
                    else {
                        return Poll::Pending;
                    };
                }
                Poll::Pending => return Poll::Pending,
            }
            if !rejections.borrow().is_empty() {
                let Poll::Ready(()) = pin!(report(&context, &rejections)).poll(cx) else {
                    return Poll::Pending;
                };
            }
            return match pin!(runtime.is_job_pending()).poll(cx) {
                Poll::Ready(false) => Poll::Ready(()),
                _ => Poll::Pending,
            };
        }
    })
    .await;
    context.with(|ctx| finish(&ctx, started)).await
}

/// Records the rejected promises that have no handler yet.
fn tracker(rejections: Rejections) -> rquickjs::runtime::RejectionTracker {
    Box::new(move |ctx, promise, reason, is_handled| {
        let mut list = rejections.borrow_mut();
        if is_handled {
            list.retain(|(known, _)| known.clone().restore(&ctx).is_ok_and(|known| known != promise));
        } else {
            list.push((Persistent::save(&ctx, promise), Persistent::save(&ctx, reason)));
        }
    })
}

async fn report(context: &AsyncContext, rejections: &Rejections) {
    context
        .with(|ctx| {
            let first = rejections.borrow_mut().drain(..).next();
            if let Some(reason) = first.and_then(|(_, reason)| reason.restore(&ctx).ok()) {
                fatal::uncaught(&ctx, reason);
            }
        })
        .await
}

/// Sets up the globals and starts the entry module. Gives its promise.
fn start(ctx: &Ctx<'_>, payload: &Payload) -> Persistent<Promise<'static>> {
    let evaluate = |name: &str| loader::load(ctx, payload, name)?.eval().map(|(_, promise)| promise);
    let started = globals::install(ctx)
        .and_then(|()| evaluate(PRELUDE_NAME))
        .and_then(|prelude| prelude.finish::<()>())
        .and_then(|()| evaluate(payload.entry()))
        .catch(ctx);
    match started {
        Ok(promise) => Persistent::save(ctx, promise),
        Err(error) => fatal::stop(ctx, error),
    }
}

/// Nothing is left to run. A program that is still waiting then waits for ever, which is a failure, not success.
fn finish(ctx: &Ctx<'_>, started: Persistent<Promise<'static>>) -> ! {
    match started.restore(ctx).map(|promise| promise.state()) {
        // A program that asked to hear of errors ends by calling exit; running dry instead is one more error.
        Ok(PromiseState::Resolved) if fatal::has_handler() => {
            fatal::die("internal error: it ended without an answer; please report it")
        }
        Ok(PromiseState::Resolved) => sys::exit(exit_code(ctx)),
        Ok(PromiseState::Pending) => {
            fatal::die("uncaught error: the program waits for something that can never happen")
        }
        _ => fatal::die("uncaught error: the program failed to load"),
    }
}

/// The value of `process.exitCode` at the end.
fn exit_code(ctx: &Ctx<'_>) -> i32 {
    let code = ctx
        .globals()
        .get::<_, rquickjs::Object<'_>>("process")
        .and_then(|process| process.get::<_, Option<i32>>("exitCode"));
    code.ok().flatten().unwrap_or(0)
}
