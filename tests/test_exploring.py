"""One figure at a time: the same rows and masks as the pages, the same from the panel as from its code."""

import re
import shutil
from html import unescape
from pathlib import Path

import pytest

import trygghet as tg
from trygghet import estimates as est
from trygghet.disclosure import protect
from trygghet.exploring import Choice, ExploreError, areas, groupings, measures, rows_of
from trygghet.exploring_panel import Panel
from trygghet.frames import of_picture

from .example_data import TOWN

NIGHT = "unsafe_night"


def picture_of(year: int) -> tg.Picture:
    """The town with a release made quickly: the primary rules, and one group hidden for others' sake."""
    picture = tg.Picture(tg.Workspace.open(TOWN, year))
    names = {name: picture.available[name] for name in (NIGHT, "worry_assault")}
    table = est.survey_estimates(
        picture.design, picture.survey, names, picture.wave("citizens"), groups=picture.groupings
    )
    table = protect(table, picture.rules)
    veiled = (table["group"] == "man:45-64").to_numpy()
    table.loc[veiled, ["estimate", "se", "ci_low", "ci_high", "n_eff", "deff"]] = float("nan")
    table.loc[veiled, ["suppressed", "flags"]] = (True, "secondary")
    picture.__dict__["survey_release"] = of_picture(table, picture)
    return picture


@pytest.fixture(scope="module")
def pictures() -> dict[str, tg.Picture]:
    return {str(year): picture_of(year) for year in (2016, 2017)}


@pytest.fixture
def panel(pictures, monkeypatch) -> Panel:
    monkeypatch.setattr(Panel, "picture", property(lambda self: pictures[self.fields["year"].value]))
    return tg.panel(pictures["2017"].ws)


def test_the_rows_are_those_of_the_release(pictures):
    picture = pictures["2017"]
    rows = rows_of(picture, Choice(NIGHT, ("sex", "age_group")))
    released = est.pick(picture.survey_release, NIGHT, "sex:age_group").query("group != 'unknown'")
    shown = rows[rows["group_by"] == "sex:age_group"].reset_index(drop=True)
    for column in ("group", "n", "estimate", "ci_low", "ci_high", "suppressed"):
        assert shown[column].equals(released[column]), column
    assert rows["group_by"].iloc[0] == "total"


def test_what_is_hidden_is_nowhere_on_chart_table_or_title(pictures):
    picture = pictures["2017"]
    design = picture.with_indicators([NIGHT])
    true = tg.estimate.proportion(design, NIGHT, by=["sex", "age_group"]).set_index(["sex", "age_group"])["estimate"]
    secret = picture.words.percent(true["man", "45-64"])
    chart = tg.explore(picture, NIGHT, by="sex:age_group", group="man:45-64")
    row = next(row for row in chart.table.rows if row[0] == "Män 45–64 år")
    assert row[1:] == ("visas inte: annars kunde ett dolt tal räknas ut", "–", "–")
    assert "Män 45–64 år: visas inte" in chart.title and secret not in chart.title
    assert f"Män 45–64 år: {secret}" not in chart.alt


def test_only_what_is_released_can_be_asked_for(pictures):
    picture = pictures["2017"]
    assert ("sex", "age_group") in groupings(picture, NIGHT) and ("sex", "area") not in groupings(picture, NIGHT)
    for wrong in ({"by": ("sex", "area")}, {"by": "sex", "group": "cat"}, {"area": "atlantis"}):
        with pytest.raises(ExploreError, match=r"sex|man|centrum"):
            tg.explore(picture, NIGHT, **wrong)
    with pytest.raises(ExploreError, match=NIGHT):
        tg.explore(picture, "nosuch")


def test_where_sensitive_crimes_happen_is_not_told(pictures):
    picture = pictures["2017"]
    sensitive = [f"crime:{item.group}" for item in picture.offences if item.sensitive]
    offered = measures(picture)
    assert set(sensitive) & set(offered)
    assert all(areas(picture, name) == {} for name in sensitive if name in offered)
    assert "centrum" in areas(picture, "crime:bicycle_theft")


def test_the_panel_follows_women_of_an_age_through_the_years(panel, pictures):
    panel.fields["by"].value = ("sex",)
    panel.fields["crossed"].value = ("sex", "age_group")
    panel.fields["group"].value = "woman:65-85"
    before = panel.shown["chart"].value
    row = est.one(pictures["2017"].survey_release, NIGHT, "sex:age_group", "woman:65-85")
    words = pictures["2017"].words
    assert f"2017. Kvinnor 65–85 år: {words.percent(row['estimate'])}" in panel.shown["said"].value
    panel.fields["group"].value = "woman:16-24"
    assert "Kvinnor 16–24 år: visas inte: bara" in panel.shown["said"].value
    assert panel.shown["chart"].value != before and 'role="status"' in panel.shown["said"].value
    panel.fields["year"].value = "2016"
    assert panel.choice == Choice(NIGHT, ("sex", "age_group"), "", "woman:16-24")
    assert "2016. Kvinnor 16–24 år" in panel.shown["said"].value
    panel.fields["measure"].value = "crime:bicycle_theft"
    assert panel.choice == Choice("crime:bicycle_theft") and panel.fields["crossed"].disabled


def test_every_field_has_a_label_in_the_panels_language(panel, pictures):
    assert [field.description for field in panel.fields.values()] == [
        "År", "Mått", "Dela upp efter", "Korsa med", "Peka ut grupp", "Delområde",
    ]  # fmt: skip
    assert tg.panel(pictures["2017"].ws, "en").fields["measure"].description == "Measure"


def test_looking_writes_nothing(panel, pictures):
    ledger = TOWN / ".trygghet" / "released.json"
    before = ledger.read_bytes() if ledger.is_file() else None
    panel.fields["by"].value = ("sex",)
    panel.fields["area"].value = "centrum"
    assert (ledger.read_bytes() if ledger.is_file() else None) == before


def as_read(html: str) -> str:
    """What a person reads of it."""
    return unescape(re.sub("<[^>]+>", "", html))


@pytest.mark.slow
def test_the_copied_code_makes_the_same_chart_and_table(remembered_town, tmp_path, monkeypatch):
    town = Path(shutil.copytree(remembered_town, tmp_path / "town"))
    before = (town / ".trygghet" / "released.json").read_bytes()
    # what the workspace remembers is not searched for again: the panel would stand still for many seconds
    monkeypatch.setattr("trygghet.disclosure.protect_linked", lambda *_, **__: pytest.fail("masks are searched again"))
    panel = tg.panel(tg.Workspace.open(town, 2017))
    panel.fields["by"].value = ("sex",)
    panel.fields["crossed"].value = ("sex", "age_group")
    panel.fields["group"].value, panel.fields["area"].value = "woman:65-85", "centrum"
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *items: shown.extend(items))
    exec(panel.shown["code"].value, {})
    chart, table = shown
    assert chart.title in panel.shown["said"].value and chart.svg_wide in panel.shown["chart"].value
    rows = re.findall("<tr>(.*?)</tr>", panel.shown["table"].value)[1:]
    cells = [[as_read(cell) for cell in re.findall("<t[hd].*?>(.*?)</t[hd]>", row)] for row in rows]
    assert cells == [list(row) for row in table.rows] and len(cells) > 8
    assert (town / ".trygghet" / "released.json").read_bytes() == before
