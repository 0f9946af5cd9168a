"""A section of an analyst's own is built by the rules of the shipped ones, and only when it is named and sound."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from trygghet import own_notebooks
from trygghet.checksum import sha256
from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.report import catalogue, plan, run, store, verify
from trygghet.report.site import write
from trygghet.workspace import Workspace

from ..example_data import TOWN

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PARAMETERS = 'workspace: str = ".."\nyear: str = "2017"\nlanguage: str = "sv"'
SHOWN = """\
from dataclasses import replace
import trygghet as tg
from trygghet.blocks import Section
picture = tg.Picture(tg.Workspace.open(workspace, year=year), language)
replace(tg.pages.header(picture), title="Natten", lead="En egen bok.")"""
TABLE = """\
rows = picture.estimates.query("indicator == 'unsafe_night' and group_by == 'sex'")
names = {"man": "Man", "woman": "Kvinna"}
tg.tables.estimates_table(rows, picture.words, id="natten", caption="Otrygga", labels=names)"""


def notebook(*cells: str, parameters: str = PARAMETERS, metadata: dict | None = None) -> nbformat.NotebookNode:
    tagged = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    made = [new_markdown_cell("Bara för mig."), tagged, *map(new_code_cell, cells)]
    return new_notebook(cells=made, metadata=KERNEL if metadata is None else metadata)


def town(folder: Path, named: str = 'notebooks: {natten: ["2017"]}\n', name: str = "natten") -> Path:
    path = folder / "granstad"
    (path / "notebooks").mkdir(parents=True)
    path.joinpath("workspace.yml").write_text(
        'name: Granstad\ncode: "0180"\nareas: [{id: a, name: A}]\nheadline: unsafe_night\nsources: {}\n'
        f'reports: {{"2016": [lagesbild], "2017": [lagesbild]}}\n{named}',
        encoding="utf-8",
    )
    nbformat.write(notebook(SHOWN), path / "notebooks" / f"{name}.ipynb")
    return path


def faults(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        plan.jobs([path])
    return [(fault.rule, fault.file) for fault in caught.value.faults]


def test_a_named_notebook_is_a_job_of_its_years_and_comes_last(tmp_path):
    path = town(tmp_path)
    jobs = plan.jobs([path])
    assert [(job.year, job.report, job.own) for job in jobs] == [
        ("2016", "lagesbild", False),
        ("2017", "lagesbild", False),
        ("2017", "natten", True),
    ]
    assert jobs[2].notebook == path.resolve() / "notebooks" / "natten.ipynb"
    assert [job.report for job in plan.jobs([path], reports=["natten"])] == ["natten"]


def test_a_notebook_that_nobody_named_is_not_built(tmp_path):
    assert not any(job.own for job in plan.jobs([town(tmp_path, named="")]))


@pytest.mark.parametrize("name", ["lagesbild", "halvar", "planera"])
def test_the_name_of_a_shipped_notebook_is_refused(tmp_path, name):
    assert ("W40-NOTEBOOK-NAME", "workspace.yml") in faults(town(tmp_path, f'notebooks: {{{name}: ["2017"]}}\n', name))


@pytest.mark.parametrize("name", ["../natten", "Natten", "a/b", "natten.ipynb", ""])
def test_a_name_that_is_no_plain_name_is_refused(tmp_path, name):
    assert faults(town(tmp_path, f'notebooks: {{"{name}": ["2017"]}}\n')) == [("W13-WRONG-VALUE", "workspace.yml")]


def test_a_device_a_year_without_reports_and_a_missing_file_are_told(tmp_path):
    assert faults(town(tmp_path / "a", 'notebooks: {con: ["2017"]}\n')) == [("W09-RESERVED-NAME", "workspace.yml")]
    assert faults(town(tmp_path / "b", 'notebooks: {natten: ["2018"]}\n')) == [("W41-NOTEBOOK-YEAR", "workspace.yml")]
    assert faults(town(tmp_path / "c", 'notebooks: {dagen: ["2017"]}\n')) == [("T01-NO-FILE", "notebooks/dagen.ipynb")]


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    path = town(tmp_path)
    file = path / "notebooks" / "natten.ipynb"
    file.rename(tmp_path / "natten.ipynb")
    file.symlink_to(tmp_path / "natten.ipynb")
    assert faults(path) == [("W42-NOTEBOOK-ELSEWHERE", "notebooks/natten.ipynb")]


@pytest.mark.parametrize(
    "parameters, missing",
    [("", "workspace, year, language"), (PARAMETERS.replace("year: str", "year: int"), "year"), ("year: str", None)],
)
def test_parameters_are_declared_as_in_the_shipped_ones(tmp_path, parameters, missing):
    path = town(tmp_path)
    nbformat.write(notebook(SHOWN, parameters=parameters), path / "notebooks" / "natten.ipynb")
    (fault,) = own_notebooks.faults(Workspace.open(path), "2017")
    assert (fault.rule, fault.row) == ("W44-NOTEBOOK-PARAMETERS", 0)
    assert fault.values["names"] == (missing or "workspace, year, language")
    assert len(fault.text(Words("sv")).splitlines()) == 1


def test_what_is_no_python_notebook_is_told(tmp_path):
    path = town(tmp_path)
    file = path / "notebooks" / "natten.ipynb"
    for content in ("{", json.dumps(notebook(metadata={})), "[]", json.dumps({"nbformat": 4, "cells": 1})):
        file.write_text(content, encoding="utf-8")
        assert [fault.rule for fault in own_notebooks.faults(Workspace.open(path), "2017")] == ["W43-NOT-A-NOTEBOOK"]


@pytest.fixture(scope="module")
def kristinehamn(tmp_path_factory) -> Path:
    """The example with two notebooks of its own: a sound one, and one that shows somebody's number."""
    path = Path(shutil.copytree(TOWN, tmp_path_factory.mktemp("own") / "kristinehamn"))
    (path / "notebooks").mkdir()
    loose = 'print("bara utskrift")\npicture.survey.answers'
    nbformat.write(notebook(SHOWN, TABLE, loose), path / "notebooks" / "natten.ipynb")
    named = SHOWN.replace("En egen bok.", "Ring 070-174 06 05.")
    nbformat.write(notebook(named), path / "notebooks" / "person.ipynb")
    with (path / "workspace.yml").open("a", encoding="utf-8") as file:
        file.write('notebooks: {natten: ["2017"], person: ["2017"]}\n')
    return path


