"""Builds an overlay where there is no kubectl that could: kustomize.py FOLDER; or compares what kubectl has built with what this
builds: kustomize.py FOLDER BUILT.

It knows as much of kustomize as our files use, and refuses whatever else it meets. Names of generated ConfigMaps get no hash."""

import os
import re
import sys

import yaml

# By what the items of a list are told apart (Kubernetes' own patch merge keys); other lists are replaced whole.
KEYS = {
    "containers": "name", "initContainers": "name", "volumes": "name", "env": "name", "volumeMounts": "mountPath",
    "ports": "containerPort", "topologySpreadConstraints": "topologyKey",
}
KNOWN = {
    "apiVersion", "kind", "resources", "namespace", "labels", "patches", "configMapGenerator", "images", "replicas",
}


def load(file):
    with open(file) as text:
        return [one for one in yaml.safe_load_all(text) if one]


def build(folder):
    (asked,) = load(os.path.join(folder, "kustomization.yaml"))
    unknown = set(asked) - KNOWN
    if unknown:
        sys.exit(f"{folder}: kustomize.py does not know {sorted(unknown)}; install kubectl, or teach it")
    objects = []
    for name in asked.get("resources", []):
        place = os.path.join(folder, name)
        objects += build(place) if os.path.isdir(place) else load(place)
    objects += [generated(folder, one) for one in asked.get("configMapGenerator", [])]
    for patch in asked.get("patches", []):
        text = patch["patch"] if "patch" in patch else open(os.path.join(folder, patch["path"])).read()
        lay(objects, patch["target"], yaml.safe_load(text))
    for one in objects:
        finish(one, asked)
    return objects


def generated(folder, asked):
    data = {}
    for entry in asked["files"]:
        name, _, file = entry.rpartition("=")
        with open(os.path.join(folder, file)) as text:
            data[name or os.path.basename(file)] = text.read()
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": asked["name"]}, "data": data}


def lay(objects, target, patch):
    chosen = [
        one for one in objects
        if one["kind"] == target["kind"] and re.fullmatch(target.get("name", ".*"), one["metadata"]["name"])
    ]
    if not chosen:
        sys.exit(f"a patch is for {target}, and there is no such thing")
    for one in chosen:
        if isinstance(patch, list):
            for step in patch:
                change(one, step)
        else:
            named = one["metadata"]["name"]
            merge(one, yaml.safe_load(yaml.safe_dump(patch)))
            one["metadata"]["name"] = named


def change(one, step):
    *path, last = [part.replace("~1", "/") for part in step["path"].strip("/").split("/")]
    for part in path:
        one = one[int(part)] if isinstance(one, list) else one[part]
    if last not in one:
        sys.exit(f"{step['path']} is not there")
    if step["op"] == "remove":
        del one[last]
    elif step["op"] == "replace":
        one[last] = step["value"]
    else:
        sys.exit(f"kustomize.py does not know {step['op']}")


def merge(base, patch):
    for name, value in patch.items():
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            merge(base[name], value)
        elif isinstance(value, list) and isinstance(base.get(name), list) and name in KEYS:
            key = KEYS[name]
            for item in value:
                same = [other for other in base[name] if other[key] == item[key]]
                merge(same[0], item) if same else base[name].append(item)
        else:
            base[name] = value


def finish(one, asked):
    if "namespace" in asked and one["kind"] != "Namespace":
        one["metadata"]["namespace"] = asked["namespace"]
    for labels in asked.get("labels", []):
        one["metadata"].setdefault("labels", {}).update(labels["pairs"])
    for count in asked.get("replicas", []):
        if one["kind"] == "Deployment" and one["metadata"]["name"] == count["name"]:
            one["spec"]["replicas"] = count["count"]
    pod = one.get("spec", {}).get("template", {}).get("spec", {})
    for container in pod.get("initContainers", []) + pod.get("containers", []):
        for image in asked.get("images", []):
            if container["image"] == image["name"]:
                container["image"] = f"{image['newName']}:{image['newTag']}"


def plain(objects):
    """The same in one order, and without the hashes that kubectl gives names of generated ConfigMaps."""
    hashed = {one["metadata"]["name"] for one in objects if one["kind"] == "ConfigMap"}

    def of(value, name=None):
        if isinstance(value, dict):
            return {key: of(item, key) for key, item in value.items()}
        if isinstance(value, list):
            items = [of(item) for item in value]
            return sorted(items, key=lambda item: str(item[KEYS[name]])) if name in KEYS and items and KEYS[name] in items[0] else items
        return re.sub(r"-[a-z0-9]{10}$", "", value) if isinstance(value, str) and value in hashed else value

    return {(one["kind"], of(one)["metadata"]["name"]): of(one) for one in objects}


if __name__ == "__main__":
    ours = build(sys.argv[1])
    if len(sys.argv) == 2:
        yaml.safe_dump_all(ours, sys.stdout)
        sys.exit(0)
    ours, theirs = plain(ours), plain(load(sys.argv[2]))
    differing = sorted(str(name) for name in set(ours) | set(theirs) if ours.get(name) != theirs.get(name))
    print(f"{sys.argv[1]}: {len(theirs)} objects of kubectl, {len(ours)} of kustomize.py, differing: {differing}")
    sys.exit(1 if differing else 0)
