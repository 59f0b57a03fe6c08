//! What becomes of a case whose notification is erased: it stays where it is and says so, and no match token of it is left,
//! in whatever order the news comes.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1 as contract;
use delivery::{Envelope, Heard, Origin};
use ids::Reference;
use prost::Message;
use sqlx::AssertSqlSafe;
use triage::domain::erasure::ErasureReason;
use triage::domain::link::{Decision, LinkState, Pair, Verdict};
use triage::domain::standing::{Acknowledged, Standing};
use triage::domain::told::News;
use triage::store::{Arrival, Store, TakenUp};

use super::dialect::park;
use super::world::{Finding, World, at, secretariat};

const CHILD: &str = "0123456789abcdef0123456789abcdef";
const HOME: &str = "fedcba9876543210fedcba9876543210";

/// The finding with match tokens, in an area of its own where it has one.
fn event_of(finding: &Finding, area: &str) -> NotificationAssessed {
    let mut event = finding.event();
    let notification = event.notification.as_mut().expect("a notification");
    notification.children[0].child_token = CHILD.into();
    notification.children[0].household_token = HOME.into();
    let nation = contract::Nation::England.into();
    let area = (!area.is_empty()).then(|| contract::Area { nation, authority: area.into() });
    notification.incident.as_mut().expect("an incident").area = area;
    event
}

fn heard(world: &World, finding: &Finding) -> Heard<Arrival> {
    world.heard_as(finding, &event_of(finding, ""))
}

async fn count(world: &World, what: &'static str) -> i64 {
    let query = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {what}")));
    query.fetch_one(world.database.readers()).await.expect("counts")
}

/// How many children stand under a match token in what cases are linked by.
async fn tokens(world: &World) -> i64 {
    count(world, "linkable_child WHERE child_token IS NOT NULL OR household_token IS NOT NULL").await
}

/// The match tokens in what is kept of a case's finding.
async fn tokens_kept(world: &World, reference: Reference) -> Vec<String> {
    let kept = NotificationAssessed::decode(world.held(reference).await.assessed).expect("decodes");
    let children = kept.notification.expect("a notification").children;
    assert_eq!(children.len(), 1, "the facts stay");
    let both = children.into_iter().flat_map(|child| [child.child_token, child.household_token]);
    both.filter(|token| !token.is_empty()).collect()
}

#[tokio::test]
async fn an_erased_case_stays_where_it_is_and_loses_its_tokens() {
    let world = World::new().await;
    let finding = world.finding();
    world.take_up(&[heard(&world, &finding)], 1).await;
    assert_eq!((tokens(&world).await, tokens_kept(&world, finding.reference).await.len()), (1, 2));
    let lease = world.lease(300);
    world.take(&lease, 2).await.expect("waits");
    let (before, told) = (world.held(finding.reference).await, world.envelopes().await.len());

    let erasure = world.erasure(finding.reference, 50);
    let taken = world.store.take_up(std::slice::from_ref(&erasure), at(60)).await.expect("takes up");
    assert_eq!(taken, TakenUp { erased: 1, ..TakenUp::default() });
    let after = world.held(finding.reference).await;
    let erased = after.told.erasure.clone().expect("it is erased");
    assert_eq!((erased.at, erased.why), (at(50), ErasureReason::RetentionEnded));
    assert_eq!(erased.by, "lapwing://service/intake");
    assert_eq!(
        (after.case, after.standing, after.void),
        (before.case, Standing::Leased(lease.clone()), vec![])
    );
    assert_eq!((after.revisions, world.envelopes().await.len()), (before.revisions, told), "nothing is told");
    assert_eq!((tokens(&world).await, tokens_kept(&world, finding.reference).await), (0, vec![]));
    assert!(matches!(world.acknowledge(finding.reference, &lease, 70).await, Ok(Acknowledged::Now(_))));

    let again = world.store.take_up(&[erasure], at(80)).await.expect("takes up");
    assert_eq!(again, TakenUp::default(), "a second delivery has no effect");
    world.take_up(&[world.erasure(finding.reference, 90)], 91).await;
    let held = world.held(finding.reference).await;
    assert_eq!((held.told.erasure, held.case), (Some(erased), world.held(finding.reference).await.case));
}

