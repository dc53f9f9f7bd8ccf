"""Flagger: shares, gate, and the way back."""

import pytest
from conftest import BIN, eventually


@pytest.fixture
def canary(cluster, manifests, world):
    cluster.define((BIN / "flagger-crds").read_text().strip())
    cluster.apply(manifests("flagger"))
    cluster.begin(
        BIN / "flagger", "-kubeconfig", cluster.folder / "kubeconfig", "-mesh-provider", "istio",
        "-metrics-server", world.address, "-enable-leader-election=false", "-port", "0",
    )

    def phase():
        return cluster.get("/apis/flagger.app/v1beta1/namespaces/shop/canaries/shop").get("status", {}).get("phase")

    eventually(lambda: phase() == "Initialized")
    cluster.release("v2")
    return phase


def shares(cluster):
    return cluster.shares("shop-primary", "shop-canary")


def image(cluster):
    primary = cluster.get("/apis/apps/v1/namespaces/shop/deployments/shop-primary")
    return primary["spec"]["template"]["spec"]["containers"][0]["image"]


def test_a_good_version_is_copied_over_once_the_gate_is_open(cluster, canary, world):
    eventually(lambda: shares(cluster) == (90, 10))
    eventually(lambda: shares(cluster) == (50, 50))
    eventually(lambda: canary() == "WaitingPromotion")
    assert image(cluster) == "shop:v1"
    world.gate = True
    eventually(lambda: canary() == "Succeeded")
    assert image(cluster) == "shop:v2"
    assert shares(cluster) == (100, 0)


@pytest.mark.parametrize("errors", [0.07, 0.02, None], ids=["a rule fires", "a hold fails", "no data"])
def test_a_bad_version_goes_back(cluster, canary, world, errors):
    eventually(lambda: shares(cluster) == (90, 10))
    world.errors = errors
    eventually(lambda: canary() == "Failed")
    assert shares(cluster) == (100, 0)
    assert image(cluster) == "shop:v1"
