//! Plain HTTP, as much of it as stories need: one request, one answer, one connection.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// Such as 200.
    pub status: u16,
    /// Its first line and its headers.
    pub head: String,
    /// What came after the head.
    pub body: String,
}

impl HttpAnswer {
    /// A header by its name; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).unwrap_or_default()
    }
}

/// Asks a server at an address such as `127.0.0.1:9464`, with further header lines and a form; `None` where nobody answers.
pub async fn http(address: &str, call: &str, headers: &[String], form: &str) -> Option<HttpAnswer> {
    let mut connection = TcpStream::connect(address).await.ok()?;
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    // HTTP/1.0: the answer comes in one piece and ends with the connection.
    let request = format!(
        "{call} HTTP/1.0\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    connection.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(HttpAnswer { status, head: head.to_owned(), body: body.to_owned() })
}

/// The body of a page; `None` where nobody answers, or not with 200.
pub async fn http_get(address: &str, path: &str) -> Option<String> {
    let answer = http(address, &format!("GET {path}"), &[], "").await?;
    (answer.status == 200).then_some(answer.body)
}
