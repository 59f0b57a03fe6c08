"""An overlay as kustomize builds it, held to the schemas that Kubernetes publishes and to our own rules: kubernetes.py FILE"""

import os
import re
import sys

import kubernetes_validate
import yaml

from complaints import Complaints

SERVICES = {"intake": 7441, "eligibility": 7442, "triage": 7443, "audit": 7444}
VERSIONS = ["1.31", "1.34"]
NAMESPACED = {"Namespace": False}

file = sys.argv[1]
with open(file) as text:
    objects = [one for one in yaml.safe_load_all(text) if one]
complaints = Complaints(os.path.basename(file))


def of(kind):
    return {one["metadata"]["name"]: one for one in objects if one["kind"] == kind}


def schemas():
    for one in objects:
        name = f"{one['kind']} {one['metadata']['name']}"
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(one, version, strict=True)
                wrong = None
            except kubernetes_validate.ValidationError as error:
                wrong = f"{'.'.join(str(part) for part in error.path)}: {error.message}"
            complaints.unless(wrong is None, f"{name}, Kubernetes {version}: {wrong}")
        if NAMESPACED.get(one["kind"], True):
            complaints.unless(one["metadata"].get("namespace") == "lapwing", f"{name} is in no namespace, or another")


def pods():
    for kind in ("Deployment", "Job"):
        for name, one in of(kind).items():
            yield kind, name, one["spec"]["template"]


def hardened():
    accounts = of("ServiceAccount")
    maps = set(of("ConfigMap"))
    for kind, name, template in pods():
        pod = template["spec"]

        def must(holds, text):
            complaints.unless(holds, f"{kind} {name}: {text}")

        must(pod.get("automountServiceAccountToken") is False, "it is given a token")
        account = accounts.get(pod.get("serviceAccountName"))
        must(account and account.get("automountServiceAccountToken") is False, "its account gives a token, or is not there")
        must(pod["securityContext"].get("runAsUser", 0) > 0, "its user is root, or has no number")
        must(not any(pod.get(host) for host in ("hostNetwork", "hostPID", "hostIPC")), "it is on the host's own")
        for container in pod.get("initContainers", []) + pod["containers"]:
            own = container["securityContext"]
            must(own.get("readOnlyRootFilesystem") is True, "its root file system can be written")
            must(own.get("allowPrivilegeEscalation") is False, "it can gain privileges")
            must(own.get("runAsNonRoot") is True, "it may be root")
            must(own["capabilities"] == {"drop": ["ALL"]}, "it keeps capabilities")
            must(own["seccompProfile"] == {"type": "RuntimeDefault"}, "it may call whatever the kernel has")
            must(re.search(r":(?!latest)[\w.-]+$|@sha256:", container["image"]), f"{container['image']} is no fixed version")
            for bound in ("requests", "limits"):
                must("memory" in container["resources"][bound], f"no {bound} of memory")
            must("cpu" in container["resources"]["requests"], "it asks for no processor")
            for variable in container.get("env", []):
                secret = re.search("PASSWORD|KEYS|TOKEN", variable["name"])
                must(not (secret and "value" in variable), f"{variable['name']} is a secret in the tree")
                must(not re.search(r"://[^/@]*:[^/@]*@", variable.get("value", "")), f"{variable['name']} holds a password")
            for argument in container.get("args", []):
                must(not re.search(r"://[^/@]*:[^/@]*@", argument), "an argument holds a password")
            mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
            there = {volume["name"] for volume in pod.get("volumes", [])}
            must(mounted <= there, f"it mounts {mounted - there}, which is not there")
            must(all(mount.get("readOnly") for mount in container.get("volumeMounts", [])), "a mount can be written")
        for volume in pod.get("volumes", []):
            made = volume.get("configMap", {}).get("name", "")
            ours = made.startswith(("lapwing-revoked", "lapwing-data-authority")) or not made or made in maps
            must(ours, f"ConfigMap {made} is neither made nor the operator's")
    complaints.unless(not of("Secret"), "a Secret is in the tree")


