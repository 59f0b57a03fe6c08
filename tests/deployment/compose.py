"""Our own rules for compose.yaml, as docker-compose resolves it: compose.py RESOLVED DEPLOY_FOLDER"""

import os
import sys

import yaml

from complaints import Complaints

ONCE = {"pki", "definitions", "migrate", "grants", "lapwing"}
# Their images hold nothing that could ask, and nobody waits for them.
NOBODY_CAN_ASK = {"collector", "jaeger"}
SERVICES = {"intake", "eligibility", "triage", "audit"}
EXPECTED = SERVICES | ONCE | NOBODY_CAN_ASK | {"postgres", "rabbitmq", "prometheus", "grafana"}

resolved, deploy = sys.argv[1:]
with open(resolved) as text:
    compose = yaml.safe_load(text)
complaints = Complaints("compose.yaml")
services = compose["services"]
complaints.unless(set(services) == EXPECTED, f"services: {sorted(set(services) ^ EXPECTED)}")

for name, service in services.items():
    def must(holds, text):
        complaints.unless(holds, f"{name}: {text}")

    image = service.get("image", "")
    must(":" in image and not image.endswith(":latest"), f"{image} is no fixed version")
    must(service.get("read_only") is True, "its root file system can be written")
    must(service.get("cap_drop") == ["ALL"], "it keeps capabilities")
    must(not service.get("cap_add") and not service.get("privileged"), "it is given more than it needs")
    must("no-new-privileges:true" in service.get("security_opt", []), "it can gain privileges")
    must(str(service.get("user", "0")).split(":")[0] not in ("0", "root"), "it is root")
    must(name in ONCE | NOBODY_CAN_ASK or service.get("healthcheck", {}).get("test"), "nobody asks how it is")
    must(name in ONCE or service.get("restart") == "unless-stopped", "it is not started again")
    for variable, value in (service.get("environment") or {}).items():
        secret = "PASSWORD" in variable and not variable.endswith("_FILE")
        must(not secret, f"{variable} is a secret in the environment")
        must(not ("://" in str(value) and "@" in str(value)), f"{variable} may hold a password")
    for port in service.get("ports", []):
        where = port if isinstance(port, str) else f"{port.get('host_ip', '')}:"
        must(where.startswith("127.0.0.1:"), f"{port} is open to other machines")
    for volume in service.get("volumes", []):
        source = volume.split(":")[0] if isinstance(volume, str) else volume["source"]
        if source.startswith("/"):
            must(os.path.exists(source), f"{source} is not there")
            read_only = volume.endswith(":ro") if isinstance(volume, str) else volume.get("read_only")
            must(read_only, f"{source} can be written")

for name in SERVICES:
    waits = services[name]["depends_on"]
    for once in ("grants", "pki"):
        complaints.unless(waits.get(once, {}).get("condition") == "service_completed_successfully", f"{name} does not wait for {once}")
    for stands in ("postgres", "rabbitmq"):
        complaints.unless(waits.get(stands, {}).get("condition") == "service_healthy", f"{name} does not wait for {stands}")
    given = {secret["source"] for secret in services[name]["secrets"]}
    complaints.unless(given == {f"lapwing_{name}", f"database_{name}"}, f"{name} is given {sorted(given)}")
complaints.unless(services["grants"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully", "grants come before the tables")
complaints.unless(services["rabbitmq"]["depends_on"]["definitions"]["condition"] == "service_completed_successfully", "RabbitMQ starts without its definitions")

for name in ("data", "telemetry", "questions"):
    complaints.unless(compose["networks"][name].get("internal") is True, f"network {name} leads elsewhere")
complaints.unless(set(services["postgres"]["networks"]) == {"data"}, "the database is on more networks than its own")
with open(os.path.join(deploy, "compose", "collector.yaml")) as text:
    collector = yaml.safe_load(text)
for signal, line in collector["service"]["pipelines"].items():
    for kind in ("receivers", "processors", "exporters"):
        for part in line[kind]:
            complaints.unless(part in collector[kind], f"collector: {signal} names {part}, which is not there")
    complaints.unless(line["processors"][0] == "memory_limiter", f"collector: {signal} is not limited first")
complaints.end()