def build(path: Path, out: Path) -> dict[str, run.Outcome]:
    with store.holding(out) as staging:
        outcomes = run.build(plan.jobs([path], reports=["natten", "person"]), out, staging)
        write(out, staging, Words("sv"))
    return {outcome.job.report: outcome for outcome in outcomes}


@pytest.mark.slow
def test_an_own_notebook_is_built_masked_listed_and_skipped_when_unchanged(kristinehamn, tmp_path):
    out = tmp_path / "out"
    first = build(kristinehamn, out)
    assert first["natten"].good and first["natten"].dropped == ("cell 5: stdout", "cell 5: text/html, text/plain")
    assert not first["person"].good and "070" not in first["person"].error  # told by place and kind, never by content
    year = out / "kristinehamn" / "2017"
    page = (year / "natten.html").read_text(encoding="utf-8")
    assert "Kvinna" in page and "bara utskrift" not in page and "Bara för mig" not in page
    assert {"natten.html", "tabeller-natten.csv", "tabeller-natten.xlsx"} <= {path.name for path in year.iterdir()}
    assert not (year / "person.html").exists()
    made = json.loads((year / "manifest.json").read_bytes())["reports"]["natten"]
    assert made["inputs"]["notebooks/natten.ipynb"] == sha256(kristinehamn / "notebooks" / "natten.ipynb")
    (entry,) = catalogue.entries(out)
    assert entry.called(Words("sv")) == "Natten"
    assert "Natten 2017" in (out / "index.html").read_text(encoding="utf-8")
    assert verify.verify(out).state == verify.COMPLETE
    assert build(kristinehamn, out)["natten"].unchanged
    file = kristinehamn / "notebooks" / "natten.ipynb"
    file.write_text(file.read_text(encoding="utf-8").replace("En egen bok.", "En annan mening."), encoding="utf-8")
    again = build(kristinehamn, out)["natten"]
    assert again.good and not again.unchanged
    assert "En annan mening." in (year / "natten.html").read_text(encoding="utf-8")
