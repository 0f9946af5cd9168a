"""Nothing that can run comes in or goes out: no pickle, guarded XML, no known hole in what we depend on."""

from __future__ import annotations

import ast
import csv
import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import openpyxl
import pytest
from packaging.version import Version
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "trygghet"
LOADERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
RUNS = {"eval", "exec", "compile", "__import__", "read_pickle", "to_pickle", "allow_pickle"}


def names(tree: ast.AST) -> set[str]:
    """Modules that are imported, and what is called or given by name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                found.add(called.id)
            elif isinstance(called, ast.Attribute) and called.attr not in ("compile", "eval"):  # re.compile, frame.eval
                found.add(called.attr)
            found |= {keyword.arg for keyword in node.keywords if keyword.arg}
    return found


def test_no_module_reads_pickles_or_runs_text():
    modules = sorted(SOURCE.rglob("*.py"))
    assert len(modules) > 100
    found = {path.name: names(ast.parse(path.read_text("utf-8"))) & (LOADERS | RUNS) for path in modules}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_the_search_itself_finds_what_it_looks_for():
    planted = (
        "import pickle\nfrom joblib import load\nexec('x')\npandas.read_pickle(p)\nnumpy.load(p, allow_pickle=True)"
    )
    assert names(ast.parse(planted)) & (LOADERS | RUNS) == {"pickle", "joblib", "exec", "read_pickle", "allow_pickle"}


def test_programs_are_started_without_a_shell_and_from_known_places():
    calls = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and any(k.arg == "shell" for k in node.keywords):
                calls[path.name] = "shell"
            if isinstance(node, ast.Attribute) and node.attr in ("system", "popen"):
                calls[path.name] = node.attr
    assert calls == {}
    starting = {path.name for path in SOURCE.rglob("*.py") if "subprocess." in path.read_text("utf-8")}
    assert starting == {"engine.py", "lab.py", "manifest.py", "pdf.py", "warm.py"}


def test_workbooks_are_read_with_guarded_xml():
    assert openpyxl.DEFUSEDXML
    bare = {path.name for path in SOURCE.rglob("*.py") if re.search(r"xml\.etree|lxml", path.read_text("utf-8"))}
    unguarded = {name for name in bare if "defusedxml" not in next(SOURCE.rglob(name)).read_text("utf-8")}
    assert unguarded == set()


def test_yaml_tags_make_no_objects(tmp_path, monkeypatch):
    from trygghet.errors import InputError
    from trygghet.yamlfile import read_yaml

    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.yml"
    path.write_text("a: !!python/object/apply:os.system ['touch PWNED']\n", encoding="utf-8")
    try:
        read = read_yaml(path)
    except InputError:
        read = {}
    assert all(isinstance(value, list | dict) for value in read.values())
    assert not (tmp_path / "PWNED").exists()


def test_every_yaml_reader_is_of_the_kinds_that_make_no_objects():
    kinds = set()
    for path in SOURCE.rglob("*.py"):
        kinds |= set(re.findall(r"YAML\(typ=\"(\w+)\"", path.read_text("utf-8")))
    assert kinds <= {"rt", "safe"}
    assert YAML(typ="safe").load("a: 1") == {"a": 1}


def advisories() -> list[dict[str, str]]:
    with (Path(__file__).parent / "data/advisories.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hit(advisory: dict[str, str], found: str) -> bool:
    return Version(advisory["affected_from"]) <= Version(found) < Version(advisory["fixed"])


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = [line.split("==") for line in lines if "==" in line and not line.startswith("#")]
    return {re.sub(r"[-_.]+", "-", name).lower(): number.split(";")[0].strip() for name, number in pairs}


@pytest.mark.parametrize("advisory", advisories(), ids=lambda advisory: advisory["id"])
def test_no_version_we_test_or_run_has_a_known_hole(advisory):
    package = advisory["package"]
    assert package in pinned(), "an advisory of something we do not use"
    assert not hit(advisory, pinned()[package])
    with suppress(PackageNotFoundError):
        assert not hit(advisory, version(package))
    assert hit(advisory, advisory["affected_from"])
