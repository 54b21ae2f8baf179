//! Places where a test may end the work, to prove that nothing is lost or doubled there: before each write to the
//! store, before and after each word with a partner. Release builds have none.
//!
//! What happens between two such places is not seen from outside, so they stand for a crash anywhere.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;

tokio::task_local! {
    /// How many more places may be passed.
    static LEFT: Cell<usize>;
}

/// Runs `work` until it has passed so many places; `None` where it came no further. What it held is dropped.
pub async fn crash_after<T>(places: usize, work: impl Future<Output = T>) -> Option<T> {
    LEFT.scope(Cell::new(places), async {
        let mut work = pin!(work);
        std::future::poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if LEFT.with(Cell::get) == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    })
    .await
}

/// Kills this process without warning, as SIGKILL does, if `CLAIMGATE_KILL_AT` names this place; never returns where
/// [`crash_after`] counts no further.
pub async fn point(_name: &str) {
    #[cfg(debug_assertions)]
    {
        if std::env::var("CLAIMGATE_KILL_AT").is_ok_and(|place| place == _name) {
            let id = std::process::id().to_string();
            let _ = std::process::Command::new("kill")
                .args(["-KILL", &id])
                .status();
            // The signal may take a moment.
            std::thread::sleep(std::time::Duration::from_secs(10));
        }
        let is_over = LEFT.try_with(|left| {
            left.set(left.get().saturating_sub(1));
            left.get() == 0
        });
        if is_over == Ok(true) {
            std::future::pending::<()>().await;
        }
    }
}
