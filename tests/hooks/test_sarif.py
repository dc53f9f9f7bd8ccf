"""The SARIF report, read by the validator of those who keep the format."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOYC = Path(os.environ.get("DEPLOYC", ROOT / "target/debug/deployc"))
MULTITOOL = ROOT / "tests/reports/node_modules/.bin/sarif-multitool"


def errors(report):
    """What the validator calls an error. It ends with 0 whatever it finds, and says nothing at all of what
    is not in the form of SARIF: of what it has read it always says that it has no home page."""
    done = subprocess.run([MULTITOOL, "validate", report], text=True, capture_output=True, check=True)
    assert "1 files scanned" in done.stdout, done.stdout + done.stderr
    if "informationUri" not in done.stdout:
        return ["it is not in the form of SARIF"]
    return [line for line in done.stdout.splitlines() if ": error " in line]


@pytest.fixture
def report(tmp_path):
    command = [DEPLOYC, "check", "--format", "sarif", "tests/corpus", "examples"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 1, done.stderr
    path = tmp_path / "deployc.sarif"
    path.write_text(done.stdout)
    return path


def test_the_report_of_every_corpus_file_is_valid(report):
    assert report.read_text().count('"ruleId"') > 100
    assert errors(report) == []


@pytest.mark.parametrize(
    "change",
    [
        ('"text": "', '"txt": "'),
        ('"level": "error"', '"level": "terrible"'),
        ('"startLine": ', '"startLine": -'),
        ('"ruleIndex": ', '"ruleIndex": 9999'),
    ],
)
def test_the_validator_would_notice(report, change):
    text = report.read_text()
    assert change[0] in text
    report.write_text(text.replace(*change))
    assert errors(report) != []
