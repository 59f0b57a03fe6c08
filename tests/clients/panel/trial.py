"""Tries consume.py against a real broker: what it prints, acknowledges, rejects and remembers. Prints what it has seen.

Run it like consume.py, with --url of a broker that is thrown away afterwards: it declares the document's exchange and
queues, and refuses a broker that has that exchange. Messages are made here with the generated classes, without Lapwing.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import uuid

import pika
from pika import exceptions as amqp

from consume import connection_parameters
from document import Contract

QUEUE = "panel.decisions"
HERE = pathlib.Path(__file__).resolve().parent
CONTRACT = Contract(QUEUE)
BINDING = CONTRACT.channel["bindings"]["amqp"]
PARKED = BINDING["x-parked-queue"]


class Broker:
    """The throw-away broker, as Lapwing and its operator use it."""

    def __init__(self, url: str, ca: str | None):
        self.url, self.ca = url, ca
        self._connection = pika.BlockingConnection(connection_parameters(url, ca))
        self._refuse_where_lapwing_is()
        self._channel = self._connection.channel()
        self._channel.confirm_delivery()
        self._declare()

    def _refuse_where_lapwing_is(self) -> None:
        probe = self._connection.channel()
        try:
            probe.exchange_declare(BINDING["x-exchange"]["name"], passive=True)
        except amqp.ChannelClosedByBroker:
            return
        raise SystemExit("trial: the broker has Lapwing's exchange already; give the URL of one to throw away")

    def _declare(self) -> None:
        exchange = BINDING["x-exchange"]
        self._channel.exchange_declare(exchange["name"], exchange["type"], durable=True)
        quorum = {"x-queue-type": BINDING["x-queue-type"]}
        self._channel.queue_declare(PARKED, durable=True, arguments=quorum)
        parking = {
            **quorum,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": PARKED,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
        self._channel.queue_declare(QUEUE, durable=True, arguments=parking)
        self._channel.queue_bind(QUEUE, exchange["name"], BINDING["x-routing-key"])

    def publish(
        self, headers: dict, body: bytes, content_type: str = "application/protobuf", key: str = BINDING["x-routing-key"]
    ) -> None:
        properties = pika.BasicProperties(
            content_type=content_type, message_id=headers.get("ce-id"), headers=headers, delivery_mode=2, priority=4
        )
        self._channel.basic_publish(BINDING["x-exchange"]["name"], key, body, properties, mandatory=True)

    def parked(self, expected: int) -> list[tuple[str | None, str]]:
        """Takes what is parked, once as much has arrived as is expected: the ce-id of each, and why it is there."""
        found = []
        for method, properties, _ in self._channel.consume(PARKED, inactivity_timeout=20):
            if method is None:
                break
            self._channel.basic_ack(method.delivery_tag)
            found.append((properties.headers.get("ce-id"), properties.headers["x-death"][0]["reason"]))
            if len(found) >= expected:
                break
        self._channel.cancel()
        return found

    def waiting(self) -> int:
        return self._channel.queue_declare(QUEUE, passive=True).method.message_count


class Consumer:
    """consume.py as a process, with a store of its own."""

    def __init__(self, broker: Broker, folder: str):
        self._broker, self._store = broker, pathlib.Path(folder) / "handled.sqlite"

    def command(self, *more: str, url: str | None = None) -> list[str]:
        command = [sys.executable, str(HERE / "consume.py"), "--url", url or self._broker.url]
        command += ["--store", str(self._store), *more]
        return command + (["--ca", self._broker.ca] if self._broker.ca else [])

    def run(self, *more: str, url: str | None = None) -> tuple[int, list[dict], str]:
        done = subprocess.run(self.command(*more, url=url), capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def drain(self) -> list[dict]:
        """Runs until nothing waits, and answers with all that was printed. Nothing may be said on stderr."""
        lines = []
        while True:
            code, more, errors = self.run("--timeout-seconds", "2")
            assert (code, errors) == (0, ""), (code, errors)
            lines += more
            if self._broker.waiting() == 0:
                return lines

    def killed_after(self, lines: int) -> list[dict]:
        """Kills the process, as by kill -9, once it has printed so many lines; answers with all that it printed."""
        with subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True) as process:
            seen = [process.stdout.readline() for _ in range(lines)]
            process.kill()
            seen += process.stdout.readlines()
        return [json.loads(line) for line in seen if line.endswith("\n")]


def made(number: int, revision: int = 1, second: int = 0) -> tuple[dict, bytes]:
    """Headers and payload of a made-up case: the document's first example under another reference."""
    alphabet = "23456789ACEFGHJKMPRTWXY"
    last = alphabet[number // 529] + alphabet[number // 23 % 23] + alphabet[number % 23]
    example = CONTRACT.message["examples"][0]
    reference = f"LW-7K4-MXP-{last}"
    event = CONTRACT.example(0)
    event.entry.reference, event.entry.revision = reference, revision
    headers = example["headers"] | {
        "ce-id": str(uuid.uuid4()),
        "ce-subject": reference,
        "ce-time": f"2026-03-16T09:30:{second:02}Z",
    }
    return headers, event.SerializeToString()


def each_case_is_told_once_and_repetitions_print_nothing(broker: Broker, consumer: Consumer) -> None:
    cases = [made(number) for number in range(60)]
    for headers, body in cases + cases[:20]:
        broker.publish(headers, body)
    code, lines, errors = consumer.run("--count", "60", "--timeout-seconds", "60")
    assert (code, errors) == (0, ""), (code, errors)
    assert sorted(line["ce-id"] for line in lines) == sorted(headers["ce-id"] for headers, _ in cases)
    first = next(line for line in lines if line["ce-id"] == cases[0][0]["ce-id"])
    assert (first["lane"], first["priority"], first["revision"]) == ("LANE_DECISION", "PRIORITY_URGENT", 1), first
    assert first["clocks"] == [{"kind": "CLOCK_KIND_RAPID_REVIEW", "due_on": "2026-04-08", "late": False}], first

    for headers, body in cases[:5]:
        broker.publish(headers, body)
    repeated = consumer.drain()
    assert repeated == [], repeated


def the_newest_revision_counts_in_whatever_order(broker: Broker, consumer: Consumer) -> None:
    told = [(2, 10), (1, 5), (2, 10), (2, 30), (3, 20), (2, 59)]
    for revision, second in told:
        broker.publish(*made(100, revision, second))
    code, lines, _ = consumer.run("--count", "6", "--timeout-seconds", "60")
    assert code == 0
    # Equal in revision and time to one before it, the third is no newer.
    assert [line["newest"] for line in lines] == [True, False, False, True, True, False], lines


def what_cannot_be_read_is_parked_and_holds_up_nothing(broker: Broker, consumer: Consumer) -> None:
    headers, body = made(200)

    def but(**changes: object) -> dict:
        changed = headers | {"ce-id": str(uuid.uuid4())} | {name.replace("_", "-"): to for name, to in changes.items()}
        return {name: to for name, to in changed.items() if to is not None}

    bad = [
        (but(), b"\xff\xff not protobuf \x00", "its payload is no lapwing.triage.v1.CaseQueued"),
        (but(), b"", "its ce-subject is not the reference in its payload"),
        (but(ce_id=None), body, "header ce-id is missing"),
        (but(ce_id="one"), body, "header ce-id breaks the rule 'pattern'"),
        (but(ce_type="case.queued.v2"), body, "header ce-type breaks the rule 'const'"),
        (but(ce_subject=7), body, "header ce-subject breaks the rule 'type'"),
        (but(ce_time="2026-02-30T00:00:00Z"), body, "header ce-time is no time"),
        (but(ce_subject=made(201)[0]["ce-subject"]), body, "its ce-subject is not the reference in its payload"),
        ({}, body, "header ce-specversion is missing"),
    ]
    for wrong, payload, _ in bad:
        broker.publish(wrong, payload)
    broker.publish(headers, body, content_type="application/json")
    # By a further key: it comes to this queue under one that is not this queue's.
    broker.publish(headers | {"CC": [BINDING["x-routing-key"]]}, body, key="notification.received.v1")
    good = made(202)
    broker.publish(*good)

    code, lines, errors = consumer.run("--count", "1", "--timeout-seconds", "60")
    assert (code, [line["ce-id"] for line in lines]) == (0, [good[0]["ce-id"]]), (code, lines, errors)
    reasons = [line.rpartition("to be parked: ")[2] for line in errors.splitlines()]
    assert reasons == [reason for _, _, reason in bad] + [
        "its content type is not application/protobuf", "it came under another routing key than the queue's own"
    ], reasons
    assert not any(value in errors for value in ("LW-", headers["ce-id"])), errors

    found = broker.parked(len(reasons))
    assert [identity for identity, _ in found] == [wrong.get("ce-id") for wrong, _, _ in bad] + 2 * [headers["ce-id"]]
    assert {reason for _, reason in found} == {"rejected"}, found


def what_a_later_version_adds_is_read(broker: Broker, consumer: Consumer) -> None:
    headers, body = made(300)
    event = CONTRACT.payload_class.FromString(body)
    # An enum value and a field, number 900 and of text, that this contract does not have.
    event.entry.lane = 77
    later = event.SerializeToString() + b"\xa2\x38\x03new"
    broker.publish(headers | {"ce-later": "new", "tracestate": "a=b"}, later)
    code, lines, errors = consumer.run("--count", "1", "--timeout-seconds", "60")
    assert (code, lines[0]["lane"], errors) == (0, 77, ""), (code, lines, errors)


def killed_in_the_middle_it_loses_nothing(broker: Broker, consumer: Consumer) -> None:
    cases = [made(number) for number in range(400, 700)]
    for headers, body in cases:
        broker.publish(headers, body)
    before = consumer.killed_after(40) + consumer.killed_after(40)
    printed = {line["ce-id"] for line in before}
    missing = {headers["ce-id"] for headers, _ in cases} - printed
    # A line printed just before a kill may come again, one for each kill; what is not printed must come.
    lines = consumer.drain()
    after = {line["ce-id"] for line in lines}
    assert len(after) == len(lines), "no message is told twice by one life of the consumer"
    assert missing <= after and len(after - missing) <= 2, (len(missing), len(after))


def what_goes_wrong_is_said(broker: Broker, consumer: Consumer) -> None:
    code, lines, errors = consumer.run("--count", "1", "--timeout-seconds", "1")
    assert (code, lines, "0 of 1 new cases" in errors) == (4, [], True), (code, errors)
    code, _, errors = consumer.run("--queue", "panel.nothing")
    assert (code, "has no queue 'panel.nothing'" in errors) == (3, True), (code, errors)
    code, _, errors = consumer.run("--queue", "panel.information")
    assert (code, "404" in errors) == (3, True), (code, errors)
    code, _, errors = consumer.run(url="http://127.0.0.1/")
    assert (code, "must begin with amqps://" in errors) == (3, True), (code, errors)
    code, _, errors = consumer.run(url="amqp://127.0.0.1:1/")
    assert (code, "cannot be reached" in errors) == (5, True), (code, errors)
    stranger = pika.URLParameters(broker.url)
    scheme = broker.url.partition(":")[0]
    code, _, errors = consumer.run(url=f"{scheme}://nobody:wrong@{stranger.host}:{stranger.port}/")
    assert (code, "refuses the user" in errors, "wrong" in errors) == (3, True, False), (code, errors)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="of a broker to be thrown away")
    parser.add_argument("--ca", help="certificate of the authority that signed the broker's")
    arguments = parser.parse_args()
    broker = Broker(arguments.url, arguments.ca)
    for scene in (
        each_case_is_told_once_and_repetitions_print_nothing,
        the_newest_revision_counts_in_whatever_order,
        what_cannot_be_read_is_parked_and_holds_up_nothing,
        what_a_later_version_adds_is_read,
        killed_in_the_middle_it_loses_nothing,
        what_goes_wrong_is_said,
    ):
        with tempfile.TemporaryDirectory() as folder:
            scene(broker, Consumer(broker, folder))
        print(f"trial: {scene.__name__.replace('_', ' ')}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
