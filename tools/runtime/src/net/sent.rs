//! When the first request of the process is on its way. From then on the process mostly waits, and a program may use that
//! time for work that no request depends on yet, such as loading code.

use std::rc::Rc;

use tokio::sync::SetOnce;

thread_local! {
    static SENT: Rc<SetOnce<()>> = Rc::default();
}

/// To be called when a request was handed to its connection. The connection's task was woken by that and runs before
/// the one that this spawns, so the request has been written before any listener runs.
pub fn announce() {
    if !SENT.with(|sent| sent.initialized()) {
        tokio::spawn(async {
            // Twice makes no difference.
            let _ = SENT.with(|sent| sent.set(()));
        });
    }
}

/// Waits until a request is on its way; at once when one was.
pub async fn first() {
    let sent = SENT.with(Rc::clone);
    sent.wait().await;
}
