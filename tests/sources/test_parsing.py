"""Swedish numbers, days and clock times."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trygghet.sources.parsing import (
    local_time_kind,
    parse_day,
    parse_moment,
    parse_moments,
    parse_number,
    parse_numbers,
    whole_number,
)

NBSP, NARROW, MINUS, HYPHEN = "\u00a0", "\u202f", "\u2212", "\u2011"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234,5", 1234.5),
        ("1 234,5", 1234.5),
        (f"1{NBSP}234,5", 1234.5),
        (f"12{NARROW}345{NARROW}678", 12345678),
        (f"{HYPHEN}928", -928),
        (f"{MINUS}0,5", -0.5),
        ("-7", -7),
        ("25,5 %", 0.255),
        (f"25,5{NBSP}%", 0.255),
        ("0.25", 0.25),
        ("  3 ", 3),
        ("0180", 180),
    ],
)
def test_numbers_as_swedish_tables_write_them(text, value):
    assert parse_number(text).value == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["1.234,5", "1,234.5", "12 34", "1 2345", "abc", "1e5", "--1", "", "1,", ",5", "nan", "١٢"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "mark"),
    [("-", "none"), ("–", "none"), (".", "not_available"), ("..", "not_available"), ("x", "suppressed")],
)
def test_marks_keep_their_reason(text, mark):
    number = parse_number(text)
    assert number.mark == mark
    assert number.value == 0 if mark == "none" else math.isnan(number.value)


@given(st.integers(-(10**9), 10**9), st.integers(0, 4), st.sampled_from([" ", NBSP, NARROW, ""]))
def test_what_is_written_in_swedish_is_read_back(whole, digits, space):
    number = whole / 10**digits
    text = f"{abs(number):,.{digits}f}".replace(",", space).replace(".", ",")
    text = MINUS + text if number < 0 else text
    assert parse_number(text).value == pytest.approx(number, abs=10**-digits / 2)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("20240131", date(2024, 1, 31)),
        ("31/1 2024", date(2024, 1, 31)),
        ("3/4-2024", date(2024, 4, 3)),
    ],
)
def test_days(text, day):
    assert parse_day(text) == day


@pytest.mark.parametrize("text", ["2023-02-29", "240229", "04/13/2024", "13.4.2024", "2024-13-01", "45350", ""])
def test_days_that_do_not_exist_or_could_be_two_days(text):
    with pytest.raises(ValueError):
        parse_day(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-29 24:00", datetime(2024, 3, 1)),
        ("2024-02-29T23:15:00", datetime(2024, 2, 29, 23, 15)),
        ("29/2 2024 23.15", datetime(2024, 2, 29, 23, 15)),
        ("2016-04-01", datetime(2016, 4, 1)),
    ],
)
def test_moments(text, moment):
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    "text", ["2024-02-29 24:01", "2024-02-29 25:00", "2024-02-29 12:60", "12:00", "2024-02-30 12:00"]
)
def test_moments_that_do_not_exist(text):
    with pytest.raises(ValueError):
        parse_moment(text)


def test_the_hours_that_summer_time_skips_and_repeats():
    # EU rule: last Sunday of March 02:00–03:00 does not exist, last Sunday of October comes twice
    assert local_time_kind(datetime(2024, 3, 31, 2, 30)) == "nonexistent"
    assert local_time_kind(datetime(2024, 10, 27, 2, 30)) == "repeated"
    assert local_time_kind(datetime(2024, 10, 27, 3, 0)) == "ordinary"
    assert local_time_kind(datetime(2024, 6, 1, 2, 30)) == "ordinary"


@pytest.mark.parametrize("text", ["-1", "1,5", "..", "tolv"])
def test_counts_are_whole_and_not_negative(text):
    with pytest.raises(ValueError):
        whole_number(text)


MOMENTS = st.one_of(
    st.from_regex(r"[012]\d{3}-[01]\d-[0123]\d( [012]\d:[0-6]\d)?", fullmatch=True),
    st.sampled_from(
        [
            "",
            "0000-01-01",
            "2016-02-29 24:00",
            "2015-02-29 12:00",
            "20160131",
            "31/1 2016 23.15",
            "2016-1-1",
            "2016-01-01 ",
        ]
    ),
)
NUMBERS = st.one_of(
    st.from_regex(r"-?\d{1,17}([.,]\d{1,8})?", fullmatch=True),
    st.sampled_from(["", "6 578 000", "1.234,5", "..", "-", "25 %", "1e5", "nan", "inf", "0x10", "007"]),
)


def _one_by_one(parse, texts):
    read = []
    for text in texts:
        try:
            read.append(parse(text) if text else None)
        except ValueError:
            read.append("refused")
    return read


@given(st.lists(MOMENTS, max_size=8))
def test_many_moments_are_read_as_each_is_alone(texts):
    values, wrong = parse_moments(texts)
    together = ["refused" if bad else value for value, bad in zip(values.tolist(), wrong, strict=True)]
    assert together == _one_by_one(parse_moment, texts)


@given(st.lists(NUMBERS, max_size=8))
def test_many_numbers_are_read_as_each_is_alone(texts):
    values, wrong = parse_numbers(texts)
    expected = _one_by_one(lambda text: parse_number(text).value, texts)
    assert [bool(bad) for bad in wrong] == [value == "refused" for value in expected]
    np.testing.assert_array_equal(values, [np.nan if v in (None, "refused") else v for v in expected])
