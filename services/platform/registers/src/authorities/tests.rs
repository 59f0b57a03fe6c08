//! What the register of authorities promises, and which updates it refuses.

use jiff::civil::{Date, date};

use super::*;

const TODAY: Date = date(2026, 11, 22);

fn number(text: &str) -> AuthorityNumber {
    text.parse().unwrap()
}

fn found(text: &str) -> &'static Authority {
    authorities().find(number(text)).unwrap()
}

#[test]
fn the_compiled_in_authorities_are_well_formed() {
    let register = AuthorityRegister::parse(COMPILED_IN).unwrap();
    let rows = register.iter().map(|authority| 1 + authority.earlier.len()).sum::<usize>();
    assert_eq!(rows + register.unnumbered().len(), 172);
    assert_eq!((register.iter().count(), register.unnumbered().len()), (160, 5));
    assert_eq!(register.live_on(TODAY).count(), 153);
}

#[test]
fn the_number_of_live_authorities_follows_each_reorganisation() {
    let cases = [
        (date(2008, 12, 31), 0),
        // Besides five bodies for which the source has no number.
        (date(2009, 3, 31), 144),
        (date(2009, 4, 1), 152),
        (date(2019, 3, 31), 152),
        (date(2019, 4, 1), 151),
        (date(2021, 4, 1), 152),
        (date(2023, 3, 31), 152),
        (date(2023, 4, 1), 153),
    ];
    for (on, live) in cases {
        assert_eq!(authorities().live_on(on).count(), live, "on {on}");
    }
}

#[test]
fn every_authority_is_found_by_its_number_and_by_each_code_it_ever_had() {
    for authority in authorities().iter() {
        assert_eq!(authorities().find(authority.number), Some(authority));
        assert_eq!(authorities().find_by_gss(&authority.gss_code), Some(authority));
        for period in &authority.earlier {
            assert_eq!(authorities().find_by_gss(&period.gss_code), Some(authority));
        }
    }
}

#[test]
fn an_authority_keeps_its_number_through_a_change_of_code() {
    let barnsley = found("370");
    assert_eq!(barnsley.name, "Barnsley");
    assert_eq!((barnsley.from, barnsley.to), (date(2009, 1, 1), None));
    assert_eq!(barnsley.gss_code_on(date(2025, 4, 30)), Some("E08000016"));
    assert_eq!(barnsley.gss_code_on(date(2025, 5, 1)), Some("E08000038"));
    assert!(barnsley.is_live_on(date(2025, 4, 30)) && barnsley.is_live_on(date(2025, 5, 1)));
    assert_eq!(barnsley.gss_code_on(date(2008, 12, 31)), None);
}

#[test]
fn a_county_that_became_unitary_is_one_authority_of_the_latest_kind() {
    let north_yorkshire = found("815");
    assert_eq!(north_yorkshire.kind, AuthorityKind::UnitaryAuthority);
    assert_eq!(north_yorkshire.region, Region::YorkshireAndTheHumber);
    let [county] = north_yorkshire.earlier.as_slice() else { panic!("one earlier period is expected") };
    assert_eq!((county.kind, county.gss_code.as_str()), (AuthorityKind::County, "E10000023"));
    assert_eq!((county.from, county.to), (date(2009, 1, 1), Some(date(2023, 3, 31))));
}

#[test]
fn an_ended_authority_is_found_but_is_not_live() {
    let cumbria = found("909");
    assert!(cumbria.is_live_on(date(2023, 3, 31)));
    assert!(!cumbria.is_live_on(date(2023, 4, 1)));
    assert!(!cumbria.is_live_on(TODAY));
}

#[test]
fn a_well_formed_number_need_not_belong_to_anybody() {
    assert_eq!(authorities().find(number("999")), None);
    assert_eq!(authorities().find_by_gss("W06000015"), None);
}

