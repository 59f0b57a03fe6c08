"""Our own rules for the Dockerfile, beyond what hadolint finds: dockerfile.py FILE"""

import re
import sys

from dockerfile_parse import DockerfileParser

from complaints import Complaints

PROGRAMS = ["intake", "eligibility", "triage", "audit", "lapwing"]

file = sys.argv[1]
complaints = Complaints(file)
with open(file, "rb") as text:
    structure = DockerfileParser(fileobj=text).structure

stages, arguments, stage = {}, {}, None
for step in structure:
    word, value = step["instruction"], step["value"]
    if word == "FROM":
        image, _, stage = value.partition(" AS ")
        stages[stage] = {"image": image, "steps": []}
    elif stage is None and word == "ARG":
        name, _, default = value.partition("=")
        arguments[name] = default
    elif stage is not None:
        stages[stage]["steps"].append((word, value))


def of(name, word):
    return [value for given, value in stages[name]["steps"] if given == word]


for name, found in stages.items():
    image = re.sub(r"\$\{(\w+)\}", lambda named: arguments.get(named[1], ""), found["image"])
    own = image in stages
    complaints.unless(own or ":" in image, f"stage {name}: {image} names no version")
    complaints.unless(not image.endswith(":latest"), f"stage {name}: {image} is whatever is newest")

for program in PROGRAMS:
    complaints.unless(program in stages, f"there is no target {program}")
    if program not in stages:
        continue
    complaints.unless(stages[program]["image"] == "program", f"{program} does not stand on the stage `program`")
    user = of(program, "USER")
    complaints.unless(user and re.fullmatch(r"[1-9]\d*:[1-9]\d*", user[-1]), f"{program}: USER is no number but root's: {user}")
    entry = of(program, "ENTRYPOINT")
    complaints.unless(entry == [f'["/usr/local/bin/{program}"]'], f"{program}: it starts {entry}")
    copied = of(program, "COPY")
    complaints.unless(any(f"{program}.cdx.json /usr/share/sbom/" in one for one in copied), f"{program} has no bill of materials")
    complaints.unless(not of(program, "RUN"), f"{program}: a final stage runs nothing")
    complaints.unless(any("image.title" in label for label in of(program, "LABEL")), f"{program} has no title")

labels = " ".join(of("program", "LABEL"))
for label in ["licenses", "version", "revision", "vendor"]:
    complaints.unless(f"org.opencontainers.image.{label}=" in labels, f"no label {label}")
steps = stages["build"]["steps"]
cooked = [number for number, step in enumerate(steps) if "cargo chef cook" in step[1]]
everything = [number for number, step in enumerate(steps) if step == ("COPY", ". .")]
complaints.unless(cooked and everything and cooked[0] < everything[0], "dependencies are not built before the code is there")
complaints.unless(all("--locked" in value for word, value in steps if "cargo build" in value), "a build is not --locked")
complaints.end()
