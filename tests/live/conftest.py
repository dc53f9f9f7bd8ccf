"""A control plane: etcd, a real API server and its controllers of Deployments. There is no kubelet, so a pod
is ready as soon as it is made; and what Prometheus would answer is told by the test."""

import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("BIN", ROOT / "target/live"))
DEPLOYC = Path(os.environ.get("DEPLOYC", ROOT / "target/debug/deployc"))
SPEC = Path(__file__).with_name("shop.deploy")

# Istio is its resources alone: the controllers write the weights there, and the tests read them.
ISTIO = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %(plural)s.networking.istio.io}
spec:
  group: networking.istio.io
  names: {kind: %(kind)s, plural: %(plural)s}
  scope: Namespaced
  versions:
  - {name: v1, served: true, storage: true, schema: &any {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
  - {name: v1beta1, served: true, storage: false, schema: *any}
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  replicas: 4
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: app, image: "shop:v1"}]}
"""


def eventually(what, seconds=120):
    """Waits until `what()` is true, and gives its value."""
    end = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < end, f"not within {seconds} seconds: {what.__doc__ or what}"
        time.sleep(0.5)
    return value


class Cluster:
    """Talks to the API server, and ends what was begun."""

    def __init__(self, folder):
        self.folder = folder
        self.running = []
        self.kinds = {}
        self.port = free()
        store, peers = free(), free()
        folder.mkdir(exist_ok=True)
        (folder / "tokens").write_text("secret,admin,1,system:masters\n")
        subprocess.run(["openssl", "genrsa", "-out", folder / "key", "2048"], check=True, capture_output=True)
        (folder / "kubeconfig").write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": {"server": f"https://127.0.0.1:{self.port}", "insecure-skip-tls-verify": True}}],
            "users": [{"name": "it", "user": {"token": "secret"}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        }))
        self.begin(
            "etcd", "--data-dir", folder / "etcd", "--listen-client-urls", f"http://127.0.0.1:{store}",
            "--advertise-client-urls", f"http://127.0.0.1:{store}", "--listen-peer-urls", f"http://127.0.0.1:{peers}",
        )
        self.begin(
            BIN / "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{store}", f"--secure-port={self.port}",
            "--bind-address=127.0.0.1", f"--cert-dir={folder / 'certificates'}", "--service-cluster-ip-range=10.0.0.0/24",
            "--service-account-issuer=https://shop.example", f"--service-account-key-file={folder / 'key'}",
            f"--service-account-signing-key-file={folder / 'key'}", f"--token-auth-file={folder / 'tokens'}",
            "--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount",
        )
        eventually(lambda: self.get("/readyz", raw=True) == "ok")
        self.begin(
            BIN / "kube-controller-manager", f"--kubeconfig={folder / 'kubeconfig'}", f"--secure-port={free()}",
            f"--cert-dir={folder / 'controllers'}",
            "--controllers=deployment-controller,replicaset-controller,garbage-collector-controller",
        )
        threading.Thread(target=self.kubelet, daemon=True).start()

    def begin(self, *command):
        log = (self.folder / f"{Path(command[0]).name}.log").open("w")
        self.running.append(subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, cwd=self.folder))

    def end(self):
        for process in reversed(self.running):
            process.kill()
            process.wait()

    def call(self, method, path, body=None, kind="application/json", raw=False):
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer secret", "Content-Type": kind},
        )
        try:
            with urllib.request.urlopen(request, context=ssl._create_unverified_context()) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            if method == "PATCH":
                raise AssertionError(f"{path}: {text}") from error
        except OSError:
            return None
        return text if raw else json.loads(text)

    def get(self, path, raw=False):
        return self.call("GET", path, raw=raw)

    def path(self, thing):
        """Where the API server keeps it."""
        version = thing["apiVersion"]
        base = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if (version, thing["kind"]) not in self.kinds:
            listed = eventually(lambda: (self.get(base) or {}).get("resources"))
            self.kinds.update({(version, kind["kind"]): kind for kind in listed if "/" not in kind["name"]})
        kind = self.kinds[version, thing["kind"]]
        within = f"/namespaces/{thing['metadata'].get('namespace', 'default')}" if kind["namespaced"] else ""
        return f"{base}{within}/{kind['name']}/{thing['metadata']['name']}"

    def apply(self, text):
        """As `kubectl apply --server-side --validate=strict` does."""
        for thing in filter(None, yaml.safe_load_all(text)):
            query = "?fieldManager=tests&force=true&fieldValidation=Strict"
            self.call("PATCH", self.path(thing) + query, thing, "application/apply-patch+yaml")

    def define(self, folder):
        for path in sorted(Path(folder).glob("*crd.yaml")):
            self.apply(path.read_text())
        time.sleep(2)

    def namespace(self, name):
        self.apply(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}")

    def release(self, version):
        """A new image, as the command of the spec sets it."""
        image = {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": f"shop:{version}"}]}}}}
        self.call("PATCH", "/apis/apps/v1/namespaces/shop/deployments/shop", image, "application/strategic-merge-patch+json")

    def shares(self, *hosts):
        """What of the traffic goes to whom, in percent."""
        route = self.get("/apis/networking.istio.io/v1beta1/namespaces/shop/virtualservices/shop")
        weights = {to["destination"]["host"]: to.get("weight", 0) for to in route["spec"]["http"][0]["route"]}
        return tuple(weights.get(host, 0) for host in hosts)

    def kubelet(self):
        while True:
            for pod in (self.get("/api/v1/pods") or {}).get("items", []):
                path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
                if pod["metadata"].get("deletionTimestamp"):
                    self.call("DELETE", path, {"gracePeriodSeconds": 0})
                elif pod.get("status", {}).get("phase") != "Running":
                    ready = {"type": "Ready", "status": "True", "lastTransitionTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
                    try:
                        status = {"status": {"phase": "Running", "conditions": [ready]}}
                        self.call("PATCH", f"{path}/status", status, "application/merge-patch+json")
                    except AssertionError:
                        pass  # it is gone already
            time.sleep(0.5)


class World:
    """What the controllers ask: Prometheus, whose one series the test sets, and a gate, which the test opens."""

    def __init__(self):
        self.errors = 0.001
        self.gate = False
        world = self

        class Answer(BaseHTTPRequestHandler):
            def log_message(self, *said):
                pass

            def do_GET(self):
                length = int(self.headers.get("Content-Length", 0))
                self.answer(urllib.parse.urlparse(self.path), self.rfile.read(length).decode())

            do_POST = do_GET

            def answer(self, url, body):
                if url.path == "/gate/check":
                    self.send_response(200 if world.gate else 403)
                    self.end_headers()
                    return
                asked = urllib.parse.parse_qs(url.query) | urllib.parse.parse_qs(body)
                value = world.value(asked.get("query", [""])[0])
                series = [] if value is None else [{"metric": {}, "value": [time.time(), str(value)]}]
                text = json.dumps({"status": "success", "data": {"resultType": "vector", "result": series}}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def value(self, query):
        if query == "vector(1)":
            return 1
        if self.errors is None or "errors" not in query:
            return None
        if compared := re.search(r"< bool ([\d.]+)", query):
            return int(self.errors < float(compared[1]))
        return self.errors


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def cluster(tmp_path):
    it = Cluster(tmp_path / "cluster")
    try:
        for kind, plural in (("VirtualService", "virtualservices"), ("DestinationRule", "destinationrules")):
            it.apply(ISTIO % {"kind": kind, "plural": plural})
        it.namespace("shop")
        it.apply(DEPLOYMENT)
        yield it
    finally:
        it.end()


@pytest.fixture
def manifests(world):
    """What deployc emits; only the addresses are those of the test, and Flagger's clock is faster."""

    def build(target):
        done = subprocess.run([DEPLOYC, "build", "--quiet", "--target", target, SPEC], check=True, text=True, capture_output=True)
        text = done.stdout.replace("http://prometheus.monitoring.svc:9090", world.address)
        text = text.replace("http://flagger-loadtester.flagger-system.svc", world.address)
        return text.replace("interval: 1m\n", "interval: 10s\n")

    return build
