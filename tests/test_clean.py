"""Codes to categories, bands and crosswalks."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from trygghet.clean import Change, Levels, band_labels, crosswalk, into_bands, key, log_frame, recode
from trygghet.messages import Words


@given(st.lists(st.sampled_from(["1", "2", "8", "9", "", "7", " 1 "])))
def test_every_row_gets_a_value_a_kind_of_missing_or_is_reported(texts):
    found = recode(Levels.of(texts), values={"1": "a", "2": "b"}, missing={"8": "dont_know", "9": "refused"})
    unknown = set(found.unknown)
    for at, text in enumerate(texts):
        expected = {"1": "a", "2": "b"}.get(text.strip())
        if text == "7":
            assert at in unknown
        elif expected:
            assert found.values[at] == expected and found.missing[at] == ""
        else:
            kind = {"8": "dont_know", "9": "refused", "": "no_answer"}[text]
            assert pd.isna(found.values[at]) and found.missing[at] == kind
            assert at not in unknown


def test_bands_are_inclusive_at_both_ends():
    bands = [(16, 24), (25, 44), (85, 120)]
    ages = pd.Series([15, 16, 24, 25, 44, 45, 85, None], dtype="Int64")
    found = into_bands(ages, bands)
    assert [None if pd.isna(x) else x for x in found] == [
        None,
        "16-24",
        "16-24",
        "25-44",
        "25-44",
        None,
        "85+",
        None,
    ]
    assert band_labels(bands) == ["16-24", "25-44", "85+"]


def test_crosswalk_reports_what_it_does_not_know():
    areas, lost = crosswalk(Levels.of(["Öster", "ÖSTER ", "O\u0308ster", "norr", ""]), {"öster": "o", "väster": "v"})
    assert [None if pd.isna(x) else x for x in areas] == ["o", "o", "o", None, None]
    assert lost.tolist() == [3]
    assert list(areas.categories) == ["o", "v"]


def test_names_are_compared_without_case_spacing_and_composition():
    assert key(" Fo\u0308rvaltning_namn ") == key("förvaltning  Namn")


def test_the_log_says_what_was_done_in_the_readers_language():
    changes = [Change("a.csv", "x", "late", 2), Change("a.csv", "", "delimiter", 0, {"delimiter": ";"})]
    swedish, english = log_frame(changes, Words("sv")), log_frame(changes, Words("en"))
    assert list(swedish.columns) == ["file", "column", "rule", "what", "n"]
    assert swedish["what"].tolist() == ["2 svar kom efter sista dagen", "skiljetecken: ;"]
    assert english["what"].iat[0] == "2 answers came after the last day"
