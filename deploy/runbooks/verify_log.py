"""Says whether audit's store holds what a checkpoint states, with nothing of Lapwing's: only psql, Python 3 and RFC 6962.

    python3 deploy/runbooks/verify_log.py DATABASE-URL CHECKPOINT-FILE

The role needs to read audit's schema. The checkpoint is what `lapwing checkpoint` printed, then or now: an older one is held against
the beginning of the log. That its signature is audit's is for a signed-note verifier to say (services/audit/README.md).
"""

import base64
import hashlib
import subprocess
import sys


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def rows(url, query):
    command = ["psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", query]
    return [line.split("\t") for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()]


def root(leaves):
    """The Merkle tree hash of RFC 6962, section 2.1, over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01", root(leaves[:split]), root(leaves[split:]))


def record(event_id, kind, source, reference, owner, occurred_at, payload):
    """The eight fields of a record (services/audit/README.md), each after its length."""
    fields = [b"lapwing audit record v1", bytes.fromhex(event_id.replace("-", ""))]
    fields += [field.encode() for field in (kind, source, reference, owner)]
    fields += [int(occurred_at).to_bytes(8, "big", signed=True), bytes.fromhex(payload)]
    return b"".join(len(field).to_bytes(8, "big") + field for field in fields)


def main(url, file):
    lines = open(file, encoding="utf-8").read().splitlines()
    size, stated = int(lines[1]), base64.b64decode(lines[2])
    hashes = [bytes.fromhex(found) for (found,) in rows(url, "SELECT encode(hash, 'hex') FROM audit.hash ORDER BY position")]
    # A leaf stands behind the leaves before it and the subtrees that those completed.
    places = [2 * number - number.bit_count() for number in range(size)]
    if size == 0 or places[-1] >= len(hashes):
        sys.exit(f"the store holds fewer than the {size} entries that the checkpoint states: it was cut, or restored to an earlier point")
    leaves = [hashes[place] for place in places]
    if root(leaves) != stated:
        sys.exit("the log is not the one that the checkpoint states: their roots differ")
    query = """SELECT position, encode(salt, 'hex'), event_id, kind, source, reference, owner, occurred_at, encode(payload, 'hex')
               FROM audit.entry JOIN audit.salt USING (reference) ORDER BY position"""
    wrong, read = [], 0
    for position, salt, *fields in rows(url, query):
        if int(position) < size:
            read += 1
            if sha256(b"\x00", sha256(bytes.fromhex(salt), record(*fields))) != leaves[int(position)]:
                wrong.append(position)
    if wrong:
        sys.exit(f"entries that are not what the log states: {', '.join(wrong)}")
    print(f"the log is the one that the checkpoint states: {size} entries, {read} of them read again, {size - read} erased")


main(*sys.argv[1:])
