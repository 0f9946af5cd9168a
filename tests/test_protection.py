"""A picture's figures are protected together, and a build remembers what it released."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import trygghet as tg
from trygghet import estimates as est
from trygghet import protection, releasing
from trygghet.disclosure import read_ledger
from trygghet.question_release import categories

from .example_data import TOWN

CHOSEN = ("unsafe_night", "problem_p01", "problem_p35")


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("town") / "kristinehamn"
    shutil.copytree(TOWN, folder)
    return folder


def picture_of(folder: Path, year: int = 2017) -> tg.Picture:
    return tg.Picture(tg.Workspace.open(folder, year=year))


def counts(picture: tg.Picture, indicator: str, by: list[str]) -> pd.DataFrame:
    """Unweighted yes and base of every group, counted here."""
    answers = picture.survey.answers
    yes = tg.indicators.apply(picture.available[indicator], picture.survey)
    keys = [answers[name].astype(str) for name in by]
    return yes.dropna().groupby([k.reindex(yes.dropna().index) for k in keys]).agg(["sum", "count"])


def protected(picture: tg.Picture) -> pd.DataFrame:
    """A few indicators by area and sex, protected as the picture protects all."""
    wave = picture.wave("citizens")
    chosen = {name: picture.available[name] for name in CHOSEN}
    table = est.survey_estimates(picture.design, picture.survey, chosen, wave, groups=["sex", "area"])
    return protection.protected_survey(picture, wave, table)


def test_no_shown_share_rests_on_a_small_count(town):
    picture = picture_of(town)
    table = protected(picture)
    for indicator in CHOSEN:
        found = counts(picture, indicator, ["area"])
        rows = est.pick(table, indicator, "area").set_index("group")
        for area, row in found.iterrows():
            small = any(0 < k < 5 for k in (row["sum"], row["count"] - row["sum"]))
            assert not (small and not rows.loc[area, "suppressed"]), (indicator, area)
    assert table["flags"].str.contains("small_count").any()


def test_a_build_leaves_what_it_releases_and_the_next_one_uses_it(town, tmp_path, monkeypatch):
    (tmp_path / releasing.LEFT).mkdir()
    monkeypatch.chdir(tmp_path)
    first = protected(picture_of(town, 2016))
    assert len(list((tmp_path / releasing.LEFT).glob("*.json"))) == 1
    releasing.remember(town, releasing.taken(tmp_path))
    assert len(read_ledger(town).waves) == 1

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the mask was worked out anew")

    monkeypatch.setattr("trygghet.disclosure.protect_linked", fail)
    pd.testing.assert_frame_equal(protected(picture_of(town, 2016)), first)


def test_outside_a_build_nothing_is_remembered(tmp_path, town, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "kristinehamn"
    shutil.copytree(town, folder, ignore=shutil.ignore_patterns(".trygghet"))
    assert len(protected(picture_of(folder)))
    assert not (folder / ".trygghet").exists()


def test_a_small_category_is_hidden(town):
    picture = picture_of(town)
    wave = picture.wave("citizens")
    raw = est.category_shares(picture.design, "unsafe_time", wave)
    shown = categories(picture, picture.survey.answers["unsafe_time"], raw)
    number = picture.survey.answers["unsafe_time"].value_counts()
    for row in shown.to_dict("records"):
        assert row["suppressed"] or number[row["group"]] >= 5
