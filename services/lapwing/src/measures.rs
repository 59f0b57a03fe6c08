//! The list of all that Lapwing measures, put together from the rooms that measure it.

use telemetry::measures::{Described, Kind};

/// The measures of every room, in the order in which facts flow.
pub fn sections() -> [(&'static str, &'static [&'static Described]); 7] {
    [
        ("Every process (`platform/host`)", host::MEASURES),
        ("Events on their way (`platform/delivery`)", delivery::MEASURES),
        ("The broker (`platform/broker`), in production alone", broker::MEASURES),
        ("Intake", intake::measures::MEASURES),
        ("Eligibility", eligibility::measures::MEASURES),
        ("Triage", triage::measures::MEASURES),
        ("Audit", audit::measures::MEASURES),
    ]
}

const HEAD: &str = "# What Lapwing measures

Each measure with its name in OpenTelemetry and in Prometheus, its unit and its attributes. Written by
`lapwing measures > services/MEASURES.md` from what each room declares; a test refuses another list. Both ways of telling, OTLP and
`/metrics`, read the same instruments.

The values of an attribute are texts of the program, never of a caller: queues, calls, services, codes. So a measure has at most
some hundreds of series, and none is of one authority: where an authority sends two notifications a year, a count for each would
name a child. Measures begin anew with each process. Names of calls and queues come from `proto/`.
";

/// `services/MEASURES.md`.
pub fn document() -> String {
    let mut text = HEAD.to_owned();
    for (room, measures) in sections() {
        text.push_str(&format!("\n## {room}\n\n| OpenTelemetry | Prometheus | form | unit | by | tells |\n|---|---|---|---|---|---|\n"));
        for measure in measures {
            let by: Vec<String> = measure.by.iter().map(|name| format!("`{name}`")).collect();
            text.push_str(&format!(
                "| `{}` | `{}` | {} | `{}` | {} | {} |\n",
                measure.name,
                measure.prometheus_name(),
                form(measure.kind),
                measure.unit,
                by.join(", "),
                measure.tells
            ));
        }
    }
    text
}

fn form(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    }
}
