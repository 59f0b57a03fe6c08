//! Which children and homes are seen to be the same, and which are not.

use proptest::prelude::*;

use super::*;

fn tokeniser() -> Tokeniser {
    Tokeniser::new([7; 32])
}

fn child(name: &str, born: &str) -> Option<String> {
    tokeniser().child(&ChildIdentity { name: name.into(), date_of_birth: born.into(), ..Default::default() })
}

fn home(address: &str) -> Option<String> {
    tokeniser().household(&ChildIdentity { address: address.into(), ..Default::default() })
}

#[test]
fn one_child_spelt_in_several_ways_has_one_token() {
    let expected = child("Robin O'Sparrow", "2019-05-02");
    assert!(expected.as_ref().is_some_and(|token| token.len() == 32));
    for name in ["ROBIN O\u{2019}SPARROW", "O'Sparrow, Robin", "  robin   osparrow ", "Róbin O'Sparrow"] {
        assert_eq!(child(name, "2019-05-02"), expected, "{name}");
    }
    assert_eq!(child("Anne-Marie Wren", "2019-05-02"), child("anne marie wren", "2019-05-02"));
}

#[test]
fn another_name_or_another_birth_date_is_another_child() {
    let robin = child("Robin Sparrow", "2019-05-02");
    assert_ne!(robin, child("Robin Sparrow", "2019-05-03"));
    assert_ne!(robin, child("Robyn Sparrow", "2019-05-02"));
}

#[test]
fn a_child_whose_name_or_birth_date_is_not_known_has_no_token() {
    for (name, born) in [
        ("", "2019-05-02"),
        ("Robin Sparrow", ""),
        ("Robin Sparrow", "2019-02-30"),
        ("-", "2019-05-02"),
        ("Unknown", "2019-05-02"),
        ("not known", "2019-05-02"),
        ("N/A", "2019-05-02"),
        ("Name not known", "2019-05-02"),
        ("Unborn baby of Wren Sparrow", "2019-05-02"),
        ("Unnamed Sparrow", "2019-05-02"),
        ("TBC Sparrow", "2019-05-02"),
        ("to be confirmed", "2019-05-02"),
        ("Withheld", "2019-05-02"),
        ("(confidential)", "2019-05-02"),
        ("Baby", "2019-05-02"),
        ("Baby Girl", "2019-05-02"),
        ("Twin 2", "2019-05-02"),
        ("Infant boy A", "2019-05-02"),
        ("Child 1", "2019-05-02"),
    ] {
        assert_eq!(child(name, born), None, "{name} {born}");
    }
}

#[test]
fn a_baby_with_a_surname_has_a_token_as_anybody_has() {
    for name in ["Baby Sparrow", "Twin 2 Sparrow", "Girl Wren", "Bo Li"] {
        assert!(child(name, "2019-05-02").is_some(), "{name}");
    }
    assert_ne!(child("Baby Sparrow", "2019-05-02"), child("Baby Wren", "2019-05-02"));
    assert_ne!(child("Twin 1 Sparrow", "2019-05-02"), child("Twin 2 Sparrow", "2019-05-02"));
}

#[test]
fn an_accent_that_is_a_character_of_its_own_is_left_out_too() {
    assert_eq!(child("Ro\u{301}bin Sparrow", "2019-05-02"), child("Robin Sparrow", "2019-05-02"));
    assert_eq!(home("12 Ne\u{308}st Road, Sheffield"), home("12 Nest Road, Sheffield"));
}

#[test]
fn one_home_written_in_several_ways_has_one_token() {
    let expected = home("12 Nest Road, Sheffield, S1 2HH");
    assert!(expected.is_some());
    for address in
        ["12, Nest Rd, SHEFFIELD s12hh", "12 nest road S1 2HH", "12 Nest Road\nSheffield\nS1 2HH\nUK"]
    {
        assert_eq!(home(address), expected, "{address}");
    }
    assert_eq!(home("Wren Cottage, Nest Lane, S1 2HH"), home("Wren Cottage, S1 2HH"));
    assert_eq!(home("12 Nest Road, Sheffield"), home("12  NEST ROAD - Sheffield"));
}

#[test]
fn neighbours_are_not_one_household() {
    let flat_3 = home("Flat 3, 12 Nest Road, S1 2HH");
    for other in ["Flat 4, 12 Nest Road, S1 2HH", "12 Nest Road, S1 2HH", "Flat 3, 12 Nest Road, S1 2HJ"] {
        assert_ne!(flat_3, home(other), "{other}");
    }
    let flat_a = home("Flat A, 12 Nest Road, S1 2HH");
    assert_eq!(flat_a, home("flat a 12 Nest Rd S12HH"));
    for other in ["Flat B, 12 Nest Road, S1 2HH", "12 Nest Road, S1 2HH", "Unit C, 12 Nest Road, S1 2HH"] {
        assert_ne!(flat_a, home(other), "{other}");
    }
}

#[test]
fn a_home_that_is_not_known_or_only_its_postcode_has_no_token() {
    for address in [
        "",
        "  ",
        "not known",
        "No fixed abode",
        "S1 2HH",
        "Unknown, Sheffield, S1 2HH",
        "Address not known, S1 2HH",
        "Confidential - 12 Nest Road, S1 2HH",
        "withheld",
        "Homeless (last at 12 Nest Road, S1 2HH)",
        "As above",
        "Same as above, S1 2HH",
        "Sheffield",
        "Refuge",
    ] {
        assert_eq!(home(address), None, "{address:?}");
    }
}

#[test]
fn under_another_key_everything_is_another_token_and_a_childs_is_never_a_homes() {
    let identity = ChildIdentity { name: "12".into(), address: "12".into(), ..Default::default() };
    let other = Tokeniser::new([8; 32]);
    assert_ne!(tokeniser().household(&identity), other.household(&identity));
    let parts = ["robin"];
    assert_ne!(
        tokeniser().token("lapwing child 2", &parts),
        tokeniser().token("lapwing household 2", &parts)
    );
}

#[test]
fn the_tokens_of_a_key_stay_the_same_from_version_to_version() {
    let token = |kind, part| tokeniser().token(kind, &[part]);
    // HMAC-SHA256 of "lapwing household 2\0s12hh 12\0" under 32 bytes of 7, worked out apart with Python's hmac.
    assert_eq!(token("lapwing household 2", "s12hh 12"), "421458d8c2ec14d2216bad8bf42397af");
    assert_eq!(home("12 Nest Road, Sheffield, S1 2HH").as_deref(), Some("421458d8c2ec14d2216bad8bf42397af"));
}

#[test]
fn the_key_is_not_shown() {
    let shown = format!("{:?}", tokeniser());
    assert!(shown.contains("REDACTED") && !shown.contains('7'), "{shown}");
}

proptest! {
    #[test]
    fn any_text_is_read_and_its_case_and_punctuation_do_not_matter(text in "\\PC{0,60}") {
        let spread = text.replace(',', " ;  ");
        prop_assert_eq!(home(&text.to_lowercase()), home(&spread.to_lowercase()));
    }
}
