//! The sentences that follow a narrative's opening. Each stands by itself and fits any opening of its kind.

pub(super) const TOLD_AT_ONCE: [&str; 4] = [
    "The ambulance service told the police, who rang the authority's duty team the same day and asked for what \
     was on record.",
    "The police told the authority through the multi-agency safeguarding hub, and a social worker went out with \
     an officer that evening.",
    "The officers who attended made a referral to children's services from the scene and stayed until a social \
     worker had come.",
    "The out-of-hours team took the police's call, wrote down what was said and passed it on to the day team in \
     the morning.",
];

pub(super) const TOLD_BY_A_HOSPITAL: [&str; 3] = [
    "The hospital's named doctor for safeguarding made a referral to children's services after speaking with the \
     family on the ward.",
    "The hospital rang the authority's duty team and the police at the same time, and both came to the ward \
     within hours.",
    "The ward's safeguarding nurse told the multi-agency safeguarding hub, which put the matter before a manager \
     the same day.",
];

pub(super) const TOLD_BY_A_SCHOOL: [&str; 4] = [
    "A teacher reported what had been seen and heard to the designated safeguarding lead, who rang the authority \
     before the end of the day.",
    "It was first told to a youth worker, who wrote it down in the child's own words and rang children's services \
     straight away.",
    "A relative rang the out-of-hours team, which took down what was said and passed it on to the day team in the \
     morning.",
    "An adult who had been confided in rang the police, and the officer made a referral to children's services \
     the same evening.",
];

pub(super) const TOLD_BY_A_NEIGHBOUR: [&str; 3] = [
    "A neighbour rang the police, and the officers who attended made a referral to children's services from the \
     scene.",
    "A relative rang the out-of-hours team, which took down what was said and passed it on to the day team in the \
     morning.",
    "The health visitor was worried by what a home visit had shown, and spoke with a manager of children's \
     services the same day.",
];

pub(super) const IN_CARE: [&str; 3] = [
    "The last review of the care plan had raised no new concern, and the next was due within the month.",
    "The placement had been under strain for some weeks, and a meeting about its stability had been arranged.",
    "The independent reviewing officer had asked for closer contact with the family, which was being arranged.",
];

pub(super) const LEFT_CARE: [&str; 2] = [
    "The pathway plan had been reviewed in the spring, and the personal adviser had been in touch by telephone \
     since.",
    "Contact with the personal adviser had become less frequent over the year, at the young person's own wish.",
];

pub(super) const YOUNG_AND_KNOWN: [&str; 3] = [
    "Health visitors had found it hard to see the family at home, and three appointments in a row had been missed.",
    "Earlier referrals about arguments between the adults had each been looked into and closed with advice.",
    "Midwives had passed on a worry about the parents' use of alcohol, and early help had been offered.",
];

pub(super) const KNOWN: [&str; 3] = [
    "Earlier referrals about arguments between the adults had each been looked into and closed with advice.",
    "Absence from lessons had been growing since the autumn, and early help had been offered and declined.",
    "An assessment some time before had ended without a plan, and the family was pointed to local services.",
];

pub(super) const NOT_KNOWN_BEFORE: [&str; 2] = [
    "Nothing in the records held by the authority, the police or the general practitioner had given cause for \
     concern before.",
    "The family was not known to children's services, and only routine contacts with health are on record.",
];

pub(super) const RECORDS_AWAITED: [&str; 2] = [
    "The family had moved into the area within the past year, and the records held elsewhere have been asked for \
     and not yet received.",
    "Whether any service had been involved before is being checked with the agencies concerned.",
];

pub(super) const RESPONSE: [&str; 4] = [
    "A strategy meeting of the authority, the police and health was held and agreed what each is to find out.",
    "Support has been offered to the family and to the staff concerned, and the agencies were asked to secure \
     their records.",
    "A joint agency response was started, and the family has been given the name of one person to turn to.",
    "The safeguarding partners were told the next morning and will meet to decide what has to be done.",
];

pub(super) const NEXT: [&str; 3] = [
    "What is missing here will be sent as soon as it is known.",
    "The results of further examinations are awaited.",
    "A further meeting is planned when the first enquiries are finished.",
];

pub(super) const NEXT_FOR_A_FAMILY: [&str; 3] = [
    "What is missing here will be sent as soon as it is known.",
    "A further meeting is planned when the first enquiries are finished.",
    "The other members of the household are staying with relatives for the time being.",
];
