//! Who may call what, over real connections: every call of the contracts by every kind of caller, against an expectation
//! that is written down here and nowhere else. A row of the table of rights that is loosened or lost fails this story.

mod raw;
mod whose;

use std::collections::{BTreeMap, BTreeSet};

use acceptance::World;
use contracts::DESCRIPTOR_POOL;
use identity::{Caller, Role};
use raw::{call, first, reason};
use tonic::Code;
use tonic::transport::Channel;

/// Which call is for whom. The last five columns are services by name; `stranger` is a service that Lapwing has not.
const EXPECTED: &str = "
call                                                     | authority panel secretariat operator auditor | intake eligibility triage audit stranger
lapwing.intake.v1.IntakeService/Submit                   | yes       -     -           -        -       | -      -           -      -     -
lapwing.intake.v1.IntakeService/SubmitMany               | yes       -     -           -        -       | -      -           -      -     -
lapwing.intake.v1.IntakeService/Check                    | yes       -     -           -        -       | -      -           -      -     -
lapwing.intake.v1.IntakeService/Get                      | yes       -     -           -        -       | -      -           -      -     -
lapwing.intake.v1.IntakeService/Watch                    | yes       -     -           -        -       | -      -           -      -     -
lapwing.intake.v1.IntakeService/Amend                    | yes       -     -           -        -       | -      -           -      -     -
lapwing.intake.v1.IntakeService/Withdraw                 | yes       -     -           -        -       | -      -           -      -     -
lapwing.intake.v1.IntakeService/ListHandOvers            | yes       -     -           -        -       | -      -           -      -     -
lapwing.intake.v1.IntakeService/AnswerHandOver           | yes       -     -           -        -       | -      -           -      -     -
lapwing.intake.v1.RecordsService/ReadIdentities          | -         yes   yes         -        -       | -      -           -      -     -
lapwing.intake.v1.RecordsService/ListReadings            | yes       -     yes         -        yes     | -      -           -      -     -
lapwing.intake.v1.RecordsService/Erase                   | -         -     yes         -        -       | -      -           -      -     -
lapwing.intake.v1.RecordsService/PlaceHold               | -         -     yes         -        -       | -      -           -      -     -
lapwing.intake.v1.RecordsService/ReleaseHold             | -         -     yes         -        -       | -      -           -      -     -
lapwing.intake.v1.RecordsService/ApplyRetention          | -         -     yes         -        -       | -      -           -      -     -
lapwing.intake.v1.RecordsService/RotateKeys              | -         -     -           yes      -       | -      -           -      -     -
lapwing.eligibility.v1.EligibilityService/Assess         | yes       yes   yes         -        -       | yes    -           -      -     -
lapwing.triage.v1.TriageService/ListQueue                | -         yes   yes         yes      -       | -      -           -      -     -
lapwing.triage.v1.TriageService/GetCase                  | -         yes   yes         -        -       | -      -           -      -     -
lapwing.triage.v1.TriageService/TakeNext                 | -         yes   yes         -        -       | -      -           -      -     -
lapwing.triage.v1.TriageService/Acknowledge              | -         yes   yes         -        -       | -      -           -      -     -
lapwing.triage.v1.TriageService/DecideLink               | -         yes   yes         -        -       | -      -           -      -     -
lapwing.triage.v1.TriageService/ListNotices              | -         yes   yes         -        -       | -      -           -      -     -
lapwing.triage.v1.TriageService/StandAside               | -         yes   -           -        -       | -      -           -      -     -
lapwing.triage.v1.TriageService/LiftStandAside           | -         -     yes         -        -       | -      -           -      -     -
lapwing.audit.v1.AuditService/Timeline                   | yes       -     yes         yes      yes     | -      -           -      -     -
lapwing.audit.v1.AuditService/Checkpoint                 | yes       yes   yes         yes      yes     | yes    yes         yes    yes   yes
lapwing.operations.v1.ParkedService/List                 | -         -     -           yes      -       | -      -           -      -     -
lapwing.operations.v1.ParkedService/Show                 | -         -     -           yes      -       | -      -           -      -     -
lapwing.operations.v1.ParkedService/Retry                | -         -     -           yes      -       | -      -           -      -     -
lapwing.operations.v1.ParkedService/Discard              | -         -     -           yes      -       | -      -           -      -     -
grpc.health.v1.Health/Check                              | yes       yes   yes         yes      yes     | yes    yes         yes    yes   yes
grpc.health.v1.Health/Watch                              | yes       yes   yes         yes      yes     | yes    yes         yes    yes   yes
grpc.reflection.v1.ServerReflection/ServerReflectionInfo | yes       yes   yes         yes      yes     | yes    yes         yes    yes   yes
";

