//! What is answered while more waits in the outbox than the settings allow, and after that.

use std::num::NonZeroU64;

use contracts::intake::v1::{AmendRequest, SubmitRequest, SubmitResponse, WatchRequest};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::service::{Service, notification, reason};

async fn submitted(service: &Service, sender_reference: &str) -> Result<SubmitResponse, Status> {
    let notification = Some(notification("373", sender_reference));
    Ok(service.client("373").submit(SubmitRequest { notification }).await?.into_inner())
}

/// Submits one after the other until one is refused, and says how many were held and how the last one was refused. The
/// outbox is measured once a second, so that more are held than the bound.
async fn filled(service: &Service) -> (u64, Status) {
    for number in 0.. {
        if let Err(refused) = submitted(service, &format!("A-{number}")).await {
            return (number, refused);
        }
    }
    unreachable!("something is refused")
}

async fn delivered(service: &Service) {
    let claim = service.intake.post_room.outbox.claim(1_000_000).await.expect("reads");
    let arrived: Vec<_> = claim.envelopes.iter().map(|event| event.id).collect();
    claim.settle(&arrived).await.expect("settles");
}

#[tokio::test]
async fn above_the_bound_nothing_new_is_taken_and_everything_else_is_answered() {
    const BOUND: u64 = 5;
    let service =
        Service::start_with(|config| config.largest_outbox = NonZeroU64::new(BOUND).expect("a bound")).await;
    let first = submitted(&service, "A-0").await.expect("held").receipt.expect("a receipt");
    let (held, refused) = filled(&service).await;
    assert!(held >= BOUND, "{held}: refused below the bound");
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::ResourceExhausted, "OUTBOX_FULL"),
        "{refused}"
    );
    assert!(refused.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some()));
    assert_eq!(
        service.intake.post_room.outbox.waiting().await.expect("counts"),
        held,
        "nothing of it is stored"
    );

    // The same submission again, other content under its key, reading and watching.
    let again = submitted(&service, "A-0").await.expect("answered");
    assert_eq!((again.already_held, again.receipt), (true, Some(first.clone())));
    let mut other = notification("373", "A-0");
    other.late_reason = "other".into();
    let conflict = service.client("373").submit(SubmitRequest { notification: Some(other.clone()) }).await;
    assert_eq!(reason(&conflict.expect_err("a conflict")), "SUBMISSION_CONFLICT");
    service.get("373", &first.reference).await.expect("read");
    let watch = WatchRequest { reference: first.reference.clone() };
    let mut statuses = service.client("373").watch(watch).await.expect("watched").into_inner();
    assert!(statuses.message().await.expect("told").is_some());

    // A later revision is as new as a first one.
    let amendment = AmendRequest { reference: first.reference, revision: 2, notification: Some(other) };
    let refused = service.client("373").amend(amendment.clone()).await.expect_err("refused");
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::ResourceExhausted, "OUTBOX_FULL"),
        "{refused}"
    );

    delivered(&service).await;
    while submitted(&service, "A-next").await.is_err() {
        tokio::task::yield_now().await;
    }
    service.client("373").amend(amendment).await.expect("held");
}

#[tokio::test]
async fn below_the_bound_nothing_is_refused_however_long_events_wait_unless_an_age_is_set() {
    let patient = Service::start().await;
    let hasty = Service::start_with(|config| config.oldest_event = NonZeroU64::new(60)).await;
    for service in [&patient, &hasty] {
        submitted(service, "A-0").await.expect("held");
        // A year without a broker.
        service.set("2027-03-20T23:45:00Z");
    }
    let (_, refused) = filled(&hasty).await;
    assert_eq!(reason(&refused), "OUTBOX_FULL");
    // By then the other has been measured as often.
    submitted(&patient, "A-1").await.expect("held");
}
