//! One element of a rule, three-valued: met, not met by a stated fact, or unsettled.
//!
//! What a reader would get wrong: an element that is unsettled with nothing missing is one that no further fact
//! settles; only a person can.

use crate::domain::fact::Fact;
use crate::domain::finding::Reason;
use crate::domain::reasons::ReasonCode;

/// An element with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// Met.
    Met(Reason),
    /// Not met: a stated fact stands against it.
    NotMet(Reason),
    /// Unsettled, for these reasons, for want of these facts.
    Unsettled(Vec<Reason>, Vec<Fact>),
}

impl Element {
    pub(super) fn met(code: ReasonCode, facts: &'static [Fact]) -> Self {
        Self::Met(Reason { code, facts })
    }

    pub(super) fn not_met(code: ReasonCode, facts: &'static [Fact]) -> Self {
        Self::NotMet(Reason { code, facts })
    }

    /// Unsettled until these facts are known.
    pub(super) fn lacks(code: ReasonCode, missing: &'static [Fact]) -> Self {
        Self::Unsettled(vec![Reason { code, facts: missing }], missing.to_vec())
    }

    /// For a person: no further fact of the notification settles it.
    pub(super) fn for_a_person(code: ReasonCode, facts: &'static [Fact]) -> Self {
        Self::Unsettled(vec![Reason { code, facts }], Vec::new())
    }
}

/// Several elements that must all be met.
#[derive(Debug, Default)]
pub(super) struct Elements {
    /// Reasons of the elements that are met.
    pub(super) met: Vec<Reason>,
    /// Reasons of those that are not.
    pub(super) not_met: Vec<Reason>,
    /// Reasons of those that no fact settles, only a person.
    for_a_person: Vec<Reason>,
    /// Reasons of those that lack a fact.
    lacking: Vec<Reason>,
    /// The facts they lack.
    pub(super) missing: Vec<Fact>,
}

impl Elements {
    /// Is every element met or not met?
    pub(super) fn are_settled(&self) -> bool {
        self.for_a_person.is_empty() && self.lacking.is_empty()
    }

    /// Why they are not settled: what only a person settles comes first, because facts will not make it go away.
    pub(super) fn unsettled(&self) -> Vec<Reason> {
        [self.for_a_person.as_slice(), &self.lacking].concat()
    }
}

impl Extend<Element> for Elements {
    fn extend<All: IntoIterator<Item = Element>>(&mut self, elements: All) {
        for element in elements {
            match element {
                Element::Met(reason) => self.met.push(reason),
                Element::NotMet(reason) => self.not_met.push(reason),
                Element::Unsettled(reasons, missing) if missing.is_empty() => {
                    self.for_a_person.extend(reasons);
                }
                Element::Unsettled(reasons, missing) => {
                    self.lacking.extend(reasons);
                    self.missing.extend(missing);
                }
            }
        }
    }
}

impl FromIterator<Element> for Elements {
    fn from_iter<All: IntoIterator<Item = Element>>(elements: All) -> Self {
        let mut sorted = Self::default();
        sorted.extend(elements);
        sorted
    }
}
