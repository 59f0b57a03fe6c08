//! Who gets in: connections are taken, their handshakes done beside one another, and the caller worked out once for each.
//!
//! Nothing that a stranger does holds up the next one. A handshake is a task of its own with a deadline; where too many are
//! under way, the oldest is given up, for a client that means it is through in a few milliseconds.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ambient::Ambient;
use identity::{NotTrusted, Peer};
use lifecycle::{CancellationToken, pause};
use rustls::Error as TlsError;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::budget::Budget;
use crate::connection::{Connection, Guarded};
use crate::limits::Limits;
use crate::shares::{Shares, TooMany};
use crate::sparing::Sparing;
use crate::trusted::Trusted;

/// After an accept that failed: where the process has no descriptor left, trying at once would fail at once.
const REST: Duration = Duration::from_millis(50);

/// Connections whose handshake is done and that the server has not come to.
pub(crate) const READY: usize = 16;

/// By whom the calls of certificates are counted that name no caller: all together.
const NOBODY: &str = "nobody";

/// What every connection and every call of a server is held to.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) trusted: Trusted,
    pub(crate) limits: Limits,
    pub(crate) ambient: Ambient,
    pub(crate) shares: Arc<Shares>,
    pub(crate) budget: Budget,
    sparing: Sparing,
}

impl Door {
    pub(crate) fn new(trusted: Trusted, limits: Limits, ambient: Ambient) -> Arc<Self> {
        let (shares, budget) = (Shares::new(limits.clone()), Budget::new(&limits));
        Arc::new(Self { trusted, limits, ambient, shares, budget, sparing: Sparing::default() })
    }

    /// Writes a line about a stranger, unless there were too many of its kind: what happened and why in words of the program,
    /// and from which address; nothing that came over the connection.
    pub(crate) fn log(&self, what: &'static str, reason: &'static str, peer: SocketAddr) {
        if let Some(unwritten) = self.sparing.line(reason) {
            tracing::warn!(%peer, reason, unwritten, "{what}");
        }
    }

    /// Takes connections until `stop`, or until nobody serves them any more.
    pub(crate) async fn open(
        self: Arc<Self>,
        listener: TcpListener,
        through: mpsc::Sender<io::Result<Guarded>>,
        stop: CancellationToken,
    ) {
        let mut handshakes = JoinSet::new();
        let mut oldest_first = VecDeque::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = through.closed() => break,
                Some(_ended) = handshakes.join_next() => (),
                accepted = listener.accept() => match accepted {
                    Ok((stream, address)) if self.shares.has_room() => {
                        self.make_room(&mut oldest_first);
                        let handshake = self.clone().handshake(stream, address, through.clone());
                        oldest_first.push_back((handshakes.spawn(handshake), address));
                    }
                    Ok((_, address)) => self.refuse("too many connections", address),
                    Err(error) => {
                        if let Some(unwritten) = self.sparing.line("accept") {
                            tracing::error!(%error, unwritten, "a connection could not be taken");
                        }
                        pause(REST, &stop).await;
                    }
                },
            }
        }
    }

    /// Gives up the oldest handshake where there are too many.
    fn make_room(&self, oldest_first: &mut VecDeque<(AbortHandle, SocketAddr)>) {
        if oldest_first.len() < self.limits.handshakes {
            return;
        }
        oldest_first.retain(|(handshake, _)| !handshake.is_finished());
        if oldest_first.len() >= self.limits.handshakes
            && let Some((oldest, address)) = oldest_first.pop_front()
        {
            oldest.abort();
            self.refuse("too many handshakes under way", address);
        }
    }

    fn refuse(&self, reason: &'static str, peer: SocketAddr) {
        self.log("a connection was refused", reason, peer);
    }

    async fn handshake(
        self: Arc<Self>,
        stream: TcpStream,
        address: SocketAddr,
        through: mpsc::Sender<io::Result<Guarded>>,
    ) {
        match tokio::time::timeout(self.limits.handshake(), self.clone().admit(stream, address)).await {
            // Where nobody serves any more, the connection is closed.
            Ok(Ok(guarded)) => drop(through.send(Ok(guarded)).await),
            Ok(Err(reason)) => self.refuse(reason, address),
            Err(_) => self.refuse("its handshake took too long", address),
        }
    }

    async fn admit(self: Arc<Self>, stream: TcpStream, address: SocketAddr) -> Result<Guarded, &'static str> {
        // Small messages go at once; without it they go a little later.
        let _unset = stream.set_nodelay(true);
        let present = self.trusted.present();
        let acceptor = TlsAcceptor::from(present.trust.server());
        let stream = acceptor.accept(stream).await.map_err(|error| why(&error))?;
        let (_, session) = stream.get_ref();
        if session.alpn_protocol() != Some(b"h2") {
            return Err("it does not speak HTTP/2");
        }
        let chain = session.peer_certificates().ok_or("no certificate")?;
        let peer = Peer::of(chain.iter().map(|certificate| certificate.clone().into_owned()).collect());
        let key: Arc<str> = peer.caller().map_or_else(|_| NOBODY.into(), |caller| caller.to_string().into());
        let seat = self.shares.connect(&key).map_err(|too_many| match too_many {
            TooMany::ConnectionsOfCaller => "too many connections of one caller",
            _ => "too many connections",
        })?;
        let connection = Connection::new(peer, address, key, present.number);
        tokio::spawn(connection.clone().watch(self));
        Ok(Guarded::new(stream, connection, seat))
    }
}

/// What kind of failure a handshake ended with.
fn why(error: &io::Error) -> &'static str {
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) else {
        return "it went away during the handshake";
    };
    match error {
        TlsError::NoCertificatesPresented => "no certificate",
        TlsError::InvalidCertificate(_) => match NotTrusted::from(error) {
            NotTrusted::Expired => "its certificate is expired",
            NotTrusted::Revoked => "its certificate is revoked",
            NotTrusted::Authority => "its certificate is not of a trusted authority",
        },
        TlsError::PeerIncompatible(_) => "it does not speak TLS 1.3",
        TlsError::AlertReceived(_) => "it refused this server's certificate",
        TlsError::NoApplicationProtocol => "it does not speak HTTP/2",
        _ => "it does not speak TLS",
    }
}
