//! A TCP proxy between a service and what it stands on, for stories about bad networks.
//!
//! What a reader would get wrong: a black hole keeps every connection open and lets nothing through, which is what a broken
//! switch does; a cut closes them, which is what a restart does. Programs must survive both.

use std::net::SocketAddr;
use std::time::Duration;

use lifecycle::{CancellationToken, pause};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Bytes read at once; a slow link is slow for each of such pieces.
const PIECE: usize = 16 * 1024;

/// How a link is just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Everything passes.
    Open,
    /// Everything passes, each piece so much later.
    Slow(Duration),
    /// Connections stay, and nothing passes.
    BlackHole,
    /// Nobody gets in, and whoever was in is out.
    Cut,
}

/// A proxy in front of one server, as long as the test's runtime lives.
#[derive(Debug, Clone)]
pub struct Proxy {
    address: SocketAddr,
    link: watch::Sender<Link>,
}

impl Proxy {
    /// Starts one at a free port, in front of a port of this machine.
    ///
    /// # Panics
    /// Where no port is free.
    pub async fn before(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let proxy = Self {
            address: listener.local_addr().expect("an address"),
            link: watch::Sender::new(Link::Open),
        };
        tokio::spawn(proxy.clone().accept(listener, port));
        proxy
    }

    /// The port that takes the server's place.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Changes the link for connections that are there and for those to come.
    pub fn set(&self, link: Link) {
        self.link.send_replace(link);
    }

    async fn accept(self, listener: TcpListener, port: u16) {
        loop {
            let Ok((client, _)) = listener.accept().await else { continue };
            if *self.link.borrow() == Link::Cut {
                continue;
            }
            let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
            tokio::spawn(self.clone().join(client, server));
        }
    }

    /// Carries both ways until one end closes or the link is cut.
    async fn join(self, client: TcpStream, server: TcpStream) {
        // Small messages must not wait for larger ones: a slow link is slow by what it is told alone.
        let _nodelay = (client.set_nodelay(true), server.set_nodelay(true));
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let mut link = self.link.subscribe();
        tokio::select! {
            () = carry(from_client, to_server, self.link.subscribe()) => (),
            () = carry(from_server, to_client, self.link.subscribe()) => (),
            _cut = link.wait_for(|link| *link == Link::Cut) => (),
        }
    }
}

async fn carry(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut link: watch::Receiver<Link>,
) {
    let never = CancellationToken::new();
    let mut piece = vec![0; PIECE];
    while let Ok(length) = from.read(&mut piece).await {
        if length == 0 {
            return;
        }
        let Ok(now) = link.wait_for(|link| *link != Link::BlackHole).await.map(|link| *link) else { return };
        if let Link::Slow(by) = now {
            pause(by, &never).await;
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}
