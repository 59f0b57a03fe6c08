//! The token of a page: the place of its last entry. Callers give it back as it is.

use delivery::parked::Place;
use jiff::Timestamp;
use tonic::Status;

use crate::refusals_given;

/// The first part of every token, so that another form can follow one day.
const FORM: &str = "p1";

/// The token of the page that begins after a place among the events of a service.
pub(crate) fn write(service: &str, place: Place) -> String {
    let at = place.parked_at.as_microsecond();
    hex::encode(format!("{FORM} {service} {at} {}", place.id))
}

/// The service and the place that a token stands for; none for the first page.
pub(crate) fn read(token: &str) -> Result<Option<(String, Place)>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    parse(token).map(Some).ok_or_else(refusals_given::page_token)
}

fn parse(token: &str) -> Option<(String, Place)> {
    let text = String::from_utf8(hex::decode(token).ok()?).ok()?;
    let parts: Vec<&str> = text.split(' ').collect();
    let [FORM, service, at, id] = parts.as_slice() else {
        return None;
    };
    let parked_at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    Some(((*service).to_owned(), Place { parked_at, id: id.parse().ok()? }))
}

#[cfg(test)]
mod tests {
    use ambient::Ambient;
    use ids::EventId;
    use tonic::Code;

    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_what_is_none_is_refused() {
        let ambient = Ambient::system();
        let place = Place { parked_at: ambient.now(), id: EventId::mint(&ambient) };
        let token = write("eligibility", place);
        assert!(token.len() <= 200, "{token}");
        assert_eq!(read(&token).expect("reads"), Some(("eligibility".to_owned(), place)));
        assert_eq!(read("").expect("the first page"), None);
        for mistaken in ["zz", "é", &token[2..], &hex::encode("p1 eligibility soon never")] {
            assert_eq!(read(mistaken).expect_err(mistaken).code(), Code::InvalidArgument);
        }
    }
}
