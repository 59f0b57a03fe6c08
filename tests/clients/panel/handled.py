"""What the consumer has handled, in a small SQLite file: each ce-id, and for each case the newest that was said of it.

What a reader would get wrong: the newest is not the last to arrive. The higher revision counts, then the later ce-time.
"""

import datetime
import pathlib
import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS handled (
    ce_id TEXT PRIMARY KEY            -- the event's id; a second delivery has the same
);
CREATE TABLE IF NOT EXISTS newest (
    reference TEXT PRIMARY KEY,       -- the case
    revision  INTEGER NOT NULL,       -- from 1
    said_at   INTEGER NOT NULL        -- ce-time in microseconds since 1970, UTC
);
"""
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Handled:
    """The store. Consumers of one queue side by side share a file; each waits for the other's transaction."""

    def __init__(self, path: pathlib.Path):
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(SCHEMA)

    def begin(self) -> None:
        """Opens the transaction in which one message is handled."""
        self._connection.execute("BEGIN IMMEDIATE")

    def admit(self, ce_id: str) -> bool:
        """Keeps the id. False where it was kept before: the message is a repetition."""
        return self._connection.execute("INSERT OR IGNORE INTO handled VALUES (?)", (ce_id,)).rowcount == 1

    def is_newest(self, reference: str, revision: int, said_at: datetime.datetime) -> bool:
        """Keeps what is newer than all that was said of the case before, and says whether it is."""
        microseconds = (said_at - EPOCH) // datetime.timedelta(microseconds=1)
        done = self._connection.execute(
            "INSERT INTO newest VALUES (?, ?, ?) ON CONFLICT (reference) DO UPDATE"
            " SET revision = excluded.revision, said_at = excluded.said_at"
            " WHERE (excluded.revision, excluded.said_at) > (revision, said_at)",
            (reference, revision, microseconds),
        )
        return done.rowcount == 1

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def undo(self) -> None:
        """Ends a transaction that came to nothing."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()
