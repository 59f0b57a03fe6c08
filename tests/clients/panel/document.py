"""What the AsyncAPI document says, as far as a consumer needs it: nothing about the wire is written anywhere else here.

What a reader would get wrong: the headers are judged by the document's own schema, so that a new rule there needs no
change here; and unknown headers and fields are let through, as the document asks.
"""

import dataclasses
import datetime
import importlib
import pathlib
import typing

import jsonschema
import yaml
from google.protobuf import json_format
from google.protobuf import message as protobuf

DOCUMENT = pathlib.Path(__file__).resolve().parents[3] / "proto" / "panel-decisions.asyncapi.yaml"


class Unreadable(Exception):
    """The message is not as the document says. The text names no value of it."""


class UnknownQueue(Exception):
    """The document has no such queue."""


@dataclasses.dataclass(frozen=True)
class Said:
    """A message that could be read."""

    id: str
    subject: str
    at: datetime.datetime
    event: typing.Any


class Contract:
    """One queue of the document, and how to read what comes from it."""

    def __init__(self, queue: str, path: pathlib.Path = DOCUMENT):
        self._whole = yaml.safe_load(path.read_text(encoding="utf-8"))
        name = self._channel_of(queue)
        self.channel = self._whole["channels"][name]
        self.queue = self.channel["address"]
        self.prefetch = self._operation_on(name)["bindings"]["amqp"]["x-prefetch"]
        # A channel names one message, by a reference into the components.
        (reference,) = self.channel["messages"].values()
        self.message = self._resolved(reference["$ref"])
        self._headers = jsonschema.Draft7Validator(self.message["headers"])
        self.payload_class = self._generated_class()

    def read(self, routing_key: str, properties: typing.Any, body: bytes) -> Said:
        """Reads a message by the document's rules, or raises Unreadable."""
        # Its own, or, where it was parked and is retried, the queue's name.
        if routing_key not in (self.channel["bindings"]["amqp"]["x-routing-key"], self.queue):
            raise Unreadable("it came under another routing key than the queue's own")
        headers = dict(properties.headers or {})
        self._check_headers(headers)
        if properties.content_type != self.message["contentType"]:
            raise Unreadable(f"its content type is not {self.message['contentType']}")
        if properties.message_id != headers["ce-id"]:
            raise Unreadable("its message_id is not its ce-id")
        event = self._decoded(body)
        if event.entry.reference != headers["ce-subject"]:
            raise Unreadable("its ce-subject is not the reference in its payload")
        return Said(headers["ce-id"], headers["ce-subject"], moment(headers["ce-time"]), event)

    def example(self, number: int) -> typing.Any:
        """The payload of one of the document's examples."""
        return json_format.ParseDict(self.message["examples"][number]["payload"], self.payload_class())

    def _check_headers(self, headers: dict) -> None:
        for error in self._headers.iter_errors(headers):
            if error.validator == "required":
                missing = [name for name in error.validator_value if name not in headers]
                raise Unreadable(f"header {missing[0]} is missing")
            raise Unreadable(f"header {error.path[0]} breaks the rule {error.validator!r}")

    def _decoded(self, body: bytes) -> typing.Any:
        try:
            return self.payload_class.FromString(body)
        except protobuf.DecodeError as error:
            raise Unreadable(f"its payload is no {self.message['x-protobuf']['message']}") from error

    def _generated_class(self) -> type:
        place = self.message["x-protobuf"]
        module = place["file"].removesuffix(".proto").replace("/", ".") + "_pb2"
        return getattr(importlib.import_module(module), place["message"].rpartition(".")[2])

    def _channel_of(self, queue: str) -> str:
        known = {channel["address"]: name for name, channel in self._whole["channels"].items()}
        if queue not in known:
            raise UnknownQueue(f"the contract has no queue {queue!r}; it has {', '.join(known)}")
        return known[queue]

    def _operation_on(self, channel: str) -> dict:
        place = f"#/channels/{channel}"
        return next(found for found in self._whole["operations"].values() if found["channel"]["$ref"] == place)

    def _resolved(self, reference: str) -> dict:
        found = self._whole
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return found


def moment(text: str) -> datetime.datetime:
    """A time of the contract: RFC 3339 in UTC. What is finer than a microsecond is cut off."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    try:
        whole = datetime.datetime.fromisoformat(seconds).replace(tzinfo=datetime.timezone.utc)
    except ValueError as error:
        raise Unreadable("header ce-time is no time") from error
    return whole.replace(microsecond=int(fraction[:6].ljust(6, "0")))
