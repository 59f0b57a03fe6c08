"""A case system's side of Lapwing in Python: check before sending, send, keep the receipt, watch what becomes of it.

Written from the README's integrator section alone. Run it with the folder that generate.sh made on PYTHONPATH.
"""

import argparse
import json
import pathlib
import sys

import grpc
import protovalidate
from google.protobuf import json_format

from lapwing.intake.v1 import intake_pb2, intake_pb2_grpc
from lapwing.notification.v1 import notification_pb2, progress_pb2


def main() -> int:
    arguments = parse_arguments()
    notification = json_format.Parse(arguments.file.read_text(), notification_pb2.Notification())

    # The rules of form are in the contract, so they can be checked before anything is sent.
    problems = protovalidate.collect_violations(notification)
    if problems:
        for problem in problems:
            print(json.dumps({"step": "local", "rule": problem.proto.rule_id}))
        return 3

    with connect(arguments) as channel:
        intake = intake_pb2_grpc.IntakeServiceStub(channel)
        checked = intake.Check(intake_pb2.CheckRequest(notification=notification), timeout=30)
        tell("check", violations=len(checked.violations), finding=checked.assessment.summary)
        try:
            submitted = intake.Submit(intake_pb2.SubmitRequest(notification=notification), timeout=30)
        except grpc.RpcError as error:
            tell("refused", code=error.code().name, message=error.details())
            return 3
        receipt = submitted.receipt
        tell("receipt", reference=receipt.reference, already_held=submitted.already_held, note=receipt.signed_note)
        watch(intake, receipt.reference)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="host and port, such as 127.0.0.1:7443")
    parser.add_argument("--authority", required=True, type=pathlib.Path, help="certificate of the certificate authority")
    parser.add_argument("--certificate", required=True, type=pathlib.Path, help="your own certificate")
    parser.add_argument("--key", required=True, type=pathlib.Path, help="its private key")
    parser.add_argument("file", type=pathlib.Path, help="a notification as proto3 JSON")
    return parser.parse_args()


def connect(arguments: argparse.Namespace) -> grpc.Channel:
    credentials = grpc.ssl_channel_credentials(
        root_certificates=arguments.authority.read_bytes(),
        private_key=arguments.key.read_bytes(),
        certificate_chain=arguments.certificate.read_bytes(),
    )
    return grpc.secure_channel(arguments.server, credentials)


def watch(intake: intake_pb2_grpc.IntakeServiceStub, reference: str) -> None:
    """Follows the notification until it is on the panel's queue."""
    updates = intake.Watch(intake_pb2.WatchRequest(reference=reference), timeout=60)
    for update in updates:
        status = update.status
        tell("status", stage=progress_pb2.Stage.Name(status.stage), words=status.steps[-1].words)
        if status.stage >= progress_pb2.STAGE_QUEUED:
            updates.cancel()
            return


def tell(step: str, **facts: object) -> None:
    print(json.dumps({"step": step, **facts}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
