//! Match tokens, taken out of what triage keeps of an erased notification.
//!
//! What a reader would get wrong: the facts stay, for nobody is named by them. Only what says that two children are one, or
//! live in one home, goes.

use bytes::Bytes;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::CodedNotification;
use prost::Message;

/// `notification.assessed.v1` as it was heard, without match tokens. What this build cannot read cannot be rid of them, so
/// nothing of it is left; and fields of a later version, which may be tokens too, go.
pub(crate) fn without_tokens(heard: &[u8]) -> Bytes {
    let Ok(mut event) = NotificationAssessed::decode(heard) else { return Bytes::new() };
    event.notification.as_mut().map(strip);
    event.encode_to_vec().into()
}

/// Takes the match tokens out of a notification.
pub(crate) fn strip(notification: &mut CodedNotification) {
    for child in &mut notification.children {
        child.child_token.clear();
        child.household_token.clear();
    }
}
