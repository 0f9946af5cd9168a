"""What the package says of itself: one version, a valid citation, known classifiers, the tools it registers."""

import re
import tomllib
from importlib.metadata import entry_points, metadata
from pathlib import Path

import pytest
from papermill.engines import papermill_engines
from ruamel.yaml import YAML
from trove_classifiers import classifiers

import trygghet

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text())
SEMANTIC = r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?"  # semver.org, without build metadata
# Citation File Format 1.2.0: what is required, and what may stand beside it.
REQUIRED = {"cff-version", "message", "title", "authors"}
OPTIONAL = {"abstract", "date-released", "doi", "keywords", "license", "repository-code", "type", "url", "version"}


def test_the_version_is_semantic_and_stands_in_one_place_only():
    assert re.fullmatch(SEMANTIC, trygghet.__version__)
    assert "version" in PROJECT["dynamic"] and "version" not in PROJECT
    assert metadata("trygghet")["Version"] == trygghet.__version__


def test_the_citation_is_valid_and_agrees_with_the_package():
    assert REQUIRED <= set(CITATION) <= REQUIRED | OPTIONAL
    assert CITATION["cff-version"] == "1.2.0" and CITATION["type"] == "software"
    assert CITATION["version"] == trygghet.__version__
    assert CITATION["license"] == PROJECT["license"] == "EUPL-1.2"
    assert [author["name"] for author in CITATION["authors"]] == [author["name"] for author in PROJECT["authors"]]
    assert CITATION["keywords"] == PROJECT["keywords"]
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (ROOT / "LICENSE").read_text()


def test_the_classifiers_are_known():
    assert set(PROJECT["classifiers"]) <= set(classifiers)


def test_the_changelog_keeps_its_form():
    """Keep a Changelog 1.1: what is not released first, then versions downwards with their days."""
    text = (ROOT / "CHANGELOG.md").read_text()
    assert set(re.findall(r"^### (.+)$", text, re.M)) <= {
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    }
    heads = re.findall(r"^## (.+)$", text, re.M)
    assert heads[0] == "[Unreleased]"
    released = [re.fullmatch(rf"\[({SEMANTIC})\] - \d{{4}}-\d\d-\d\d", head) for head in heads[1:]]
    assert all(released), heads
    versions = [tuple(map(int, found[1].split("-")[0].split("."))) for found in released if found]
    assert versions == sorted(versions, reverse=True)


@pytest.mark.parametrize("group", ["papermill.engine", "nbconvert.exporters", "console_scripts"])
def test_what_other_tools_look_for_can_be_loaded(group):
    (found,) = [entry for entry in entry_points(group=group) if entry.name == "trygghet"]
    assert callable(found.load())


def test_papermill_finds_the_engine_by_its_name():
    papermill_engines.register_entry_points()
    engine = papermill_engines.get_engine("trygghet")
    assert engine.__module__.startswith("trygghet.")


def test_the_types_of_every_module_are_checked_strictly():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    (strict,) = settings  # nothing is let off
    assert strict["module"] == ["trygghet", "trygghet.*"]
    assert all(value for name, value in strict.items() if name != "module") and strict["disallow_untyped_defs"]
    assert strict["disallow_any_generics"] and strict["warn_return_any"]
