//! Work that may block for long or for ever, such as reading a file of a network that is gone: on a thread of its own, so
//! that the program's deadline holds. Ending the process ends such threads, too.

use std::thread;

use tokio::sync::oneshot;

/// Enough for reading and parsing; what it does not use costs nothing.
const STACK: usize = 256 << 10;

/// Begins `work` and lets it be. Where there can be no thread, it is done at once.
pub fn start(work: impl FnOnce() + Send + 'static) {
    // The closure is lost when a thread cannot be made, so a cell holds it.
    let work = std::sync::Arc::new(std::sync::Mutex::new(Some(work)));
    let shared = work.clone();
    let take = |cell: &std::sync::Mutex<Option<_>>| cell.lock().ok().and_then(|mut work| work.take());
    let run = move || {
        if let Some(work) = take(&shared) {
            work();
        }
    };
    if thread::Builder::new().stack_size(STACK).spawn(run).is_err()
        && let Some(work) = work.lock().ok().and_then(|mut work| work.take())
    {
        work();
    }
}

/// The result of `work`; `None` if it panicked.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, outcome) = oneshot::channel();
    start(move || drop(tell.send(work())));
    outcome.await.ok()
}