#[tokio::test]
async fn no_token_is_left_in_whatever_order_the_news_comes() {
    // Each revision by its number; 0 is the erasure, and a withdrawal is 9.
    let orders: [&[u32]; 8] = [
        &[1, 2, 0],
        &[1, 0, 2],
        &[0, 1, 2],
        &[0, 2, 1],
        &[2, 0, 1],
        &[2, 1, 0],
        &[1, 9, 0, 10],
        &[0, 9, 1, 10],
    ];
    for order in orders {
        for together in [true, false] {
            let world = World::new().await;
            let first = world.finding();
            let news: Vec<Heard<Arrival>> = order
                .iter()
                .map(|number| match number {
                    0 => world.erasure(first.reference, 50),
                    9 => world.withdrawal(first.reference, 9),
                    number => heard(&world, &Finding { revision: *number, ..first.clone() }),
                })
                .collect();
            for (batch, second) in news.chunks(if together { news.len() } else { 1 }).zip(1..) {
                world.take_up(batch, second).await;
            }
            let held = world.held(first.reference).await;
            let highest = order.iter().max().copied();
            assert_eq!(Some(held.case.entry.revision), highest, "{order:?} {together}");
            assert_eq!(held.told.erasure.map(|erasure| erasure.at), Some(at(50)), "{order:?} {together}");
            assert_eq!(tokens_kept(&world, first.reference).await, [""; 0], "{order:?} {together}");
            assert_eq!(
                (tokens(&world).await, count(&world, "linkable_child").await),
                (0, 1),
                "{order:?} {together}: it is linked by what else is known of it"
            );
        }
    }
}

#[tokio::test]
async fn what_is_erased_is_not_linked_by_tokens_again() {
    let world = World::new().await;
    let (erased, other, third) = (world.finding(), world.finding(), world.finding());
    world.take_up(&[heard(&world, &erased), world.erasure(erased.reference, 2)], 3).await;
    world.take_up(&[heard(&world, &other)], 4).await;
    assert!(world.held(erased.reference).await.links.is_empty());
    world.take_up(&[heard(&world, &third)], 5).await;
    assert_eq!(world.held(third.reference).await.links.len(), 1, "the other two are linked as ever");
    let amended = Finding { revision: 2, ..erased.clone() };
    world.take_up(&[heard(&world, &amended)], 6).await;
    assert!(world.held(erased.reference).await.links.is_empty(), "nor by a revision that comes later");
}

#[tokio::test]
async fn a_proposal_that_only_tokens_bear_out_is_taken_back_and_a_decision_stays() {
    let world = World::new().await;
    let erased = world.finding();
    let decided = world.finding();
    let by_tokens = world.finding();
    let of_one_place = Finding { authority: "888", ..world.finding() };
    let news = [
        world.heard_as(&erased, &event_of(&erased, "330")),
        world.heard_as(&decided, &event_of(&decided, "")),
        world.heard_as(&by_tokens, &event_of(&by_tokens, "")),
        world.heard_as(&of_one_place, &event_of(&of_one_place, "330")),
    ];
    world.take_up(&news, 1).await;
    let pair = Pair::of(erased.reference, decided.reference).expect("two");
    let (verdict, by) = (Verdict::SameIncident, "lapwing://panel/ada".to_owned());
    let decision = Decision { verdict, by, at: at(2) };
    let told = world.told("link.decided.v1", erased.reference);
    world.store.decide_link(erased.reference, pair, &decision, &told).await.expect("decides");
    assert_eq!(world.held(erased.reference).await.links.len(), 3);

    world.take_up(&[world.erasure(erased.reference, 3)], 4).await;
    let mut left: Vec<_> = world
        .held(erased.reference)
        .await
        .links
        .iter()
        .map(|link| {
            let codes: Vec<String> = link.reasons.iter().map(|reason| reason.code.clone()).collect();
            (link.reference, link.state(), codes)
        })
        .collect();
    let same_child =
        (decided.reference, LinkState::Decided(Verdict::SameIncident), vec!["SAME_CHILD".to_owned()]);
    let one_place = (of_one_place.reference, LinkState::Proposed, vec!["TWO_AUTHORITIES".to_owned()]);
    let mut expected = vec![same_child, one_place];
    left.sort_by_key(|link| link.0);
    expected.sort_by_key(|link| link.0);
    assert_eq!(left, expected);
    assert_eq!(
        world.held(by_tokens.reference).await.links.len(),
        2,
        "with the other two it shares its child"
    );
}

