//! Everything that a sender, the panel and an auditor can do, done with canaries, and what was answered.

use std::fmt::Debug;

use acceptance::{Clients, notification, until};
use contracts::intake::v1::answer_hand_over_request::Answer;
use contracts::intake::v1::{
    Acceptance, AmendRequest, AnswerHandOverRequest, CheckRequest, Declination, GetRequest,
    ListHandOversRequest, Receipt, SubmitManyRequest, SubmitRequest, WatchRequest, WithdrawRequest,
    get_request,
};
use contracts::notification::v1::{
    ChildIdentity, DeclineReason, Notification, Notifier, Stage, WithdrawalReason,
};
use prost::Message;
use tonic::{Response, Status};

use crate::needles::{Kept, Needle, Needles};

/// The authority that notifies, and the one that has the duty for what happened in its area.
pub(crate) const SENDER: &str = "373";
const OTHER: &str = "888";

/// All that was answered and is not meant to show identities: by whom, and its bytes.
#[derive(Default)]
pub(crate) struct Answers(pub(crate) Vec<(String, Vec<u8>)>);

impl Answers {
    /// Keeps an answer, headers included, and gives it back.
    pub(crate) fn keep<M: Message + Debug>(
        &mut self,
        call: &str,
        answer: Result<Response<M>, Status>,
    ) -> Result<M, Status> {
        match answer {
            Ok(answer) => {
                let (headers, message, _) = answer.into_parts();
                self.0.push((call.to_owned(), format!("{headers:?} {message:?}").into_bytes()));
                self.0.push((call.to_owned(), message.encode_to_vec()));
                Ok(message)
            }
            Err(status) => {
                self.refused(call, &status);
                Err(status)
            }
        }
    }

    /// Keeps a refusal: its sentence, its details, its headers.
    pub(crate) fn refused(&mut self, call: &str, status: &Status) {
        self.0.push((call.to_owned(), format!("{status} {:?}", status.metadata()).into_bytes()));
        self.0.push((call.to_owned(), status.details().to_vec()));
    }
}

/// What somebody is held to have sent, and by whom it is read back.
pub(crate) struct Held {
    /// Lapwing's reference.
    pub(crate) reference: String,
    /// Every canary in it that its owner reads back.
    canaries: Vec<Needle>,
}

/// A notification with room for every canary: two children, all that may be said of them, an incident in `area`.
pub(crate) fn whole(sender_reference: &str, area: &str) -> Notification {
    let mut whole = notification(SENDER, sender_reference);
    whole.notifier = Some(Notifier::default());
    let facts = whole.incident.as_mut().and_then(|incident| incident.facts.as_mut()).expect("facts");
    area.clone_into(&mut facts.area.as_mut().expect("an area").authority);
    whole.children[0].identity = Some(ChildIdentity::default());
    let mut second = whole.children[0].clone();
    second.key = "2".into();
    whole.children.push(second);
    whole
}

async fn submit(clients: &Clients, answers: &mut Answers, sent: &Notification) -> Result<Receipt, Status> {
    let request = SubmitRequest { notification: Some(sent.clone()) };
    let answer = clients.intake(SENDER).await.submit(request).await;
    Ok(answers.keep("Submit", answer)?.receipt.expect("a receipt"))
}

/// The owner reads all of it back: the one answer that is meant to show who it is about, so that every canary was sent.
pub(crate) async fn read_back(clients: &Clients, answers: &mut Answers, authority: &str, held: &Held) {
    let key = Some(get_request::Key::Reference(held.reference.clone()));
    let got = clients
        .intake(authority)
        .await
        .get(GetRequest { key: key.clone() })
        .await
        .expect("found")
        .into_inner();
    let record = got.notification.clone().expect("the record").encode_to_vec();
    for canary in &held.canaries {
        let there = record.windows(canary.text.len()).any(|window| window == canary.text.as_bytes());
        assert!(there, "the owner does not read {canary:?} back");
    }
    // All else of the answer shows nobody.
    let rest = contracts::intake::v1::GetResponse { notification: None, ..got };
    answers.0.push(("Get, without the record".into(), format!("{rest:?}").into_bytes()));
    answers.0.push(("Get, without the record".into(), rest.encode_to_vec()));
    let stranger = clients.intake("370").await.get(GetRequest { key }).await;
    assert!(answers.keep("Get by another authority", stranger).is_err());
}

