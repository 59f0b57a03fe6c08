//! Asks a running process whether it is ready, by its watch port: for a supervisor in whose container there is nothing else that
//! could ask.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::settings::Process;

/// A process that is ready answers at once.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks once.
///
/// # Errors
/// Where the settings name no watch port, nobody answers there, or the answer is that it is not ready.
pub(crate) fn ask(process: &Process) -> Result<()> {
    let Some(watch) = process.watch else {
        bail!(
            "`watch` in [process] is not set, so nobody can be asked; set it, such as watch = \"127.0.0.1:9464\""
        )
    };
    let address = here(watch);
    let asked = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        Ok(line)
    };
    let line = asked().with_context(|| format!("nobody answers at the watch port {address}"))?;
    ensure!(
        line.split(' ').nth(1) == Some("200"),
        "not ready: the watch port {address} says so; its log says why"
    );
    Ok(())
}

/// A process that listens at every address of its machine is asked at this machine's own.
fn here(watch: SocketAddr) -> SocketAddr {
    let own = match watch.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(own, watch.port())
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;

    use super::*;

    fn process(watch: Option<SocketAddr>) -> Process {
        let text = "listen = \"127.0.0.1:0\"\ncertificate = \"a\"\nkey = \"b\"\nauthority = \"c\"\n";
        Process { watch, ..toml::from_str(text).expect("settings") }
    }

    /// What is found where one request is answered with this line.
    fn answered(line: &'static str) -> Result<()> {
        let listener = TcpListener::bind("0.0.0.0:0").expect("a port");
        let watch = listener.local_addr().expect("an address");
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            let mut asked = [0; 16];
            stream.read_exact(&mut asked).expect("a request");
            assert!(asked.starts_with(b"GET /ready "), "{asked:?}");
            stream.write_all(line.as_bytes()).expect("answered");
        });
        let found = ask(&process(Some(watch)));
        answering.join().expect("answered");
        found
    }

    #[test]
    fn only_a_process_that_says_so_is_ready() {
        answered("HTTP/1.1 200 OK\r\n\r\n").expect("ready");
        let error = answered("HTTP/1.1 503 Service Unavailable\r\n\r\n").expect_err("not ready");
        assert!(error.to_string().contains("not ready"), "{error}");
        answered("").expect_err("no answer at all");
    }

    #[test]
    fn where_nobody_can_be_asked_it_says_what_to_do() {
        let error = ask(&process(None)).expect_err("no watch port");
        assert!(error.to_string().contains("watch = "), "{error}");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
        let error = ask(&process(Some(free))).expect_err("nobody listens");
        assert!(error.to_string().contains("nobody answers"), "{error}");
    }
}