def services():
    deployments, budgets, listens = of("Deployment"), of("PodDisruptionBudget"), of("Service")
    complaints.unless(set(deployments) == set(SERVICES), f"deployments: {sorted(deployments)}")
    for name, port in SERVICES.items():
        deployment = deployments[name]
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        mine = {"app.kubernetes.io/name": name}
        complaints.unless(mine.items() <= labels.items(), f"{name}: its pods have not its label")
        selectors = [
            deployment["spec"]["selector"]["matchLabels"],
            listens[name]["spec"]["selector"],
            budgets[name]["spec"]["selector"]["matchLabels"],
        ] + [spread["labelSelector"]["matchLabels"] for spread in deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]]
        complaints.unless(len(selectors) >= 5, f"{name} is spread over hosts and zones")
        complaints.unless(all(selector == mine for selector in selectors), f"{name}: something selects other pods")
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        ports = {one["name"]: one["containerPort"] for one in container["ports"]}
        complaints.unless(ports == {"grpc": port, "watch": 9464}, f"{name} listens at {ports}")
        complaints.unless([one["port"] for one in listens[name]["spec"]["ports"]] == [port], f"{name}: its Service offers more or less than {port}")
        for probe, path in (("startupProbe", "/started"), ("livenessProbe", "/live"), ("readinessProbe", "/ready")):
            complaints.unless(container[probe]["httpGet"] == {"path": path, "port": "watch"}, f"{name}: {probe}")
        complaints.unless(container["resources"]["limits"]["memory"] == "2Gi", f"{name}: callers can make it hold up to 2 GiB")
        grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        complaints.unless(grace > 30, f"{name} has {grace} seconds to come down, and may need three times ten")


def network():
    """Every arrow that the policies allow, against those of the architecture, one by one."""
    everybody = set(SERVICES) | {"migrate", "topology"}
    arrows, closed = set(), set()
    for name, policy in of("NetworkPolicy").items():
        spec = policy["spec"]
        chosen = spec["podSelector"]
        if not chosen:
            pods = everybody
        elif "matchLabels" in chosen:
            pods = {chosen["matchLabels"]["app.kubernetes.io/name"]}
        else:
            pods = set(chosen["matchExpressions"][0]["values"])
        if name == "nobody":
            closed = set(spec["policyTypes"])
            complaints.unless("ingress" not in spec and "egress" not in spec, "the policy that closes all opens something")
        complaints.unless(pods <= everybody, f"policy {name} is about {pods - everybody}")
        for direction, end in (("ingress", "from"), ("egress", "to")):
            for rule in spec.get(direction, []):
                complaints.unless(rule.get(end) and rule.get("ports"), f"policy {name} is open to anybody or for any port")
                for other in rule.get(end, []):
                    for port in rule.get("ports", []):
                        for pod in pods:
                            arrow = (pod, port["port"], peer(other)) if direction == "egress" else (peer(other), port["port"], pod)
                            arrows.add((direction, *arrow))
    complaints.unless(closed == {"Ingress", "Egress"}, "what is not allowed is not forbidden")
    expected = {("ingress", "intake", 7442, "eligibility"), ("egress", "intake", 7442, "eligibility")}
    for name, port in SERVICES.items():
        if name != "eligibility":
            expected.add(("ingress", f"lapwing/calls-{name}=true/", port, name))
        expected.add(("ingress", "monitoring/prometheus", 9464, name))
        expected.add(("egress", name, 4317, "monitoring/opentelemetry-collector"))
        expected.add(("egress", name, 5432, "lapwing-data/postgresql"))
        expected.add(("egress", name, 5671, "lapwing-data/rabbitmq"))
    expected |= {("egress", "migrate", 5432, "lapwing-data/postgresql"), ("egress", "topology", 5671, "lapwing-data/rabbitmq")}
    expected |= {("egress", pod, 53, "kube-system/kube-dns") for pod in everybody}
    for arrow in sorted(arrows - expected):
        complaints.unless(False, f"an arrow that the architecture has not: {arrow}")
    for arrow in sorted(expected):
        complaints.unless(arrow in arrows, f"an arrow that is not allowed: {arrow}")


def peer(end):
    """The name of who is at the other end of a rule: pod, or namespace/pod."""
    pod = (end.get("podSelector") or {}).get("matchLabels", {})
    pod = pod.get("app.kubernetes.io/name") or pod.get("k8s-app") or ""
    if "namespaceSelector" not in end:
        return pod or "ANYBODY"
    labels = end["namespaceSelector"].get("matchLabels", {})
    namespace = labels.get("kubernetes.io/metadata.name") or ",".join(f"{key}={value}" for key, value in labels.items())
    return f"{namespace or 'ANY NAMESPACE'}/{pod}"


def scaled():
    deployments = of("Deployment")
    for name, scaler in of("HorizontalPodAutoscaler").items():
        target = scaler["spec"]["scaleTargetRef"]["name"]
        complaints.unless(target in deployments, f"autoscaler {name} is for {target}, which is not there")
        complaints.unless("replicas" not in deployments[target]["spec"], f"{target}: every `apply` would take back what is scaled")
        for metric in scaler["spec"]["metrics"]:
            if metric["type"] == "External":
                queue = metric["external"]["metric"]["selector"]["matchLabels"]["queue"]
                complaints.unless(queue.split(".")[0] == name, f"autoscaler {name} goes by {queue}, which another reads")


schemas()
hardened()
services()
network()
scaled()
complaints.end()
