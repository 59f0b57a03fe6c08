#!/usr/bin/env python3
"""Records every kind of event as a version of Lapwing tells it: record.py PROGRAM > VERSION.ndjson

Starts `PROGRAM up` in a folder of its own, takes made-up notifications through their lives by the command's verbs, stops it, and
prints what the audit log has: it hears everything.
"""
import json
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures" / "notifications"


class World:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.server = subprocess.Popen(
            [program, "--folder", folder, "--json", "--log", "error", "up", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True)
        self.server.stdout.readline()

    def run(self, *words):
        """A verb; what it prints, a JSON value a line."""
        command = [self.program, "--folder", self.folder, "--json", *words]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            sys.exit(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def until(self, what, ready):
        while not ready():
            time.sleep(0.2)

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait()


def live(world):
    files = {json.loads(file.read_text())["sender_reference"]: str(file) for file in FIXTURES.glob("*.json")}
    answers = world.run("notify", *sorted(files.values()))
    receipts = [receipt for receipt in (find(answer, "receipt") for answer in answers) if receipt]
    file_of = {receipt["reference"]: files[receipt["sender_reference"]] for receipt in receipts}
    world.until("every case to be queued", lambda: len(queued(world)) == len(receipts))
    taken = world.run("take")[0]
    first = find(taken, "reference")
    world.run("acknowledge", first, find(taken, "lease_id"))
    second, third, fourth, fifth = [reference for reference in queued(world) if reference != first][:4]
    world.run("amend", second, file_of[second])
    world.run("withdraw", third, "--reason", "sent-by-mistake")
    world.run("stand-aside", fourth, "--member", "member-7", "--reason", "knows-the-family")
    world.run("lift-stand-aside", fourth, "--member", "member-7")
    world.run("link", second, fourth)
    world.run("identities", second, "--purpose", "decision", "--member", "member-7")
    world.run("hold", second, "--reason", "inquiry")
    world.run("release", second)
    answer_hand_overs(world, {receipt["reference"]: receipt["notifying_authority"] for receipt in receipts})
    world.run("erase", fifth, "--reason", "sent-in-error")


def answer_hand_overs(world, holders):
    """One is accepted and one declined, each by the authority that is asked."""
    answers = [["accept"], ["decline", "--reason", "not-in-our-area"]]
    for holder in sorted(set(holders.values())):
        for offer in world.run("hand-overs", "--authority", holder):
            asked = find(offer, "to_authority")
            if answers and find(offer, "reference") in holders and asked:
                verb, *rest = answers.pop(0)
                world.run(verb, find(offer, "reference"), "--authority", asked, *rest)


def find(value, name):
    """The first value of that name, at whatever depth."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            found = find(inner, name)
            if found is not None:
                return found
    return None


def queued(world):
    return [find(line, "reference") for line in world.run("queue") if find(line, "reference")]


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        world = World(program, folder)
        try:
            live(world)
        finally:
            world.stop()
        log = sqlite3.connect(f"{folder}/audit.sqlite")
        seen = {}
        for kind, source, reference, owner, at, identity, payload in log.execute(
                "SELECT kind, source, reference, owner, occurred_at, event_id, payload FROM entry ORDER BY position"):
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > 4:
                continue
            print(json.dumps({"kind": kind, "source": source, "reference": reference, "owner": owner,
                              "occurred_at": at, "event_id": identity.hex(), "payload": payload.hex()}))
        print(seen, file=sys.stderr)


if __name__ == "__main__":
    main()