#[test]
fn live_authorities_come_in_the_order_of_their_numbers() {
    let numbers = authorities().live_on(TODAY).map(|authority| authority.number).collect::<Vec<_>>();
    assert!(numbers.is_sorted());
    assert_eq!((numbers.first(), numbers.last()), (Some(&number("201")), Some(&number("943"))));
}

#[test]
fn an_authority_number_is_three_digits_and_prints_as_it_was_read() {
    for text in ["000", "042", "330", "999"] {
        assert_eq!(number(text).to_string(), text);
    }
    for text in ["", "33", "3300", " 33", "+33", "33x", "٣٣٠", "Birmingham"] {
        assert_eq!(text.parse::<AuthorityNumber>(), Err(NotAnAuthorityNumber::NotThreeDigits), "{text:?}");
    }
}

#[test]
fn a_gss_code_given_as_a_number_is_told_apart() {
    let refusal = "E08000025".parse::<AuthorityNumber>().unwrap_err();
    assert_eq!(refusal, NotAnAuthorityNumber::GssCode);
    assert!(refusal.to_string().contains("give the authority's DfE number"));
}

#[test]
fn a_refused_number_is_not_repeated_in_the_error() {
    let refusal = "Jo Bloggs".parse::<AuthorityNumber>().unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "a DfE authority number is three digits and nothing else, such as 330 for Birmingham"
    );
}

const SAMPLE: &str = "\
dfe_number,gss_code,name,kind,region,from,to
330,E08000025,Birmingham,Metropolitan Districts,West Midlands,2009-01-01,
370,E08000016,Barnsley,Metropolitan Districts,Yorkshire and The Humber,2009-01-01,2025-04-30
370,E08000038,Barnsley,Metropolitan Districts,Yorkshire and The Humber,2025-05-01,
x,E10000010,Durham,Counties,North East,2009-01-01,2009-03-31
";

fn assert_refused(cases: &[(&str, &str, &str)]) {
    for (find, put, refusal) in cases {
        assert!(SAMPLE.contains(find), "the sample holds {find:?}");
        let text = SAMPLE.replacen(find, put, 1);
        let refused = AuthorityRegister::parse(&text).expect_err(&format!("{find:?} became {put:?}"));
        assert_eq!(refused.to_string(), format!("data/local-authorities.csv, {refusal}"));
    }
}

#[test]
fn the_sample_of_the_refusals_is_itself_accepted() {
    let register = AuthorityRegister::parse(SAMPLE).unwrap();
    assert_eq!((register.iter().count(), register.unnumbered().len()), (2, 1));
}

#[test]
fn a_table_of_the_wrong_shape_is_refused() {
    let columns = "must be `dfe_number,gss_code,name,kind,region,from,to`: rename or reorder them to match";
    assert_refused(&[
        (
            "gss_code,name",
            "name,gss_code",
            &format!("line 1: the columns are `dfe_number,name,gss_code,kind,region,from,to` and {columns}"),
        ),
        (
            "from,to",
            "from,to,note",
            &format!(
                "line 1: the columns are `dfe_number,gss_code,name,kind,region,from,to,note` and {columns}"
            ),
        ),
        (
            ",2009-01-01,\n",
            ",2009-01-01\n",
            "line 2: cannot be read: CSV error: record 1 (line: 2, byte: 45): found record with 6 fields, \
             but the previous record has 7 fields",
        ),
    ]);
    let header = SAMPLE.lines().next().unwrap();
    let refusal = AuthorityRegister::parse(header).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "data/local-authorities.csv: holds no entries: restore the list from its source"
    );
}

