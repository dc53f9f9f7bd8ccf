"""The hooks, run by the real pre-commit in repositories of their own: what passes, what fails and how it
reads, what gets fixed. DEPLOYC names the binary, WHEELS the folder with its wheel; HOOKS_FROM_SOURCE=1
has cargo build it as well."""

import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOYC = Path(os.environ.get("DEPLOYC", ROOT / "target/debug/deployc"))
WHEELS = Path(os.environ.get("WHEELS", ROOT / "target/wheels"))

CLEAN = """\
edition 2026

use ../common

deployment "Checkout" {
  version "v1"
  owner common.lead
}
"""
COMMON = """\
edition 2026

role lead "Lead" {
  contact phone "+49 30 5550100"
}
"""
BROKEN = CLEAN.replace('version "v1"', 'verson "v1"')
UNTIDY = CLEAN.replace('  version "v1"', '       version    "v1"')


def run(*command, cwd, env=None, ok=None):
    done = subprocess.run(command, cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if ok is not None:
        assert (done.returncode == 0) == ok, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """A home for pre-commit, and the binary on the PATH."""
    home = tmp_path_factory.mktemp("home")
    path = f"{DEPLOYC.parent}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {
        **os.environ,
        "PATH": path,
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PIP_FIND_LINKS": str(WHEELS),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GIT_CONFIG_GLOBAL": str(gitconfig(home)),
        "NO_COLOR": "1",
    }


def gitconfig(home):
    path = home / "gitconfig"
    path.write_text(
        "[user]\n\tname = A\n\temail = a@example.org\n[init]\n\tdefaultBranch = main\n"
        "[safe]\n\tdirectory = *\n[protocol \"file\"]\n\tallow = always\n"
    )
    return path


class Repository:
    """A repository with specs and some of the hooks."""

    def __init__(self, folder, environment, hooks):
        self.folder = folder
        self.environment = environment
        revision = run("git", "rev-parse", "HEAD", cwd=ROOT, env=environment, ok=True).strip()
        listed = "".join(f"      - {hook}\n" for hook in hooks)
        self.write(
            ".pre-commit-config.yaml",
            f"repos:\n  - repo: {ROOT}\n    rev: {revision}\n    hooks:\n{listed}",
        )
        self.write("common.deploy", COMMON)
        self.write("specs/checkout.deploy", CLEAN)
        self.git("init", "--quiet")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "first")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name):
        return (self.folder / name).read_text()

    def git(self, *arguments):
        return run("git", *arguments, cwd=self.folder, env=self.environment, ok=True)

    def hooks(self, *arguments, ok):
        return run("pre-commit", "run", *arguments, cwd=self.folder, env=self.environment, ok=ok)


@pytest.fixture
def repository(tmp_path, environment):
    return lambda *hooks: Repository(tmp_path, environment, [f"id: {hook}" for hook in hooks])


def test_what_is_right_passes(repository):
    said = repository("deployc-check-system", "deployc-fmt-system", "deployc-project-system").hooks(
        "--all-files", ok=True
    )
    assert said.count("Passed") == 3, said


def test_a_mistake_stops_a_commit_and_says_where(repository):
    there = repository("deployc-check-system")
    there.write("specs/checkout.deploy", BROKEN)
    there.git("add", ".")
    said = there.hooks(ok=False)
    assert "specs/checkout.deploy:6:3: error[" in said, said
    assert "`verson` begins no statement" in said, said


def test_a_change_that_breaks_another_file_is_told(repository):
    there = repository("deployc-check-system")
    there.write("common.deploy", COMMON.replace("role lead", "role chief"))
    there.git("add", "common.deploy")
    said = there.hooks(ok=False)
    assert "specs/checkout.deploy:" in said, said


def test_what_is_untidy_is_put_right(repository):
    there = repository("deployc-fmt-system")
    there.write("specs/checkout.deploy", UNTIDY)
    there.git("add", ".")
    said = there.hooks(ok=False)
    assert "files were modified by this hook" in said, said
    assert there.read("specs/checkout.deploy") == CLEAN
    there.git("add", ".")
    # Nothing of a spec is left to compare with the last commit.
    assert "Skipped" in there.hooks(ok=True)


def test_a_file_with_mistakes_is_not_lost(repository):
    there = repository("deployc-fmt-system")
    broken = BROKEN + 'phase "unclosed {\n'
    there.write("specs/checkout.deploy", broken)
    there.git("add", ".")
    there.hooks("--all-files", ok=None)
    assert "unclosed" in there.read("specs/checkout.deploy")