#[tokio::test]
async fn a_withdrawn_case_keeps_no_proposal_by_tokens_either() {
    let world = World::new().await;
    let (erased, other) = (world.finding(), world.finding());
    world.take_up(&[heard(&world, &erased), heard(&world, &other)], 1).await;
    world.take_up(&[world.withdrawal(erased.reference, 2)], 2).await;
    assert_eq!(world.held(other.reference).await.links.len(), 1);
    world.take_up(&[world.erasure(erased.reference, 3)], 4).await;
    assert!(world.held(other.reference).await.links.is_empty());
    assert_eq!(tokens_kept(&world, erased.reference).await, [""; 0]);
    assert!(world.held(erased.reference).await.case.entry.withdrawn);
}

#[tokio::test]
async fn an_erasure_that_comes_before_any_finding_waits_for_it() {
    let world = World::new().await;
    let finding = world.finding();
    world.take_up(&[world.erasure(finding.reference, 1)], 2).await;
    assert!(world.store.find(finding.reference, &secretariat()).await.expect("reads").case().is_none());
    let heard = heard(&world, &finding);
    let News::Assessed(assessed) = &heard.effect.news else { panic!("a finding") };
    assert_eq!(assessed.revision, 1);
    world.take_up(&[heard], 3).await;
    assert!(world.held(finding.reference).await.told.erasure.is_some());
    assert_eq!((tokens(&world).await, world.queued_told().await.len()), (0, 1));
}

#[tokio::test]
async fn tokens_go_from_what_was_put_aside_too() {
    let world = World::new().await;
    let (finding, other) = (world.finding(), world.finding());
    let aside = |of: &Finding, payload: Vec<u8>| {
        let (kind, owner) = ("notification.assessed.v1", "373");
        let origin = Origin { kind, source: "eligibility", subject: of.reference, owner };
        Envelope { payload: payload.into(), ..Envelope::seal(origin, &String::new(), &world.ambient) }
    };
    let readable = aside(&finding, event_of(&finding, "").encode_to_vec());
    let unreadable = aside(&finding, [&[0x0a, 0xff], CHILD.as_bytes()].concat());
    let of_another = aside(&other, event_of(&other, "").encode_to_vec());
    for envelope in [&readable, &unreadable, &of_another] {
        park(&world.database, "triage.findings", envelope, "a fault", at(1)).await.expect("parks");
    }
    world.take_up(&[world.erasure(finding.reference, 2)], 3).await;
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("SELECT payload FROM parked ORDER BY length(payload)")
        .fetch_all(world.database.readers())
        .await
        .expect("reads");
    let mut stripped = event_of(&finding, "");
    stripped.notification.as_mut().expect("a notification").children[0].child_token.clear();
    stripped.notification.as_mut().expect("a notification").children[0].household_token.clear();
    assert_eq!(kept, [vec![], stripped.encode_to_vec(), of_another.payload.to_vec()]);
}
