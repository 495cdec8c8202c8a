"""The files of deploy/ and compose.yaml hold together, as far as reading them shows."""

from __future__ import annotations

import tomllib
from typing import Any

import yaml

from explorer.access import NEEDED
from explorer.settings import Settings
from tests.conftest import ROOT

KUBERNETES = ROOT / "deploy" / "kubernetes"


def kubernetes() -> dict[str, Any]:
    """Return the objects that the kustomization names, by their kind."""
    listed = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8"))
    texts = [(KUBERNETES / name).read_text(encoding="utf-8") for name in listed["resources"]]
    found = {one["kind"]: one for text in texts for one in yaml.safe_load_all(text)}
    (image,) = listed["images"]
    pod = found["Deployment"]["spec"]["template"]["spec"]
    assert image["name"] == pod["containers"][0]["image"]
    return found


def test_the_clusters_parts_fit_each_other() -> None:
    found = kubernetes()
    template = found["Deployment"]["spec"]["template"]
    (container,) = template["spec"]["containers"]
    assert found["Service"]["spec"]["selector"] == template["metadata"]["labels"]
    assert found["Service"]["spec"]["sessionAffinity"] == "ClientIP"
    (volume,) = template["spec"]["volumes"]
    claim = found["PersistentVolumeClaim"]["metadata"]["name"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim
    assert container["volumeMounts"] == [{"name": volume["name"], "mountPath": "/cache"}]
    (port,) = (one["containerPort"] for one in container["ports"])
    (way,) = found["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    assert way["path"].strip("/") in container["args"]
    service = way["backend"]["service"]
    assert (service["name"], service["port"]["number"]) == ("explorer", port)
    for probe in ("startup", "readiness", "liveness"):
        assert container[f"{probe}Probe"]["httpGet"]["path"] == f"{way['path']}/_stcore/health"


def test_compose_has_the_app_alone_with_workers_and_with_a_database() -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    services = composed["services"]
    assert {name: one.get("profiles") for name, one in services.items()} == {
        "app": None,
        "scheduler": ["dask"],
        "worker": ["dask"],
        "postgres": ["postgres"],
    }
    opened = [name for name, one in services.items() if "ports" in one]
    assert opened == ["app"]
    assert services["app"]["ports"] == ["127.0.0.1:8501:8501"]
    known = {f"EXPLORER_{name.upper()}" for name in Settings.__dataclass_fields__}
    assert set(services["app"]["environment"]) <= known
    kept = {one["volumes"][0].split(":")[0] for one in services.values() if "volumes" in one}
    assert kept == set(composed["volumes"])


def test_the_spaces_front_matter_names_the_images_port() -> None:
    text = (ROOT / "deploy" / "huggingface" / "README.md").read_text(encoding="utf-8")
    _, front, _ = text.split("---\n", 2)
    given = yaml.safe_load(front)
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert given["sdk"] == "docker"
    assert f"EXPOSE {given['app_port']}\n" in dockerfile
    assert len(given["short_description"]) <= 60  # what a Space shows


def test_the_example_of_secrets_has_all_that_sign_in_needs() -> None:
    text = (ROOT / "deploy" / "secrets.toml.example").read_text(encoding="utf-8")
    assert set(tomllib.loads(text)["auth"]) == set(NEEDED)
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert ".streamlit/secrets.toml" in ignored  # what is filled in is never committed
