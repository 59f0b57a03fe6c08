//! Invented names of people and places. Children bear the names of two birds, notifiers those of two plants:
//! nobody could take them for a real person, and a search of logs for them finds only what leaked.

use contracts::notification::v1::Setting;

use crate::draws::Draws;

/// Birds that stand for the given names of children.
pub(crate) const GIVEN_NAMES: [&str; 30] = [
    "Avocet",
    "Bittern",
    "Brambling",
    "Bunting",
    "Chiffchaff",
    "Curlew",
    "Dabchick",
    "Dotterel",
    "Dunlin",
    "Dunnock",
    "Fieldfare",
    "Firecrest",
    "Fulmar",
    "Gadwall",
    "Goldcrest",
    "Goosander",
    "Guillemot",
    "Hoopoe",
    "Kittiwake",
    "Linnet",
    "Nuthatch",
    "Ouzel",
    "Pipit",
    "Plover",
    "Ptarmigan",
    "Redpoll",
    "Redshank",
    "Siskin",
    "Whimbrel",
    "Wigeon",
];

/// Birds that stand for family names of children; none is a given name too.
pub(crate) const FAMILY_NAMES: [&str; 30] = [
    "Bullfinch",
    "Capercaillie",
    "Chaffinch",
    "Cormorant",
    "Goldfinch",
    "Greenshank",
    "Hawfinch",
    "Jackdaw",
    "Kingfisher",
    "Magpie",
    "Mallard",
    "Moorhen",
    "Nightjar",
    "Oystercatcher",
    "Pochard",
    "Razorbill",
    "Redstart",
    "Sandpiper",
    "Shoveler",
    "Skylark",
    "Sparrowhawk",
    "Spoonbill",
    "Stonechat",
    "Treecreeper",
    "Turnstone",
    "Wagtail",
    "Wheatear",
    "Whinchat",
    "Woodpecker",
    "Yellowhammer",
];

/// Trees that stand for the given names of notifiers.
const NOTIFIERS_GIVEN_NAMES: [&str; 12] = [
    "Alder",
    "Aspen",
    "Blackthorn",
    "Buckthorn",
    "Dogwood",
    "Hawthorn",
    "Hornbeam",
    "Juniper",
    "Larch",
    "Osier",
    "Spindle",
    "Sycamore",
];

/// Plants that stand for family names of notifiers.
const NOTIFIERS_FAMILY_NAMES: [&str; 12] = [
    "Bilberry",
    "Bracken",
    "Cranberry",
    "Foxglove",
    "Harebell",
    "Honeysuckle",
    "Knapweed",
    "Meadowsweet",
    "Ragwort",
    "Sorrel",
    "Teasel",
    "Yarrow",
];

const LANES: [&str; 10] = [
    "Bilberry Lane",
    "Bramble Close",
    "Foxglove Road",
    "Gorse Terrace",
    "Harebell Way",
    "Knapweed Row",
    "Nettle Street",
    "Ragwort Gardens",
    "Teasel Walk",
    "Yarrow Avenue",
];

const TOWNS: [&str; 8] = [
    "Curlew Magna",
    "Fulmar Sands",
    "Great Dunnock",
    "Little Ouzel",
    "Nether Plover",
    "Pipit Regis",
    "Siskin-on-the-Marsh",
    "Upper Whimbrel",
];

/// A notifier's given and family name.
pub(crate) fn draw_notifier(draws: &mut Draws) -> (&'static str, &'static str) {
    (draws.one_of(&NOTIFIERS_GIVEN_NAMES), draws.one_of(&NOTIFIERS_FAMILY_NAMES))
}

/// A home address, without a postcode: every postcode of the right form may be somebody's.
pub(crate) fn draw_address(draws: &mut Draws) -> String {
    let number = draws.between(1, 98);
    format!("{number} {}, {}", draws.one_of(&LANES), draws.one_of(&TOWNS))
}

/// What a placement's provider or carer is called, by the kind of setting.
pub(crate) fn draw_placement_name(draws: &mut Draws, setting: Setting) -> String {
    let bird = draws.one_of(&FAMILY_NAMES);
    match setting {
        Setting::FosterHome => format!("{bird} Fostering"),
        Setting::ResidentialSpecialSchool => format!("{bird} School"),
        Setting::Health => format!("{bird} Ward"),
        Setting::OwnHome => "With parents".to_owned(),
        _ => format!("{bird} House"),
    }
}

/// Where it happened, for a reader who goes there; empty where there is no such place. `home` is the address
/// of the child's family.
pub(crate) fn draw_place(draws: &mut Draws, setting: Setting, home: &str) -> String {
    let town = draws.one_of(&TOWNS);
    match setting {
        Setting::Online | Setting::NotKnown | Setting::Unspecified => String::new(),
        Setting::OwnHome => home.to_owned(),
        Setting::Education => format!("{} School, {town}", draws.one_of(&FAMILY_NAMES)),
        Setting::Health => format!("{town} General Hospital"),
        Setting::PublicPlace => format!("Footpath behind {}, {town}", draws.one_of(&LANES)),
        Setting::Other => format!("Outbuilding near {}, {town}", draws.one_of(&LANES)),
        _ => draw_address(draws),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_both_a_given_and_a_family_name() {
        assert!(GIVEN_NAMES.iter().all(|name| !FAMILY_NAMES.contains(name)));
        assert!(NOTIFIERS_GIVEN_NAMES.iter().all(|name| !NOTIFIERS_FAMILY_NAMES.contains(name)));
    }
}
