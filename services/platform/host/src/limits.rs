//! How much one caller, one connection and all of them together may take of a server.
//!
//! Every limit is a setting in `[process.limits]` with a default that no ordinary case system reaches. What a reader would get
//! wrong: a limit that a caller reaches answers with what to do; a limit that a connection breaks (half a handshake, frames
//! that only cost) ends the connection, for there is nobody to answer.

use std::time::Duration;

use serde::Deserialize;

/// The limits of one server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections that are open at once, of all callers. Each costs a file descriptor and up to `connection_window` bytes;
    /// the process must be allowed more descriptors than this (`LimitNOFILE`, `ulimit -n`).
    pub connections: usize,
    /// Connections that one caller has open at once.
    pub connections_of_caller: usize,
    /// Handshakes under way at once. When one more begins, the oldest is given up.
    pub handshakes: usize,
    /// How long a handshake may take, and after it the first words of HTTP/2, in seconds.
    pub handshake_seconds: u64,
    /// Calls under way at once on one connection; a client waits with the next until one has ended.
    pub streams_of_connection: u32,
    /// Calls under way at once of one caller, on all its connections: a stream or a `Watch` counts for as long as it lasts.
    pub calls_of_caller: usize,
    /// Calls under way at once of all callers. Above it, whoever has more than its even share is told to wait.
    pub calls: usize,
    /// Calls that one caller may begin in a second, over time. An item of a stream is no call.
    pub calls_a_second: u32,
    /// Calls that one caller may begin at once after a quiet time.
    pub calls_in_a_burst: u32,
    /// How long a call with one answer may take, in seconds, where its client does not say less.
    pub deadline_seconds: u64,
    /// How long a stream waits for the client's next message, in seconds.
    pub idle_seconds: u64,
    /// How long a message that has begun is waited for until its last byte, in seconds, and before it for room in `bytes`.
    pub message_seconds: u64,
    /// The most bytes of one caller's messages that are in memory at once, on all its connections; whoever sends more is held
    /// back. At least the largest message that its service reads.
    pub bytes_of_caller: usize,
    /// The same of all callers together. Twice as many are taken for a moment, while messages are decoded.
    pub bytes: usize,
    /// How long an answer waits for a client that does not read, in seconds; then the connection is closed.
    pub stall_seconds: u64,
    /// The most bytes of a call's metadata.
    pub header_bytes: u32,
    /// The most bytes that a client may send ahead of the server's reading, on one connection.
    pub connection_window: u32,
    /// The same of one call.
    pub stream_window: u32,
    /// The largest frame, in bytes: 16384 to 16777215.
    pub frame_bytes: u32,
    /// How often a quiet connection is asked whether it still lives, in seconds.
    pub keepalive_seconds: u64,
    /// How long its answer may take, in seconds.
    pub keepalive_timeout_seconds: u64,
    /// Calls that a client may have begun and cancelled without the server having come to them; then the connection is closed
    /// (CVE-2023-44487, "rapid reset").
    pub pending_resets: usize,
    /// After how many seconds a connection is asked to end, once its calls have; left out, never.
    pub connection_age_seconds: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 768,
            connections_of_caller: 64,
            handshakes: 128,
            handshake_seconds: 10,
            streams_of_connection: 256,
            calls_of_caller: 1024,
            calls: 4096,
            calls_a_second: 4000,
            calls_in_a_burst: 8000,
            deadline_seconds: 60,
            idle_seconds: 300,
            message_seconds: 60,
            bytes_of_caller: 64 * 1024 * 1024,
            bytes: 256 * 1024 * 1024,
            stall_seconds: 60,
            header_bytes: 16 * 1024,
            connection_window: 1024 * 1024,
            stream_window: 256 * 1024,
            frame_bytes: 16 * 1024,
            keepalive_seconds: 30,
            keepalive_timeout_seconds: 20,
            pending_resets: 20,
            connection_age_seconds: None,
        }
    }
}

