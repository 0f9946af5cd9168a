"""environment.yml, pyproject.toml and constraints.txt name the same packages and agree on versions."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
CONDA_NAMES = {"python-build": "build"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pyproject_requirements() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + extras["dev"] + extras["docs"] + extras["cluster"]
    return {normal(r.name): r for r in map(Requirement, lines)}


def conda_requirements() -> dict[str, Requirement]:
    entries = YAML(typ="safe").load((ROOT / "environment.yml").read_text())["dependencies"]
    plain = [entry for entry in entries if isinstance(entry, str)]
    by_pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    found = [Requirement(line) for line in [*plain, *by_pip] if not line.startswith("-")]
    names = {CONDA_NAMES.get(r.name, r.name): r for r in found if r.name not in ("python", "pip")}
    return {normal(name): r for name, r in names.items()}


def versions_of_constraints() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {normal(name): Version(version) for name, version in pairs}


def test_environment_and_pyproject_name_the_same_packages_and_ranges():
    project, conda = pyproject_requirements(), conda_requirements()
    assert {n: str(r.specifier) for n, r in project.items()} == {n: str(r.specifier) for n, r in conda.items()}


@pytest.mark.parametrize("name", sorted(pyproject_requirements()))
def test_the_tested_version_lies_in_the_range(name):
    assert versions_of_constraints()[name] in pyproject_requirements()[name].specifier


def test_python_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    entries = YAML(typ="safe").load((ROOT / "environment.yml").read_text())["dependencies"]
    assert f"python{project['requires-python']}" in entries


def test_no_registry_address_stands_in_any_build_file():
    for name in ("constraints.txt", "environment.yml", "pyproject.toml", "Makefile", ".ci/run"):
        assert "://" not in (ROOT / name).read_text(), name