/// A notification's life: sent, sent again, in conflict, watched, amended, withdrawn.
pub(crate) async fn live(clients: &Clients, needles: &mut Needles, answers: &mut Answers) -> Held {
    let (sent, canaries) = needles.fill("submitted", &whole("CANARY-1", SENDER));
    let request = CheckRequest { notification: Some(sent.clone()) };
    let checked = clients.intake(SENDER).await.check(request).await;
    answers.keep("Check", checked).expect("checked");
    let reference = submit(clients, answers, &sent).await.expect("held").reference;
    needles.known("the reference", &reference);
    submit(clients, answers, &sent).await.expect("held before");
    let held = Held { reference: reference.clone(), canaries };
    read_back(clients, answers, SENDER, &held).await;
    let (other, _) = fill_refused(needles, "in conflict", &sent);
    submit(clients, answers, &other).await.expect_err("a conflict");
    clients.reached(SENDER, &reference, Stage::Queued).await;

    let (amended, canaries) = needles.fill("amended", &sent);
    let request =
        AmendRequest { reference: reference.clone(), revision: 2, notification: Some(amended.clone()) };
    let answer = clients.intake(SENDER).await.amend(request).await;
    answers.keep("Amend", answer).expect("held");
    read_back(clients, answers, SENDER, &Held { reference: reference.clone(), canaries }).await;
    let withdraw = WithdrawRequest {
        reference: reference.clone(),
        revision: 3,
        reason: WithdrawalReason::Other.into(),
        ..Default::default()
    };
    let (withdraw, _) = needles.fill("withdrawn", &withdraw);
    let answer = clients.intake(SENDER).await.withdraw(withdraw).await;
    answers.keep("Withdraw", answer).expect("held");
    let watch = WatchRequest { reference: reference.clone() };
    let mut watched = clients.intake(SENDER).await.watch(watch).await.expect("watched").into_inner();
    while let Some(told) = watched.message().await.expect("told") {
        answers.keep("Watch", Ok(Response::new(told))).expect("it was");
    }
    held
}

/// Fills it anew, with canaries that are to be found nowhere.
fn fill_refused(needles: &mut Needles, what: &str, message: &Notification) -> (Notification, Vec<Needle>) {
    let first = needles.all.len();
    let filled = needles.fill(what, message);
    needles.all[first..].iter_mut().for_each(|needle| needle.kept = Kept::Nowhere);
    filled
}

/// Two whose duty is another authority's: it declines one and takes the other.
pub(crate) async fn hand_over(clients: &Clients, needles: &mut Needles, answers: &mut Answers) -> Vec<Held> {
    let mut all = Vec::new();
    for sender_reference in ["CANARY-2", "CANARY-3"] {
        let (sent, canaries) = needles.fill(sender_reference, &whole(sender_reference, OTHER));
        let reference = submit(clients, answers, &sent).await.expect("held").reference;
        all.push(Held { reference, canaries });
    }
    let offered = until("both to be offered", async || {
        let request = ListHandOversRequest { include_answered: false };
        let answer = clients.intake(OTHER).await.list_hand_overs(request).await.expect("listed");
        (answer.get_ref().hand_overs.len() == 2).then_some(answer)
    })
    .await;
    answers.keep("ListHandOvers", Ok(offered)).expect("it was");
    let reason = DeclineReason::Other.into();
    let (declined, _) = needles.fill("declined", &Declination { reason, ..Default::default() });
    for (held, answer) in all.iter().zip([Answer::Decline(declined), Answer::Accept(Acceptance::default())]) {
        let request = AnswerHandOverRequest { reference: held.reference.clone(), answer: Some(answer) };
        let answer = clients.intake(OTHER).await.answer_hand_over(request).await;
        answers.keep("AnswerHandOver", answer).expect("answered");
    }
    // Why the first authority was late is nothing of the second's.
    let canaries =
        all[1].canaries.iter().filter(|needle| !needle.what.ends_with("late_reason")).cloned().collect();
    let accepted = Held { reference: all[1].reference.clone(), canaries };
    read_back(clients, answers, OTHER, &accepted).await;
    all
}

/// Many at once: one that is held, and one that is refused for each way in which a text can be in the wrong place.
pub(crate) async fn send_many(
    clients: &Clients,
    answers: &mut Answers,
    needles: &mut Needles,
    refused: &[Notification],
) {
    let (good, _) = needles.fill("one of many", &whole("CANARY-4", SENDER));
    let all: Vec<Notification> = [&[good], refused].concat();
    let count = all.len();
    let items = all.into_iter().map(|sent| SubmitManyRequest { notification: Some(sent) });
    let stream = tokio_stream::iter(items.collect::<Vec<_>>());
    let mut told = clients.intake(SENDER).await.submit_many(stream).await.expect("answered").into_inner();
    let mut answered = 0;
    while let Some(answer) = told.message().await.expect("an answer for each") {
        answers.keep("SubmitMany", Ok(Response::new(answer))).expect("it was");
        answered += 1;
    }
    assert_eq!(answered, count);
}
