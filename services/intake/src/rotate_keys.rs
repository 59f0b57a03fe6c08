//! Wraps every notification's key under the wrapping key in use. No record is touched.

use std::sync::Arc;

use futures::Stream;
use lifecycle::CancellationToken;
use storage::StoreError;

use crate::store::Records;

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The wrapping key in use, by its id.
    pub wrapped_under: String,
    /// Keys wrapped anew so far.
    pub done: u64,
    /// Keys that are under another still.
    pub left: u64,
}

/// The use case.
#[derive(Clone)]
pub struct RotateKeys {
    records: Arc<dyn Records>,
}

impl RotateKeys {
    /// Wraps keys anew in `records`.
    pub fn new(records: Arc<dyn Records>) -> Self {
        Self { records }
    }

    /// Wraps a page for each item that is asked for, and tells how far it has come, until nothing is left or `stop` is given.
    /// Ended at any moment, it goes on where it was: what is wrapped anew is not looked at again.
    pub fn pages(
        &self,
        stop: CancellationToken,
    ) -> impl Stream<Item = Result<Progress, StoreError>> + Send + 'static {
        let state = Some((self.records.clone(), 0, stop));
        futures::stream::unfold(state, |state| async move {
            let (records, done, stop) = state.filter(|(_, _, stop)| !stop.is_cancelled())?;
            Some(match records.wrap_anew().await {
                Err(error) => (Err(error), None),
                Ok(page) => {
                    let done = done + page.done;
                    let wrapped_under = records.wrapped_under().to_owned();
                    let next = (page.left > 0).then_some((records, done, stop));
                    (Ok(Progress { wrapped_under, done, left: page.left }), next)
                }
            })
        })
    }
}
