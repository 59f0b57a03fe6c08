//! `lapwing notices`: what DfE or Ofsted was told, newest first.

use contracts::json::to_json;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{ListNoticesRequest, Notice, Recipient};

use super::Context;
use crate::cli::NoticesFor;
use crate::connection::{connect, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{line, outcome, time};

/// Entries asked for at a time.
const PAGE: u32 = 200;

/// Lists what a recipient was told, as the panel's secretariat.
///
/// # Errors
/// Where the server cannot be reached.
pub(crate) async fn notices(context: &Context, asked: NoticesFor) -> Result<Ending, Failure> {
    let channel = connect(&context.folder, context.server.as_deref(), &secretariat()).await?;
    let mut client = TriageServiceClient::new(channel);
    let (mut told, mut page_token) = (0, String::new());
    loop {
        let recipient = Recipient::from(asked.recipient).into();
        let request = ListNoticesRequest { recipient, page_size: PAGE, page_token };
        let page = client.list_notices(traced(request)).await?.into_inner();
        for notice in page.notices.iter().take(asked.most - told) {
            if context.json { line(to_json(notice)) } else { tell(notice) }
        }
        told += page.notices.len().min(asked.most - told);
        page_token = page.next_page_token;
        if page_token.is_empty() || told == asked.most {
            break;
        }
    }
    if told == 0 && !context.json {
        line("nothing has been told yet");
    }
    Ok(Ending::Well)
}

fn tell(notice: &Notice) {
    let what = if notice.withdrawn { "withdrawn" } else { outcome(notice.outcome()) };
    line(format!(
        "{}  revision {} of {}: {what}; told {}",
        notice.reference,
        notice.revision,
        notice.notifying_authority,
        time(notice.issued_at.as_ref())
    ));
    for reason in &notice.reasons {
        line(format!("    because {} ({})", reason.text, reason.source));
    }
}
