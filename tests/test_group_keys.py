"""Names with a colon: taken apart as they were put together, and protected as any other name."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trygghet import backgrounds, protection, releasing
from trygghet import estimates as est
from trygghet.goal_release import asked_of, goal_rows
from trygghet.group_keys import joined, joined_columns, parts, safe
from trygghet.groups import screen
from trygghet.pages.parts import group_label, group_labels
from trygghet.pages.safety import by_group

from .small_survey import CODEBOOK, picture_of, workspace
from .test_goal_release import CROSSED, PEOPLE

NAMES = {"woman": "Kön: kvinna", "man": r"Kön: man\annat"}
TEXT = st.text(alphabet="ab:\\.", max_size=6)


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_what_is_joined_is_taken_apart_again(categories):
    names = [f"v{at}" for at in range(len(categories))]
    assert list(parts(":".join(names), joined(categories)).values()) == categories
    columns = [pd.Series([category], dtype=object) for category in categories]
    assert joined_columns(columns).tolist() == [joined(categories)] and ":" not in safe(categories[0])


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """The same survey twice: with plain names of the sexes, and with names that hold colons and a backslash."""
    folder = tmp_path_factory.mktemp("names")
    plain, colons = workspace(folder / "plain", PEOPLE), workspace(folder / "colons", PEOPLE)
    book = CODEBOOK.replace('"1": man, "2": woman', f"\"1\": '{NAMES['man']}', \"2\": '{NAMES['woman']}'")
    (colons / "codebook.yml").write_text(book, encoding="utf-8")
    return picture_of(plain), picture_of(colons)


FIGURES = ["n", "estimate", "flags", "suppressed"]


def test_the_picture_is_protected_alike_whatever_its_groups_are_called(pictures):
    plain, colons = (item.survey_release for item in pictures)
    pd.testing.assert_frame_equal(plain[FIGURES], colons[FIGURES])
    assert colons["group"].tolist() == [NAMES.get(group, group) for group in plain["group"]]
    crossed = []
    for item in pictures:
        wave, by = item.wave("citizens"), [("sex", "area"), "sex"]
        table = est.survey_estimates(item.design, item.survey, item.available, wave, groups=by)
        crossed.append(protection.protected_survey(item, wave, table))
    pd.testing.assert_frame_equal(crossed[0][FIGURES], crossed[1][FIGURES])
    assert crossed[0]["suppressed"].any()
    assert r"Kön\. man\\annat:norr" in crossed[1]["group"].tolist()


def test_a_goal_over_such_a_group_is_protected_and_remembered_alike(pictures, tmp_path, monkeypatch):
    (tmp_path / releasing.LEFT).mkdir()
    monkeypatch.chdir(tmp_path)
    plain, colons = pictures
    renamed = [goal.model_copy(update={"where": {**goal.where, "sex": NAMES[goal.where["sex"]]}}) for goal in CROSSED]
    first, second = goal_rows(plain, CROSSED), goal_rows(colons, renamed)
    for old, new in zip(CROSSED, renamed, strict=True):
        pd.testing.assert_series_equal(first[asked_of(old)][FIGURES], second[asked_of(new)][FIGURES])
    left = [item["entry"] for item in releasing.taken(tmp_path) if item["entry"]]
    keys = {key for entry in left for key in entry["groups"]}
    assert {r"area=norr:sex=Kön\. kvinna", r"area=norr:sex=Kön\. man\\annat"} <= keys
    own = goal_rows(colons, [renamed[0].model_copy(update={"where": {"sex": NAMES["woman"]}})])
    assert [row["group"] for (_, where), row in own.items() if where == {("sex", NAMES["woman"])}] == [NAMES["woman"]]


def test_pages_name_such_groups_as_they_are_called(pictures):
    _, picture = pictures
    assert group_label(picture, "sex", NAMES["man"]) == NAMES["man"]
    assert group_label(picture, "sex:area", joined([NAMES["woman"], "norr"])) == f"{NAMES['woman']} Norr"
    assert group_labels(picture, picture.survey_estimates)["sex", NAMES["woman"]] == NAMES["woman"]
    assert backgrounds.categories(picture, ("sex", "area"))[0] == joined([NAMES["man"], "norr"])
    assert screen(picture)["group"].isin(NAMES.values()).any()
    drawn = by_group(picture)
    assert drawn is not None and NAMES["woman"] in str(drawn.table)