def test_what_git_ignores_is_left_alone_even_if_named(repository):
    there = repository("deployc-check-system", "deployc-fmt-system")
    there.write(".gitignore", "/generated\n")
    there.write("generated/old.deploy", "no spec at all")
    there.hooks("--files", "generated/old.deploy", "specs/checkout.deploy", ok=True)
    assert there.read("generated/old.deploy") == "no spec at all"


def test_runbooks_that_are_out_of_date_stop_a_commit(tmp_path, environment):
    there = Repository(
        tmp_path, environment, ["id: deployc-build-system\n        args: [--out, runbooks, specs]"]
    )
    said = there.hooks("--all-files", ok=False)
    assert "runbooks/checkout.md" in said, said
    run("deployc", "build", "--out", "runbooks", "specs", cwd=tmp_path, env=environment, ok=True)
    there.git("add", ".")
    there.hooks("--all-files", ok=True)
    there.write("specs/checkout.deploy", CLEAN.replace("v1", "v2"))
    there.git("add", ".")
    assert "runbooks/checkout.md" in there.hooks("--all-files", ok=False)


def test_several_at_once_do_not_harm_each_other(repository):
    there = repository("deployc-fmt-system")
    names = [f"specs/{number}.deploy" for number in range(40)]
    for name in names:
        there.write(name, UNTIDY)
    command = [str(DEPLOYC), "fmt", "--force-exclude", *names]
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(run, *command, cwd=there.folder, env=there.environment) for _ in range(8)]
        for one in runs:
            one.result()
    for name in names:
        assert there.read(name) == CLEAN
    assert sorted(path.name for path in (there.folder / "specs").iterdir()) == sorted(
        [Path(name).name for name in names] + ["checkout.deploy"]
    )


def test_the_wheel_is_installed_and_runs(repository, environment, tmp_path):
    said = repository("deployc-check", "deployc-fmt").hooks("--all-files", ok=True)
    assert said.count("Passed") == 2, said
    run(sys.executable, "-m", "venv", "empty", cwd=tmp_path, ok=True)
    binaries = tmp_path / "empty/bin"
    run(binaries / "pip", "install", "--quiet", "--no-index", "deployc", cwd=tmp_path, env=environment, ok=True)
    said = run(binaries / "deployc", "--version", cwd=tmp_path, env={"PATH": ""}, ok=True)
    assert said.startswith("deployc "), said


@pytest.mark.skipif(shutil.which("cargo") is None, reason="there is no cargo")
def test_where_no_wheel_is_published_a_clone_builds_its_own(repository, environment):
    there = repository("deployc-check")
    there.environment = {
        **{name: value for name, value in environment.items() if name != "PIP_FIND_LINKS"},
        "CARGO_TARGET_DIR": os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target")),
        "DEPLOYC_BUILD": "1",
        # Built without what takes long: that it runs is what counts here.
        "MATURIN_PEP517_ARGS": "--profile dev",
        "PRE_COMMIT_HOME": str(there.folder.parent / "from-a-clone"),
    }
    said = there.hooks("--all-files", ok=True)
    assert "Passed" in said, said


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own library is loaded")
def test_the_wheel_needs_no_library_of_the_system():
    [wheel] = WHEELS.glob("*.whl")
    assert {"manylinux_2_5", "musllinux_1_1"} <= set(re.findall(r"(?:many|musl)linux_\d+_\d+", wheel.name)), wheel.name
    with zipfile.ZipFile(wheel) as packed:
        [name] = [name for name in packed.namelist() if name.endswith("/scripts/deployc")]
        binary = packed.read(name)
    # https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html
    headers, = struct.unpack_from("<Q", binary, 32)
    size, count = struct.unpack_from("<HH", binary, 54)
    kinds = {struct.unpack_from("<I", binary, headers + size * header)[0] for header in range(count)}
    loaded, asks_for_a_loader = 1, 3
    assert loaded in kinds and asks_for_a_loader not in kinds


def test_try_repo(repository):
    there = repository()
    said = run(
        "pre-commit", "try-repo", str(ROOT), "deployc-check-system", "--all-files",
        cwd=there.folder, env=there.environment, ok=True,
    )
    assert "Passed" in said, said


@pytest.mark.skipif(os.environ.get("HOOKS_FROM_SOURCE") != "1", reason="cargo takes minutes")
@pytest.mark.skipif(shutil.which("cargo") is None, reason="there is no cargo")
def test_the_hook_that_cargo_builds(repository):
    there = repository("deployc-check-src")
    said = there.hooks("--all-files", ok=True)
    assert "Passed" in said, said
