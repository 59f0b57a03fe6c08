//! The rules of form that intake adds to those of the contract, with what each means and what to do.
//!
//! What a reader would get wrong: a code is for ever, because senders' programs hold it; its words may be bettered.

catalogue::entries! {
    /// Remarks on a notification's form.
    pub FORM = "Remarks on a notification's form";
    AUTHORITY_ENDED: "The authority is not in being today.",
        "Name the authority that has taken its place, unless the past one is meant.";
    AUTHORITY_OUTSIDE_ENGLAND: "An English authority is given for a place outside England.",
        "Leave the authority out, or correct the nation.";
    AUTHORITY_UNKNOWN: "No children's-services authority in England has, or had, this number or code.",
        "Look the number up in Get Information About Schools, or in the register.";
    GSS_CODE_UNDERSTOOD: "A GSS code is given and understood as the DfE number that the remark names.",
        "Nothing, if that authority is meant. Receipts and findings carry the number.";
    GSS_CODE_NOT_IN_FORCE: "The GSS code was not the authority's on the incident's day; the remark names the one that was.",
        "Give the code that was in force, or better the DfE number.";
    CHILD_KEY_TWICE: "Two children of the notification have one key.",
        "Give each child a key of its own, such as 1 and 2.";
    CODE_UNKNOWN: "No collection year's set has the code.",
        "Choose one of the set in force on the incident's day, which the remark lists.";
    CODE_RETIRED: "The code was in force once, and not any more on the incident's day. It is taken.",
        "Choose one of the set in force on the incident's day, which the remark lists.";
    CODE_NOT_YET: "The code comes into force after the incident's day. It is taken.",
        "Choose one of the set in force on the incident's day, which the remark lists.";
    DATE_DOES_NOT_EXIST: "There is no such day in the calendar.",
        "Correct the day or the month; write 14 March 2026 as 2026-03-14.";
    DATE_IN_FUTURE: "The day lies after today in London; what is notified has happened.",
        "Correct the date; check the century and the order of day and month.";
    AWARE_BEFORE_INCIDENT: "The authority became aware before the incident happened. It is taken.",
        "Check both dates; where harm went on over time, give its last day as the incident's.";
    BORN_AFTER_INCIDENT: "The child was born after the incident. It is taken.",
        "Check both dates; for a child not yet born at the incident, set facts.unborn to ANSWER_YES.";
    AGE_IMPLAUSIBLE: "The age that follows from the birth date is one that nobody reaches; it counts as not known.",
        "Correct the birth date; check the century.";
    AGE_DIFFERS: "The stated age is not the one that follows from the birth date and the incident's date.",
        "Leave the age out, or correct the birth date; Lapwing goes by the birth date.";
    SENDER_REFERENCE_CHANGED: "A later revision has another sender_reference than the notification it is of.",
        "Give the sender_reference that the notification was first sent with.";
    REVISION_TOO_FAR_AHEAD: "The revision's number is more than 100 above the newest one held.",
        "Give the number that follows the newest one; Get shows it as status.revision.";
    MESSAGE_TOO_LARGE: "The notification is larger than this server takes.",
        "Shorten the narrative, or part the children into two notifications.";
}
