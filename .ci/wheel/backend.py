"""The build backend (PEP 517) of this repository, for `pip install .` and the hooks of pre-commit.

A wheel of this version that pip finds, in an index or a folder of PIP_FIND_LINKS, is taken as it is. Where there is
none, maturin builds one from the sources with cargo, which takes some minutes; without a cargo on the PATH maturin
brings a Rust toolchain of its own. DEPLOYC_BUILD=1 builds in any case.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

MATURIN = "maturin>=1.9,<2"


def version():
    """The version in Cargo.toml."""
    text = Path("Cargo.toml").read_text(encoding="utf-8")
    return re.search(r'^version = "(.+)"$', text, re.MULTILINE)[1]


def published(folder):
    """The name of the wheel of this version that pip put into the folder, or None."""
    if os.environ.get("DEPLOYC_BUILD") == "1":
        return None
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    found = subprocess.run(
        [*command, "--dest", str(folder), f"deployc=={version()}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wheels = sorted(Path(folder).glob("deployc-*.whl"))
    return wheels[0].name if found.returncode == 0 and wheels else None


def get_requires_for_build_wheel(config_settings=None):
    with tempfile.TemporaryDirectory() as folder:
        if published(folder):
            return []
    toolchain = ["puccinialin"] if not cargo() else []
    return [MATURIN, *toolchain]


def cargo():
    """Whether there is a cargo that runs."""
    try:
        return subprocess.run(["cargo", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = published(wheel_directory)
    if name:
        return name
    import maturin

    if "CARGO_TARGET_DIR" in os.environ:
        return maturin.build_wheel(wheel_directory, config_settings)
    # What cargo leaves is a hundred times as large as the wheel, and pre-commit keeps its clone.
    with tempfile.TemporaryDirectory(prefix="deployc-") as target:
        os.environ["CARGO_TARGET_DIR"] = target
        return maturin.build_wheel(wheel_directory, config_settings)


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError("deployc has no source distribution for Python: build the wheel")
