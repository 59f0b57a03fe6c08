"""The panel's side of Lapwing in Python: hears of cases that wait, each once, and prints a JSON line for each.

Written from proto/panel-decisions.asyncapi.yaml alone. Run it with the folder that generate.sh made on PYTHONPATH.
Exit codes: 0 done; 2 wrong arguments; 3 the broker, the contract or the store refuses; 4 time over before --count cases
had come; 5 the broker cannot be reached or has gone.
"""

import argparse
import json
import pathlib
import sqlite3
import ssl
import sys
import time

import pika
from google.protobuf import json_format
from pika import exceptions as amqp

from document import Contract, Said, UnknownQueue, Unreadable
from handled import Handled

DONE, REFUSED, TIME_OVER, NO_BROKER = 0, 3, 4, 5


def main() -> int:
    arguments = parse_arguments()
    try:
        contract = Contract(arguments.queue)
        parameters = connection_parameters(arguments.url, arguments.ca)
        handled = Handled(arguments.store)
    except ModuleNotFoundError as error:
        return fail(REFUSED, f"no module {error.name}: run generate.sh, and put its folder on PYTHONPATH")
    except (UnknownQueue, ValueError, OSError, sqlite3.Error) as error:
        return fail(REFUSED, f"cannot begin: {error}")
    try:
        return consume(parameters, contract, handled, arguments)
    except (amqp.ProbableAuthenticationError, amqp.ProbableAccessDeniedError, amqp.AuthenticationError):
        return fail(REFUSED, "the broker refuses the user, the password or the virtual host: check --url")
    except amqp.ChannelClosedByBroker as error:
        return fail(REFUSED, f"the broker closed the channel: {error.reply_code} {error.reply_text}")
    except sqlite3.Error as error:
        return fail(REFUSED, f"the store {arguments.store} failed: {error}; what was not acknowledged comes again")
    except (amqp.AMQPError, OSError) as error:
        return fail(*without_broker(error))
    except KeyboardInterrupt:
        return DONE
    finally:
        handled.close()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="amqps://user:password@host:5671/virtual-host")
    parser.add_argument("--queue", default="panel.decisions", help="default: %(default)s")
    parser.add_argument("--ca", type=pathlib.Path, help="certificate of the authority that signed the broker's")
    parser.add_argument("--count", type=int, help="stop after so many new cases")
    parser.add_argument("--timeout-seconds", type=float, help="stop after so many seconds")
    parser.add_argument("--store", type=pathlib.Path, default=pathlib.Path("panel-handled.sqlite"),
                        help="where handled ids are kept; default: %(default)s")
    return parser.parse_args()


def connection_parameters(url: str, ca: pathlib.Path | None) -> pika.URLParameters:
    if not url.startswith(("amqp://", "amqps://")):
        # The URL holds a password, so it is not repeated.
        raise ValueError("--url must begin with amqps:// (or amqp:// on one machine)")
    parameters = pika.URLParameters(url)
    parameters.connection_attempts = 1
    if url.startswith("amqps://"):
        trusted = ssl.create_default_context(cafile=ca)
        parameters.ssl_options = pika.SSLOptions(trusted, parameters.host)
    return parameters


def consume(
    parameters: pika.URLParameters, contract: Contract, handled: Handled, arguments: argparse.Namespace
) -> int:
    end = time.monotonic() + arguments.timeout_seconds if arguments.timeout_seconds is not None else None
    fresh = 0
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        # For this consumer alone, and before it begins: without it the broker sends everything that waits.
        channel.basic_qos(prefetch_count=contract.prefetch)
        # The pause bounds how late the end of the time is seen; a message is seen at once.
        for method, properties, body in channel.consume(contract.queue, inactivity_timeout=0.2):
            if method is not None:
                fresh += settle(channel, method, contract, handled, properties, body)
            if arguments.count is not None and fresh >= arguments.count:
                break
            if end is not None and time.monotonic() >= end:
                break
        # What was prefetched and not handled goes back to the queue.
        channel.cancel()
    if arguments.count is not None and fresh < arguments.count:
        text = f"{fresh} of {arguments.count} new cases came within {arguments.timeout_seconds:g} seconds"
        return fail(TIME_OVER, text)
    return DONE


def settle(channel, method, contract: Contract, handled: Handled, properties, body: bytes) -> int:
    """Handles one message and tells the broker. Returns how many new messages that was: 1, or 0."""
    try:
        said = contract.read(method.routing_key, properties, body)
    except Unreadable as reason:
        tell(f"rejected a message, to be parked: {reason}")
        channel.basic_reject(method.delivery_tag, requeue=False)
        return 0
    fresh = keep(handled, said)
    # Only now: whatever happens before, the message comes again.
    channel.basic_ack(method.delivery_tag)
    return int(fresh)


def keep(handled: Handled, said: Said) -> bool:
    """Keeps the message unless it was kept before. The line is printed before the commit: killed between the two, the
    consumer prints it again, with the same ce-id, and never loses it."""
    handled.begin()
    try:
        fresh = handled.admit(said.id)
        if fresh:
            newest = handled.is_newest(said.subject, said.event.entry.revision, said.at)
            print(json.dumps(line(said, newest)), flush=True)
        handled.commit()
    finally:
        handled.undo()
    return fresh


def line(said: Said, newest: bool) -> dict:
    entry = json_format.MessageToDict(
        said.event.entry, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    shown = ("reference", "revision", "lane", "priority", "outcome", "withdrawn", "queued_at")
    clocks = [{name: clock[name] for name in ("kind", "due_on", "late")} for clock in entry["clocks"]]
    return {
        "ce-id": said.id,
        **{name: entry.get(name) for name in shown},
        "clocks": clocks,
        "reasons": [reason.code for reason in said.event.reasons],
        "newest": newest,
    }


def without_broker(error: BaseException) -> tuple[int, str]:
    """The exit code and the sentence for an error of the connection. pika wraps the socket's own several times over."""
    while True:
        inner = getattr(error, "exception", None) or next(iter(error.args), None)
        if not isinstance(inner, BaseException):
            break
        error = inner
    what = f"{type(error).__name__} {error}".strip()
    if isinstance(error, ssl.SSLError):
        return REFUSED, f"no TLS with the broker: {what}; check --ca, and the host's name in --url"
    return NO_BROKER, f"the broker cannot be reached or has gone: {what}; what was not acknowledged comes again"


def fail(code: int, text: str) -> int:
    tell(text)
    return code


def tell(text: str) -> None:
    print(f"consume: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
