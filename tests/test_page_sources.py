"""A workspace with one source: what the page says then, and which headings it leaves out."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from ruamel.yaml import YAML

import trygghet as tg
from trygghet.blocks import Findings, Links, Note
from trygghet.pages.quality import _base_weights
from trygghet.workspace import Design

from .example_data import TOWN

SECTIONS = (tg.pages.in_figures, tg.pages.safety, tg.pages.problems, tg.pages.crime, tg.pages.staff, tg.pages.together)


def with_only(folder: Path, *sources: str) -> tg.Picture:
    """A picture of the example with some of its sources alone."""
    shutil.copytree(TOWN, folder, ignore=shutil.ignore_patterns("prioriteringar.yml", "README.md"))
    yaml = YAML()
    path = folder / "workspace.yml"
    settings = yaml.load(path.read_text(encoding="utf-8"))
    settings["sources"] = {name: settings["sources"][name] for name in sources}
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(settings, file)
    return tg.Picture(tg.Workspace.open(folder, year="2017"))


@pytest.fixture(scope="module")
def crime(tmp_path_factory):
    return with_only(tmp_path_factory.mktemp("crime") / "brott", "incidents")


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    return with_only(tmp_path_factory.mktemp("survey") / "enkat", "citizens", "population")


def headings(picture):
    return [blocks[0].id for blocks in (make(picture) for make in SECTIONS) if blocks]


def test_crime_alone_is_found_first_and_nothing_is_said_of_safety(crime):
    blocks = tg.pages.summary(crime)
    (finding,) = next(block for block in blocks if isinstance(block, Findings)).items
    counted = crime.incident_changes["now"].sum()
    assert finding.title.startswith("Narkotikabrott har ökat") and "ingen enkät" in finding.text
    assert finding.text.replace("\u00a0", "").startswith(f"{counted} anmälda brott")
    assert headings(crime) == ["brott"]
    assert "otrygg" not in tg.pages.where(crime)[0].title


def test_a_survey_alone_gives_no_heading_without_anything_under_it(survey):
    assert headings(survey) == ["kommunen", "trygghet", "problem"]
    # Similar municipalities are named in the settings, but there is nothing to compare with.
    assert survey.ws.settings.comparison.group and "iknande" not in tg.pages.in_figures(survey)[0].lead
    note = tg.pages.summary(survey)[-1]
    assert isinstance(note, Note) and "anmälda brott" in " ".join(note.items)


def test_the_page_ends_with_all_its_tables(crime):
    head, links = tg.pages.downloads(crime)
    assert isinstance(links, Links) and head.id == "tabeller"
    assert [item.href for item in links.items] == ["tabeller.xlsx", "tabeller.csv"]


@pytest.mark.parametrize(
    ("design", "said"),
    [(Design(strata="area"), "strata"), (Design(weight="w", strata="area"), "own"), (Design(), "equal")],
)
def test_the_page_says_which_weights_the_answers_had_before(design, said):
    wave = SimpleNamespace(source=SimpleNamespace(design=design))
    assert _base_weights(SimpleNamespace(wave=lambda name: wave)) == said