impl Limits {
    /// Refuses what would let nobody in, or what HTTP/2 does not have.
    ///
    /// # Errors
    /// The setting, and what it may be.
    pub fn judge(&self) -> anyhow::Result<()> {
        let positive = [
            ("connections", self.connections as u64),
            ("connections_of_caller", self.connections_of_caller as u64),
            ("handshakes", self.handshakes as u64),
            ("handshake_seconds", self.handshake_seconds),
            ("streams_of_connection", self.streams_of_connection.into()),
            ("calls_of_caller", self.calls_of_caller as u64),
            ("calls", self.calls as u64),
            ("calls_a_second", self.calls_a_second.into()),
            ("calls_in_a_burst", self.calls_in_a_burst.into()),
            ("deadline_seconds", self.deadline_seconds),
            ("idle_seconds", self.idle_seconds),
            ("message_seconds", self.message_seconds),
            ("stall_seconds", self.stall_seconds),
            ("header_bytes", self.header_bytes.into()),
            ("keepalive_seconds", self.keepalive_seconds),
            ("keepalive_timeout_seconds", self.keepalive_timeout_seconds),
            ("connection_age_seconds", self.connection_age_seconds.unwrap_or(1)),
        ];
        if let Some((name, _)) = positive.into_iter().find(|(_, value)| *value == 0) {
            anyhow::bail!(
                "`{name}` in [process.limits] is 0 and would let nobody in; name at least 1, or leave it out"
            );
        }
        self.judge_bytes()?;
        let (smallest, largest) = (16_384, 16_777_215);
        if !(smallest..=largest).contains(&self.frame_bytes) {
            anyhow::bail!(
                "`frame_bytes` in [process.limits] must be {smallest} to {largest} (RFC 9113 section 4.2)"
            );
        }
        // Below the protocol's own default the first words of a client would break the limit.
        let (smallest, largest) = (65_535, 0x7FFF_FFFF);
        for (name, value) in
            [("connection_window", self.connection_window), ("stream_window", self.stream_window)]
        {
            if !(smallest..=largest).contains(&value) {
                anyhow::bail!(
                    "`{name}` in [process.limits] must be {smallest} to {largest} (RFC 9113 section 6.9)"
                );
            }
        }
        Ok(())
    }

    /// Where a caller's part was larger than the whole, its largest message would wait for ever.
    fn judge_bytes(&self) -> anyhow::Result<()> {
        let (smallest, largest) = (1024 * 1024, 1024 * 1024 * 1024 * 1024_usize);
        if !(smallest..=largest).contains(&self.bytes_of_caller) {
            anyhow::bail!("`bytes_of_caller` in [process.limits] must be {smallest} to {largest}");
        }
        if !(self.bytes_of_caller..=largest).contains(&self.bytes) {
            anyhow::bail!(
                "`bytes` in [process.limits] must be at least `bytes_of_caller`, which is {}, and at most {largest}",
                self.bytes_of_caller
            );
        }
        Ok(())
    }

    /// Refuses a largest message of a service, in bytes, for which no caller has room.
    ///
    /// # Errors
    /// Both settings, and what to do.
    pub fn judge_largest(&self, largest_message: usize) -> anyhow::Result<()> {
        anyhow::ensure!(
            largest_message <= self.bytes_of_caller,
            "`largest_message` in [service] is {largest_message}, and `bytes_of_caller` in [process.limits] is {}: no caller \
             would have room for it; raise the second, or lower the first",
            self.bytes_of_caller
        );
        Ok(())
    }

    pub(crate) fn message(&self) -> Duration {
        Duration::from_secs(self.message_seconds)
    }

    pub(crate) fn handshake(&self) -> Duration {
        Duration::from_secs(self.handshake_seconds)
    }

    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_seconds)
    }

    pub(crate) fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds)
    }

    pub(crate) fn stall(&self) -> Duration {
        Duration::from_secs(self.stall_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_order_and_a_limit_of_nothing_is_refused_by_its_name() {
        Limits::default().judge().expect("in order");
        let nothing = Limits { calls_of_caller: 0, ..Limits::default() };
        assert!(nothing.judge().expect_err("refused").to_string().contains("calls_of_caller"));
        let small = Limits { frame_bytes: 100, ..Limits::default() };
        assert!(small.judge().expect_err("refused").to_string().contains("frame_bytes"));
        let narrow = Limits { stream_window: 100, ..Limits::default() };
        assert!(narrow.judge().expect_err("refused").to_string().contains("stream_window"));
    }

    #[test]
    fn room_that_cannot_hold_a_message_is_refused_by_its_name() {
        let none = Limits { bytes_of_caller: 1000, ..Limits::default() };
        assert!(none.judge().expect_err("refused").to_string().contains("bytes_of_caller"));
        let less = Limits { bytes: 32 * 1024 * 1024, ..Limits::default() };
        assert!(less.judge().expect_err("refused").to_string().contains("`bytes` in"));
        Limits::default().judge_largest(64 * 1024 * 1024).expect("as much as there is");
        let refused = Limits::default().judge_largest(64 * 1024 * 1024 + 1).expect_err("refused").to_string();
        assert!(refused.contains("largest_message") && refused.contains("bytes_of_caller"), "{refused}");
    }
}
