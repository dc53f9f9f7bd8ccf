"""What pre-commit installs for the hooks of this repository: the wheel of this version, and nothing of
its own. The wheel itself is described in `.ci/wheel/pyproject.toml`."""

from setuptools import setup

setup(
    name="deployc_hooks",
    version="0.0.0",
    packages=[],
    py_modules=[],
    install_requires=["deployc==0.1.0"],
)
