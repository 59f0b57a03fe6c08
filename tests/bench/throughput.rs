//! How fast the embedded mode is on this machine, beside the limit that the disk sets in the same run.
//!
//! `cargo bench -p acceptance` prints the figures and asserts none. Figures of two runs are not to be compared:
//! machines drift. Ratios of one run are.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::time::{Duration, Instant};

use acceptance::{Process, cases_waiting, notification, samples_by_authority, send_all, until};
use contracts::intake::v1::SubmitRequest;
use prost::Message;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

const SAMPLES: usize = 10_000;

#[tokio::main]
async fn main() {
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    let folder = tempfile::tempdir().expect("a folder");
    let started = Instant::now();
    let process = Process::up(program, folder.path()).await;
    let ready = started.elapsed();
    let clients = process.clients();

    let asked = Instant::now();
    let first = SubmitRequest { notification: Some(notification("373", "FIRST")) };
    clients.intake("373").await.submit(first).await.expect("held");
    println!("start to ready line:                 {:>8.0} ms", milliseconds(ready));
    println!("ready line to first receipt:         {:>8.0} ms", milliseconds(asked.elapsed()));
    println!("memory after the first receipt:      {:>8.1} MB", resident(process.id()));

    let batch = samples_by_authority(SAMPLES);
    let bytes: usize = batch.values().flatten().map(Message::encoded_len).sum();
    let begun = Instant::now();
    send_all(&clients, batch).await;
    let receipted = begun.elapsed();
    until("every sample to be queued", async || {
        // The first one too.
        (cases_waiting(&clients).await > SAMPLES as u64).then_some(())
    })
    .await;
    let queued = begun.elapsed();
    println!("samples:                             {SAMPLES:>8} of {} bytes on average", bytes / SAMPLES);
    println!("receipts, durable:                   {:>8.0} a second", rate(SAMPLES, receipted));
    println!("queued for the panel:                {:>8.0} a second", rate(SAMPLES, queued));
    println!("memory after {SAMPLES}:                  {:>8.1} MB", resident(process.id()));
    process.terminate().await;

    let one = bare_commits(folder.path(), bytes / SAMPLES, 1, 500).await;
    let many = bare_commits(folder.path(), bytes / SAMPLES, 64, 10_000).await;
    println!("limit: bare commits of one row:      {one:>8.0} rows a second");
    println!("limit: bare commits of 64 rows:      {many:>8.0} rows a second");
    println!("receipts to bare one-row commits:    {:>8.2} ×", rate(SAMPLES, receipted) / one);
    println!("receipts to bare 64-row commits:     {:>8.2} ×", rate(SAMPLES, receipted) / many);
}

/// Rows a second that SQLite alone commits on this disk, in the same mode as Lapwing's stores.
async fn bare_commits(folder: &Path, size: usize, rows: usize, total: usize) -> f64 {
    let options = SqliteConnectOptions::new()
        .filename(folder.join(format!("bare-{rows}.sqlite")))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = options.connect().await.expect("opens");
    sqlx::query("CREATE TABLE row (number INTEGER PRIMARY KEY, record BLOB NOT NULL)")
        .execute(&mut connection)
        .await
        .expect("made");
    let record = vec![7_u8; size];
    let values = vec!["($1)"; rows].join(", ");
    let insert = format!("INSERT INTO row (record) VALUES {values}");
    let begun = Instant::now();
    for _ in 0..total / rows {
        let statement = sqlx::query(sqlx::AssertSqlSafe(insert.clone())).bind(&record);
        statement.execute(&mut connection).await.expect("inserted");
    }
    rate(total / rows * rows, begun.elapsed())
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Resident memory of a process, in megabytes.
fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its resident size");
    let kibibytes: f64 = line.split_whitespace().nth(1).and_then(|size| size.parse().ok()).expect("a number");
    kibibytes * 1024.0 / 1e6
}
