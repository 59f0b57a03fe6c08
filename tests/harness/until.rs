//! Waits for a condition. The time limit is for a story that has gone wrong, not for one that is slow.

use std::time::Duration;

use lifecycle::{CancellationToken, pause};

const GIVE_UP: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Asks again and again until there is an answer.
///
/// # Panics
/// Where none has come in two minutes: `what` says what was waited for.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let never = CancellationToken::new();
    let answered = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            pause(LOOK_AGAIN, &never).await;
        }
    };
    match tokio::time::timeout(GIVE_UP, answered).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited in vain for {what}"),
    }
}