#[test]
fn a_field_that_is_not_what_it_should_be_is_refused() {
    assert_refused(&[
        ("Birmingham", "", "line 2, column `name`: is blank: fill it in from the source"),
        (
            "Birmingham",
            "Birmingham ",
            "line 2, column `name`: \"Birmingham \" has blanks at an end, doubled blanks or unprintable \
             characters: remove them",
        ),
        (
            "330,",
            "33,",
            "line 2, column `dfe_number`: `33` is not a DfE authority number: write three digits, or `x` \
             where the source gives none",
        ),
        (
            "E08000025",
            "E09000025",
            "line 2, column `gss_code`: `E09000025` is not an ONS code of this kind of authority: it starts \
             with E08 and has nine characters",
        ),
        (
            "Metropolitan Districts",
            "Parishes",
            "line 2, column `kind`: `Parishes` is not one of London Boroughs, Metropolitan Districts, \
             Unitary Authorities, Counties: correct it, or teach the crate the new word",
        ),
        (
            "West Midlands",
            "Wales",
            "line 2, column `region`: `Wales` is not one of East Midlands, East of England, London, North \
             East, North West, South East, South West, West Midlands, Yorkshire and The Humber: \
             correct it, or teach the crate the new word",
        ),
    ]);
}

#[test]
fn a_date_that_is_not_a_day_of_the_calendar_in_the_one_form_is_refused() {
    assert_refused(&[
        (
            "2025-04-30",
            "2025-04-31",
            "line 3, column `to`: `2025-04-31` is not a day of the calendar written as YYYY-MM-DD: correct \
             it",
        ),
        (
            "2009-01-01",
            "20090101",
            "line 2, column `from`: `20090101` is not a day of the calendar written as YYYY-MM-DD: correct \
             it",
        ),
        ("2009-01-01", "", "line 2, column `from`: is blank: fill it in from the source"),
    ]);
}

#[test]
fn rows_that_contradict_each_other_or_themselves_are_refused() {
    assert_refused(&[
        (
            "E08000025",
            "E08000016",
            "line 3, column `gss_code`: `E08000016` stands already at data/local-authorities.csv, line 2: \
             remove one of the two",
        ),
        (
            "2025-04-30",
            "2008-12-31",
            "line 3, column `to`: ends on 2008-12-31, before it starts on 2009-01-01: correct one of the two",
        ),
        (
            "2025-04-30",
            "2025-05-01",
            "line 4, column `from`: authority 370 starts anew on 2025-05-01, but its row before ends on \
             2025-05-01: one row must end the day before the next starts",
        ),
        (
            "2025-04-30",
            "2025-04-29",
            "line 4, column `from`: authority 370 starts anew on 2025-05-01, but its row before ends on \
             2025-04-29: one row must end the day before the next starts",
        ),
        (
            "2025-04-30",
            "",
            "line 4, column `from`: authority 370 starts anew on 2025-05-01, but its row before does not \
             end: one row must end the day before the next starts",
        ),
        (
            "2009-03-31",
            "",
            "line 5: has no number and no end date: an authority that still exists has a DfE number, write \
             it",
        ),
    ]);
}

#[test]
fn three_rows_of_one_number_become_one_authority_with_two_earlier_periods() {
    let text = "\
dfe_number,gss_code,name,kind,region,from,to
929,E06000057,Third,Unitary Authorities,North East,2013-04-01,
929,E10000022,First,Counties,North East,2009-01-01,2009-03-31
929,E06000048,Second,Unitary Authorities,North East,2009-04-01,2013-03-31
";
    let register = AuthorityRegister::parse(text).unwrap();
    let authority = register.find(number("929")).unwrap();
    let earlier = authority.earlier.iter().map(|period| (period.name.as_str(), period.from, period.to));
    assert_eq!(
        earlier.collect::<Vec<_>>(),
        [
            ("First", date(2009, 1, 1), Some(date(2009, 3, 31))),
            ("Second", date(2009, 4, 1), Some(date(2013, 3, 31)))
        ]
    );
    assert_eq!((authority.name.as_str(), authority.from), ("Third", date(2009, 1, 1)));
    assert_eq!(authority.gss_code_on(date(2013, 3, 31)), Some("E06000048"));
}
