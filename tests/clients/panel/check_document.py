"""Holds the AsyncAPI document to the contract: its inlined schema to contract.binpb, its examples to its own rules.

Run it like consume.py. Prints what differs and exits 1, or says that all agrees. What a reader would get wrong: the
inlined schema is one file in one package, so types are compared by their last name.
"""

import base64
import pathlib
import sys
import tempfile

import grpc_tools
import jsonschema
from google.protobuf import descriptor_pb2
from grpc_tools import protoc

from document import Contract, moment

QUEUES = ("panel.decisions", "panel.information")


def main() -> int:
    contract = Contract(QUEUES[0])
    problems = schema_problems(contract) + example_problems(contract)
    # Both queues carry one message; a document that says otherwise is not the one that the consumer was made for.
    if any(Contract(queue).message != contract.message for queue in QUEUES):
        problems.append("the queues carry different messages")
    for problem in problems:
        print(f"check_document: {problem}", file=sys.stderr)
    if not problems:
        print("check_document: schema and examples agree with the contract")
    return 1 if problems else 0


def schema_problems(contract: Contract) -> list[str]:
    inlined = compiled(contract.message["payload"]["schema"])
    told = shape_of_inlined(inlined)
    true = shape_of_generated(contract.payload_class.DESCRIPTOR)
    return [
        f"{name}: the document says {told.get(name)}, the contract {true.get(name)}"
        for name in sorted(told.keys() | true.keys())
        if told.get(name) != true.get(name)
    ]


def compiled(schema: str) -> descriptor_pb2.FileDescriptorProto:
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "inlined.proto").write_text(schema, encoding="utf-8")
        google = pathlib.Path(grpc_tools.__file__).parent / "_proto"
        code = protoc.main(["", f"-I{folder}", f"-I{google}", f"--descriptor_set_out={place / 'out'}", "inlined.proto"])
        if code != 0:
            raise SystemExit("check_document: the inlined schema does not compile")
        return descriptor_pb2.FileDescriptorSet.FromString((place / "out").read_bytes()).file[0]


def shape_of_inlined(file: descriptor_pb2.FileDescriptorProto) -> dict:
    shape = {enum.name: {value.name: value.number for value in enum.value} for enum in file.enum_type}
    for message in file.message_type:
        shape[message.name] = {
            field.name: (field.number, field.type, field.label == field.LABEL_REPEATED, last_name(field.type_name))
            for field in message.field
        }
    return shape


def shape_of_generated(root) -> dict:
    """The same of a message and all that it uses, but for Google's own types."""
    shape, waiting = {}, [root]
    while waiting:
        found = waiting.pop()
        if found.name in shape or found.full_name.startswith("google."):
            continue
        if hasattr(found, "values"):
            shape[found.name] = {value.name: value.number for value in found.values}
            continue
        shape[found.name] = {
            field.name: (field.number, field.type, field.is_repeated, used.name if (used := type_of(field)) else "")
            for field in found.fields
        }
        waiting.extend(used for field in found.fields if (used := type_of(field)))
    return shape


def type_of(field):
    """The message or enum that a field holds; None for a scalar."""
    return field.message_type or field.enum_type


def last_name(name: str) -> str:
    return name.rpartition(".")[2]


def example_problems(contract: Contract) -> list[str]:
    problems, events = [], []
    headers = jsonschema.Draft7Validator(contract.message["headers"])
    for number, example in enumerate(contract.message["examples"]):
        problems += [f"{example['name']}: {error.message}" for error in headers.iter_errors(example["headers"])]
        moment(example["headers"]["ce-time"])
        events.append(contract.example(number))
        if events[-1].entry.reference != example["headers"]["ce-subject"]:
            problems.append(f"{example['name']}: ce-subject is not the reference")
    on_the_wire = base64.b64decode(contract.message["x-example-on-the-wire"]["base64"])
    if contract.payload_class.FromString(on_the_wire) != events[0]:
        true = base64.b64encode(events[0].SerializeToString(deterministic=True)).decode()
        problems.append(f"x-example-on-the-wire is not the first example, which is {true}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
