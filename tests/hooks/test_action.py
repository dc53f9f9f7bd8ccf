"""The GitHub Action: each step's script, run as a runner does, and the problem matcher on real lines."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOYC = Path(os.environ.get("DEPLOYC", ROOT / "target/debug/deployc"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())

CLEAN = 'edition 2026\n\ndeployment "Checkout" {\n  version "v1"\n}\n'
BROKEN = CLEAN.replace("version", "verson")


def act(folder, **given):
    """Runs the steps with these inputs; answers the exit code of the last and all that was said."""
    inputs = {name: one["default"] for name, one in ACTION["inputs"].items()} | given
    known = {f"inputs.{name}": value for name, value in inputs.items()}
    known |= {"github.action_path": str(ROOT), "runner.temp": str(folder / "temporary")}
    said = ""
    for step in ACTION["runs"]["steps"]:
        # What comes from outside reaches a script as an environment variable, never as its text.
        assert "${{" not in step["run"], step["name"]
        condition = re.fullmatch(r"(inputs\.\w+) != ''", step.get("if", ""))
        if condition and not known[condition.group(1)]:
            continue
        assert condition or "if" not in step
        values = {
            name: re.sub(r"\$\{\{ (.+?) \}\}", lambda found: known[found.group(1)], value)
            for name, value in step["env"].items()
        }
        environment = {
            **os.environ,
            **values,
            "PATH": f"{DEPLOYC.parent}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_PATH": str(folder / "path"),
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        said += done.stdout
        if done.returncode != 0:
            return done.returncode, said
    return 0, said


def test_a_clean_repository_passes(tmp_path):
    (tmp_path / "a b.deploy").write_text(CLEAN)
    assert act(tmp_path, install="path")[0] == 0


def test_a_mistake_is_an_annotation_on_its_line(tmp_path):
    (tmp_path / "a.deploy").write_text(BROKEN)
    code, said = act(tmp_path, install="path")
    assert code == 1
    assert re.search(r"^::error .*file=a\.deploy,line=4", said, re.MULTILINE), said


def test_a_report_goes_to_a_file(tmp_path):
    (tmp_path / "a.deploy").write_text(BROKEN)
    code, _ = act(tmp_path, install="path", format="sarif", output="deployc.sarif")
    assert code == 1
    report = json.loads((tmp_path / "deployc.sarif").read_text())
    assert report["version"] == "2.1.0" and report["runs"][0]["results"]


def test_runbooks_are_compared(tmp_path):
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/a.deploy").write_text(CLEAN)
    given = {"install": "path", "paths": "specs\n", "out": "books", "targets": "markdown\nplan\n"}
    code, said = act(tmp_path, **given)
    assert code == 1 and "books/a.md" in said, said
    build = [DEPLOYC, "build", "-t", "markdown", "-t", "plan", "--out", "books", "specs"]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)
    assert act(tmp_path, **given)[0] == 0


@pytest.mark.parametrize("name", ["$(touch evil).deploy", "; touch evil; #.deploy", "-x.deploy"])
def test_no_name_of_a_file_is_run(tmp_path, name):
    (tmp_path / name).write_text(CLEAN)
    assert act(tmp_path, install="path", paths=name)[0] == 0
    assert not (tmp_path / "evil").exists()


def test_an_unknown_way_to_install_is_told(tmp_path):
    code, said = act(tmp_path, install="magic")
    assert code == 2 and "magic" in said


def test_the_matcher_reads_what_short_prints(tmp_path):
    (tmp_path / "a.deploy").write_text(BROKEN)
    done = subprocess.run(
        [DEPLOYC, "check", "--format", "short"], cwd=tmp_path, text=True, stdout=subprocess.PIPE
    )
    matcher = json.loads((ROOT / ".github/deployc-matcher.json").read_text())
    pattern = matcher["problemMatcher"][0]["pattern"][0]
    lines = done.stdout.splitlines()
    assert lines
    for line in lines:
        found = re.match(pattern["regexp"], line)
        assert found, line
        assert found[pattern["file"]] == "a.deploy" and found[pattern["line"]] == "4"
        assert found[pattern["severity"]] == "error" and found[pattern["message"]]
