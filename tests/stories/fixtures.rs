//! Every hand-made notification, through the whole system, gets the finding that is expected of it.

use std::collections::HashMap;

use acceptance::{Fixture, World, both_worlds, fixtures};
use contracts::intake::v1::{CheckRequest, SubmitRequest};
use contracts::notification::v1::{Assessment, Lane, Stage};

/// What a finding comes to: outcome, provision, whose duty, and each child's key, outcome and further outcomes.
#[derive(Debug, PartialEq)]
struct Told {
    outcome: String,
    provision: String,
    duty_authority: String,
    children: Vec<(String, String, Vec<String>)>,
}

fn told(assessment: &Assessment) -> Told {
    let children = assessment.children.iter().map(|child| {
        let also = child.also().map(|outcome| outcome.as_str_name().to_owned()).collect();
        (child.child_key.clone(), child.outcome().as_str_name().to_owned(), also)
    });
    Told {
        outcome: assessment.outcome().as_str_name().to_owned(),
        provision: assessment.provision.clone(),
        duty_authority: assessment.duty_authority.clone(),
        children: children.collect(),
    }
}

fn expected(fixture: &Fixture) -> Told {
    let expected = fixture.expected.clone();
    let children = expected.children.into_iter().map(|child| (child.key, child.outcome, child.also));
    Told {
        outcome: expected.outcome,
        provision: expected.provision,
        duty_authority: expected.duty_authority,
        children: children.collect(),
    }
}

both_worlds!(every_fixture_is_held_found_and_queued_as_expected);

async fn every_fixture_is_held_found_and_queued_as_expected(world: World) {
    let clients = world.clients();
    let fixtures = fixtures();
    assert!(fixtures.len() >= 24, "{}", fixtures.len());
    let mut references = HashMap::new();
    for fixture in &fixtures {
        let mut intake = clients.intake(&fixture.notification.notifying_authority).await;
        let notification = Some(fixture.notification.clone());
        let checked = intake
            .check(CheckRequest { notification: notification.clone() })
            .await
            .expect("checked")
            .into_inner();
        assert_eq!(checked.violations, [], "{}", fixture.name);
        assert_eq!(told(&checked.assessment.expect("a finding")), expected(fixture), "{}", fixture.name);
        let held = intake.submit(SubmitRequest { notification }).await.expect("held").into_inner();
        references.insert(fixture.name.clone(), held.receipt.expect("a receipt").reference);
    }
    world.settled().await;
    for fixture in &fixtures {
        let reference = &references[&fixture.name];
        let status =
            clients.reached(&fixture.notification.notifying_authority, reference, Stage::Queued).await;
        assert_eq!(
            told(status.assessment.as_ref().expect("a finding")),
            expected(fixture),
            "{}",
            fixture.name
        );
        assert_ne!(status.lane(), Lane::Unspecified, "{}", fixture.name);
    }
}
