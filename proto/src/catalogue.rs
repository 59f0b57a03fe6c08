//! The codes that the contracts themselves give: a request that cannot be read, and the rules of form.
//!
//! What a reader would get wrong: a rule of form goes by the name that `buf.validate` gives it, so that a sender who
//! checks the same annotations in another language meets the same names.

use catalogue::{Entry, Section};

catalogue::entries! {
    /// Requests that cannot be read.
    pub REQUESTS = "Requests that cannot be read";
    FORM_VIOLATED: "The request breaks rules of form; each is named with its field.",
        "Mend every field that is named, and send it again.";
    NOT_DECODABLE: "The request cannot be decoded as protobuf, or is nested too deeply.",
        "Generate the client from the contract anew, and look for a mixture of versions.";
    TOO_MANY_PARTS: "The request has more fields, those of the messages within counted, than any notification has.",
        "Look for a list that grows without an end; part a very large notification into several.";
    UNKNOWN_FIELD: "This server does not know the field.",
        "Leave it out, or ask the operator for a server of a newer contract.";
    RULE_NOT_RUN: "A rule of form could not be run on this message.",
        "This is a fault of Lapwing: tell the operator.";
}

/// Rules of form, by the names of `buf.validate`.
pub const RULES: Section = Section {
    title: "Rules of form (buf.validate)",
    entries: &[
        Entry::new("required", "It is missing.", "Give it."),
        Entry::new(
            "string.pattern",
            "It does not have the form that this field has.",
            "See the form in the field's comment in the contract; dates are written 2026-03-14, authorities as three digits or a GSS code.",
        ),
        Entry::new(
            "string.max_len",
            "The text is too long.",
            "Shorten it; the rule says to how much: see max_len beside the field in proto/lapwing.",
        ),
        Entry::new("string.min_len", "It is empty.", "Give it."),
        Entry::new(
            "string.email",
            "It is not an email address.",
            "Give an address such as duty@example.gov.uk, or leave it out.",
        ),
        Entry::new(
            "string.uuid",
            "It is not a lease identifier.",
            "Give back the lease_id that TakeNext answered with.",
        ),
        Entry::new(
            "enum.defined_only",
            "The number stands for no answer in this contract.",
            "Use a value of the enumeration; a newer contract may have it: ask for the operator's version.",
        ),
        Entry::new("enum.not_in", "A value must be chosen.", "Choose one of the enumeration's values."),
        Entry::new(
            "enum.in",
            "The value is not one of those that this call takes.",
            "Choose one of the values that the field's comment names.",
        ),
        Entry::new("repeated.min_items", "The list is empty.", "Give at least one entry."),
        Entry::new("repeated.max_items", "The list has too many entries.", "Give fewer entries."),
        Entry::new("repeated.unique", "An entry is there twice.", "Give each entry once."),
        Entry::new(
            "uint32.lte",
            "The number is too large.",
            "Give a number up to the bound in the contract.",
        ),
        Entry::new(
            "uint32.gte_lte",
            "The number is outside its bounds.",
            "Give a number within the bounds in the contract; a revision is counted from 2 on.",
        ),
        Entry::new(
            "duration.gte_lte",
            "The length of time is outside its bounds.",
            "Give a length within the bounds in the contract: a lease holds from one second to an hour.",
        ),
    ],
};

/// The catalogue of this room.
pub const CATALOGUE: &[Section] = &[REQUESTS, RULES];

/// A rule of form by its name.
pub(crate) fn rule(name: &str) -> Option<&'static Entry> {
    RULES.entries.iter().find(|entry| entry.code() == name)
}

/// A sentence as a clause, to stand after a colon: without its full stop, beginning small.
pub(crate) fn clause(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use prost_reflect::{DynamicMessage, FieldDescriptor, Value};

    use super::*;
    use crate::DESCRIPTOR_POOL;

    /// Names every rule that an annotation sets, such as `string.pattern`, as `buf.validate` names violations.
    fn rules_of(field: &FieldDescriptor) -> Vec<String> {
        let annotation = DESCRIPTOR_POOL.get_extension_by_name("buf.validate.field").expect("it is imported");
        let options = field.options();
        let value = options.get_extension(&annotation).into_owned();
        let Value::Message(rules) = value else { panic!("field rules are a message") };
        set_rules(&rules)
    }

    fn set_rules(rules: &DynamicMessage) -> Vec<String> {
        let mut names = Vec::new();
        for (kind, value) in rules.fields() {
            match (kind.name(), value) {
                ("required", Value::Bool(true)) => names.push("required".to_owned()),
                ("ignore", _) => {}
                (kind, Value::Message(inner)) => names.extend(rules_of_kind(kind, inner)),
                (kind, other) => panic!("{kind}: {other:?}"),
            }
        }
        names
    }

    fn rules_of_kind(kind: &str, rules: &DynamicMessage) -> Vec<String> {
        let set: Vec<String> = rules.fields().map(|(rule, _)| rule.name().to_owned()).collect();
        // Both bounds together are one rule, by the name of both.
        if set.iter().any(|rule| rule == "gte") && set.iter().any(|rule| rule == "lte") {
            return vec![format!("{kind}.gte_lte")];
        }
        let of_items = rules.fields().filter_map(|(rule, value)| match value {
            Value::Message(items) if rule.name() == "items" => Some(set_rules(items)),
            _ => None,
        });
        let nested: Vec<String> = of_items.flatten().collect();
        let own = set.iter().filter(|rule| *rule != "items").map(|rule| format!("{kind}.{rule}"));
        own.chain(nested).collect()
    }

    #[test]
    fn every_rule_of_form_in_the_contracts_is_in_the_catalogue() {
        let messages =
            DESCRIPTOR_POOL.all_messages().filter(|message| message.package_name().starts_with("lapwing."));
        let mut found = 0;
        for field in messages.flat_map(|message| message.fields().collect::<Vec<_>>()) {
            for name in rules_of(&field) {
                assert!(rule(&name).is_some(), "{name} at {} is in no catalogue", field.full_name());
                found += 1;
            }
        }
        assert!(found > 60, "{found}");
    }

    #[test]
    fn the_catalogue_is_well_formed() {
        assert_eq!(catalogue::faults(CATALOGUE), Vec::<String>::new());
    }
}
