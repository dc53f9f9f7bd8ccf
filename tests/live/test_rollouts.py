"""Argo Rollouts: shares, gate, the way back, and no data."""

import pytest
from conftest import BIN, eventually

ROLLOUT = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/shop"
ROUTES = """
apiVersion: v1
kind: Service
metadata: {name: shop-stable, namespace: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop-canary, namespace: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [shop]
  http:
  - route:
    - {destination: {host: shop-stable}, weight: 100}
    - {destination: {host: shop-canary}, weight: 0}
"""


@pytest.fixture
def rollout(cluster, manifests):
    cluster.define((BIN / "rollouts-crds").read_text().strip())
    cluster.namespace("argo-rollouts")
    cluster.apply(ROUTES)
    cluster.apply(manifests("argo-rollouts"))
    cluster.begin(BIN / "rollouts-controller", "--kubeconfig", cluster.folder / "kubeconfig", "--istio-api-version", "v1")

    def status():
        return cluster.get(ROLLOUT).get("status", {})

    eventually(lambda: status().get("phase") == "Healthy")
    cluster.release("v2")
    return status


def shares(cluster):
    return cluster.shares("shop-stable", "shop-canary")


def reasons(status):
    return [pause["reason"] for pause in status().get("pauseConditions", [])]


def go_on(cluster):
    """What `kubectl argo rollouts promote` does."""
    cluster.call("PATCH", f"{ROLLOUT}/status", {"status": {"pauseConditions": None}}, "application/merge-patch+json")


def test_a_good_version_reaches_everybody_once_the_gate_is_open(cluster, rollout):
    eventually(lambda: shares(cluster) == (90, 10))
    eventually(lambda: shares(cluster) == (50, 50))
    eventually(lambda: reasons(rollout) == ["CanaryPauseStep"])
    go_on(cluster)
    eventually(lambda: rollout()["phase"] == "Healthy")
    assert rollout()["stableRS"] == rollout()["currentPodHash"]
    # The new version has become the stable one.
    assert shares(cluster) == (100, 0)


def test_a_rule_that_fires_at_the_gate_gives_the_traffic_back(cluster, rollout, world):
    eventually(lambda: reasons(rollout) == ["CanaryPauseStep"])
    assert shares(cluster) == (50, 50)
    world.errors = 0.07
    eventually(lambda: rollout().get("abort"))
    eventually(lambda: shares(cluster) == (100, 0))
    assert rollout()["stableRS"] != rollout()["currentPodHash"]
    assert "critical-errors" in rollout()["message"]


def test_a_hold_that_fails_gives_the_traffic_back(cluster, rollout, world):
    eventually(lambda: shares(cluster) == (90, 10))
    world.errors = 0.02
    eventually(lambda: rollout().get("abort"))
    eventually(lambda: shares(cluster) == (100, 0))


def test_without_data_a_person_decides_and_the_hold_begins_anew(cluster, rollout, world):
    eventually(lambda: shares(cluster) == (90, 10))
    world.errors = None
    eventually(lambda: "InconclusiveAnalysisRun" in reasons(rollout))
    assert shares(cluster) == (90, 10)
    world.errors = 0.001
    go_on(cluster)
    eventually(lambda: shares(cluster) == (50, 50))
