#!/bin/sh
# Generates the client's modules from the contract, a self-contained descriptor file: no .proto is needed.
#   generate.sh PYTHON FOLDER
set -eu
contract=$(cd "$(dirname "$0")/../../../proto" && pwd)/contract.binpb
mkdir -p "$2"
"$1" -m grpc_tools.protoc --descriptor_set_in="$contract" --python_out="$2" --grpc_python_out="$2" \
    buf/validate/validate.proto \
    lapwing/notification/v1/answers.proto \
    lapwing/notification/v1/facts.proto \
    lapwing/notification/v1/finding.proto \
    lapwing/notification/v1/notification.proto \
    lapwing/notification/v1/progress.proto \
    lapwing/notification/v1/remark.proto \
    lapwing/notification/v1/revision.proto \
    lapwing/intake/v1/intake.proto