/// The callers of the columns, in their order.
fn callers() -> [Caller; 10] {
    let service = |name: &str| Caller::new(Role::Service, name);
    [
        Caller::authority("373"),
        Caller::new(Role::Panel, "ada"),
        Caller::new(Role::Secretariat, "desk"),
        Caller::new(Role::Operator, "night"),
        Caller::new(Role::Auditor, "national"),
        service("intake"),
        service("eligibility"),
        service("triage"),
        service("audit"),
        service("stranger"),
    ]
}

/// For each call, whether each column may make it.
fn expected() -> BTreeMap<String, Vec<bool>> {
    let lines = EXPECTED.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1);
    let read = lines.map(|line| {
        let mut words = line.split_whitespace().filter(|word| *word != "|");
        let call = words.next().expect("a call").to_owned();
        let columns: Vec<bool> = words.map(|word| word == "yes").collect();
        assert_eq!(columns.len(), callers().len(), "{call}");
        (call, columns)
    });
    read.collect()
}

/// Every call of the contracts, and what every server answers besides.
fn calls() -> BTreeSet<String> {
    let of_contracts = DESCRIPTOR_POOL.services().flat_map(|service| {
        let calls = service.methods().map(|method| format!("{}/{}", service.full_name(), method.name()));
        calls.collect::<Vec<_>>()
    });
    let of_servers = [
        "grpc.health.v1.Health/Check",
        "grpc.health.v1.Health/Watch",
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    ];
    of_contracts.chain(of_servers.map(str::to_owned)).collect()
}

/// Whether the table of rights lets a caller make a call at all. What an empty message is answered with besides does not
/// matter here.
async fn is_let_in(channel: &Channel, name: &str) -> bool {
    match first(channel, name, Vec::new()).await {
        Ok(_) => true,
        Err(status) => {
            let refused = reason(&status) == "ROLE_NOT_ALLOWED";
            assert_eq!(refused, status.code() == Code::PermissionDenied, "{name}: {status:?}");
            assert_ne!(status.code(), Code::Unauthenticated, "{name}: {status:?}");
            assert_ne!(status.code(), Code::Unimplemented, "{name}: {status:?}");
            assert_ne!(reason(&status), "RIGHT_NOT_GRANTED", "{name}: {status:?}");
            !refused
        }
    }
}

#[tokio::test]
async fn every_call_is_for_those_for_whom_it_is_meant_and_for_nobody_else() {
    let world = World::embedded().await;
    let clients = world.clients();
    let expected = expected();
    assert_eq!(expected.keys().cloned().collect::<BTreeSet<_>>(), calls(), "every call, and nothing else");
    let mut channels = Vec::new();
    for caller in callers() {
        channels.push((clients.channel(&caller).await, caller));
    }
    let (mut table, mut wrong) = (String::new(), Vec::new());
    for (name, meant) in &expected {
        table.push_str(&format!("{name:57}"));
        for ((channel, caller), meant) in channels.iter().zip(meant) {
            let let_in = is_let_in(channel, name).await;
            table.push_str(if let_in { " yes" } else { "   -" });
            if let_in != *meant {
                wrong.push(format!("{caller} {} {name}", if let_in { "may call" } else { "may not call" }));
            }
        }
        table.push('\n');
    }
    show(&table);
    assert_eq!(wrong, Vec::<String>::new(), "{table}");
}

#[expect(clippy::print_stdout, reason = "the table is for whoever runs the story with --nocapture")]
fn show(table: &str) {
    let names: Vec<String> = callers().iter().map(ToString::to_string).collect();
    println!("columns: {}\n{table}", names.join(", "));
}

#[tokio::test]
async fn a_call_that_no_row_names_is_for_nobody() {
    let world = World::embedded().await;
    for caller in callers() {
        let channel = world.clients().channel(&caller).await;
        let refused = first(&channel, "lapwing.intake.v1.IntakeService/ReadAll", Vec::new()).await;
        let refused = refused.expect_err("refused");
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::PermissionDenied, "CALL_NOT_IN_TABLE")
        );
    }
}

#[tokio::test]
async fn a_refusal_says_for_whom_the_call_is() {
    let world = World::embedded().await;
    let channel = world.clients().channel(&Caller::new(Role::Operator, "night")).await;
    let refused =
        call(&channel, "lapwing.triage.v1.TriageService/GetCase", Vec::new()).await.expect_err("refused");
    assert_eq!(
        refused.message(),
        "lapwing://operator/night may not call lapwing.triage.v1.TriageService/GetCase; it is for: panel, secretariat. To do: \
         use a certificate of that role"
    );
}

#[tokio::test]
async fn the_secretariats_certificate_of_before_is_nobodys() {
    let world = World::embedded().await;
    // A certificate authority of before has vouched for it, so it gets through the handshake.
    let channel = world.clients().channel(&Caller::new(Role::Panel, "secretariat")).await;
    let refused =
        call(&channel, "lapwing.triage.v1.TriageService/ListQueue", Vec::new()).await.expect_err("refused");
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert!(refused.message().contains("lapwing://secretariat/desk"), "{}", refused.message());
}
