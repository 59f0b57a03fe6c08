//! The table of rights. Everything that a caller may do is in it; what is not in it, nobody may do.
//!
//! To add a call: a row for each role that needs it, and none for any other. A server does not start while a call of the
//! contracts has no row, or a row names no call. The principles, which `Who::may_reach` holds every row to:
//!
//! - An authority sees and changes its own notifications, and a hand-over that is offered to it. No other authority's.
//! - Panel members read cases, but for those from which they stood aside. The secretariat works the queue for all.
//! - Operators see how things stand, and never what is in them.
//! - Auditors read the log.
//! - A service may ask what it needs, under its own name, and nothing else.

use crate::row::Row;
use crate::row::Who::{Auditor, Authority, Everyone, Operator, Panel, Secretariat, Service};
use crate::row::Whose::{All, AllButStoodAside, Own, OwnAndOffered, Public, StateOnly, WhatIsSent};
use crate::row::row;

/// The table: call, who, whose data, why.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    // Authorities notify, and look after what they notified.
    row("lapwing.intake.v1.IntakeService/Submit",          Authority,         Own,              "the duty to notify is each authority's own"),
    row("lapwing.intake.v1.IntakeService/SubmitMany",      Authority,         Own,              "as Submit, item by item"),
    row("lapwing.intake.v1.IntakeService/Check",           Authority,         Own,              "a draft holds identities, as what is sent does"),
    row("lapwing.intake.v1.IntakeService/Get",             Authority,         Own,              "the record, with identities, goes back to its sender alone"),
    row("lapwing.intake.v1.IntakeService/Watch",           Authority,         Own,              "an authority watches what it sent"),
    row("lapwing.intake.v1.IntakeService/Amend",           Authority,         Own,              "whoever is responsible now corrects it"),
    row("lapwing.intake.v1.IntakeService/Withdraw",        Authority,         Own,              "whoever is responsible now withdraws it"),
    row("lapwing.intake.v1.IntakeService/ListHandOvers",   Authority,         OwnAndOffered,    "the authority that is asked must see what it is asked, without identities"),
    row("lapwing.intake.v1.IntakeService/AnswerHandOver",  Authority,         OwnAndOffered,    "only the authority that is asked can answer"),

    // Who a case is about, and how long it is kept. Each reading and each erasure is on record.
    row("lapwing.intake.v1.RecordsService/ReadIdentities", Panel,             AllButStoodAside, "members may read who a case is about, for a purpose that is on record"),
    row("lapwing.intake.v1.RecordsService/ReadIdentities", Secretariat,       All,              "the secretariat rings authorities back and prepares cases; on record too"),
    row("lapwing.intake.v1.RecordsService/ListReadings",   Authority,         Own,              "an authority sees who read what it sent"),
    row("lapwing.intake.v1.RecordsService/ListReadings",   Secretariat,       All,              "the secretariat answers for what the panel read"),
    row("lapwing.intake.v1.RecordsService/ListReadings",   Auditor,           All,              "auditors compare it with the log"),
    row("lapwing.intake.v1.RecordsService/Erase",          Secretariat,       All,              "erasing is the controller's act, with a reason"),
    row("lapwing.intake.v1.RecordsService/PlaceHold",      Secretariat,       All,              "so is keeping"),
    row("lapwing.intake.v1.RecordsService/ReleaseHold",    Secretariat,       All,              "so is letting go"),
    row("lapwing.intake.v1.RecordsService/ApplyRetention", Secretariat,       All,              "so is the policy of retention"),
    row("lapwing.intake.v1.RecordsService/RotateKeys",     Operator,          StateOnly,        "how many keys are wrapped anew, and nothing that they seal"),

    // What the law makes of coded facts. Nothing is stored, and nothing of anybody's is read.
    row("lapwing.eligibility.v1.EligibilityService/Assess", Authority,        WhatIsSent,       "an authority may ask before it notifies"),
    row("lapwing.eligibility.v1.EligibilityService/Assess", Panel,            WhatIsSent,       "a member may ask what other facts would lead to"),
    row("lapwing.eligibility.v1.EligibilityService/Assess", Secretariat,      WhatIsSent,       "the secretariat answers authorities' questions about the rules"),
    row("lapwing.eligibility.v1.EligibilityService/Assess", Service("intake"), WhatIsSent,      "intake asks it for Check"),

    // The panel's queue and its cases.
    row("lapwing.triage.v1.TriageService/ListQueue",       Panel,             AllButStoodAside, "members work the queue"),
    row("lapwing.triage.v1.TriageService/ListQueue",       Secretariat,       All,              "the secretariat keeps the queue moving"),
    row("lapwing.triage.v1.TriageService/ListQueue",       Operator,          StateOnly,        "how many cases wait, and no case"),
    row("lapwing.triage.v1.TriageService/GetCase",         Panel,             AllButStoodAside, "members read cases"),
    row("lapwing.triage.v1.TriageService/GetCase",         Secretariat,       All,              "the secretariat prepares cases"),
    row("lapwing.triage.v1.TriageService/TakeNext",        Panel,             AllButStoodAside, "members work the queue"),
    row("lapwing.triage.v1.TriageService/TakeNext",        Secretariat,       All,              "the secretariat takes cases over for the panel"),
    row("lapwing.triage.v1.TriageService/Acknowledge",     Panel,             AllButStoodAside, "members work the queue"),
    row("lapwing.triage.v1.TriageService/Acknowledge",     Secretariat,       All,              "the secretariat takes cases over for the panel"),
    row("lapwing.triage.v1.TriageService/DecideLink",      Panel,             AllButStoodAside, "a person decides whether two cases are of one incident"),
    row("lapwing.triage.v1.TriageService/DecideLink",      Secretariat,       All,              "a person decides whether two cases are of one incident"),
    row("lapwing.triage.v1.TriageService/ListNotices",     Panel,             AllButStoodAside, "the panel sees what DfE and Ofsted were told of its cases"),
    row("lapwing.triage.v1.TriageService/ListNotices",     Secretariat,       All,              "the panel sees what DfE and Ofsted were told of its cases"),
    row("lapwing.triage.v1.TriageService/StandAside",      Panel,             AllButStoodAside, "a member says so for themselves, and for nobody else"),
    row("lapwing.triage.v1.TriageService/LiftStandAside",  Secretariat,       All,              "no member lets themselves back in"),

    // The log. Panel members read cases by triage, which knows where they stood aside; the log does not.
    row("lapwing.audit.v1.AuditService/Timeline",          Authority,         Own,              "an authority sees what became of its notification"),
    row("lapwing.audit.v1.AuditService/Timeline",          Secretariat,       All,              "the secretariat answers for what the panel did"),
    row("lapwing.audit.v1.AuditService/Timeline",          Operator,          StateOnly,        "which step was taken when, and not what was found"),
    row("lapwing.audit.v1.AuditService/Timeline",          Auditor,           All,              "auditors read the log"),
    row("lapwing.audit.v1.AuditService/Checkpoint",        Everyone,          Public,           "the more hold checkpoints, the fewer could be deceived by an altered log"),

    // Events that were put aside: their state, never their content.
    row("lapwing.operations.v1.ParkedService/List",        Operator,          StateOnly,        "operators keep Lapwing running"),
    row("lapwing.operations.v1.ParkedService/Show",        Operator,          StateOnly,        "operators keep Lapwing running"),
    row("lapwing.operations.v1.ParkedService/Retry",       Operator,          StateOnly,        "operators keep Lapwing running; audit is told who and why"),
    row("lapwing.operations.v1.ParkedService/Discard",     Operator,          StateOnly,        "operators keep Lapwing running; audit is told who and why"),

    // Of every server.
    row("grpc.health.v1.Health/Check",                     Everyone,          Public,           "whether a server serves is no secret among its callers"),
    row("grpc.health.v1.Health/Watch",                     Everyone,          Public,           "whether a server serves is no secret among its callers"),
    row("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Everyone, Public,           "the contracts are published"),
];
