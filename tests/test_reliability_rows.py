"""The forty faults a build must survive or name, and the test that holds each."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from ruamel.yaml import YAML

TESTS = Path(__file__).parent
FAULTS, READS = (
    "sources/test_bad_inputs.py::test_each_fault",
    "sources/test_bad_inputs.py::test_each_file_that_is_read_all_the_same",
)
WEIGHTS = "test_weights.py::"
ROWS = {
    "P01": ("byte order mark", READS),
    "P02": ("cp1252", READS),
    "P03": ("UTF-16", READS),
    "P04": ("decimal comma and point in one column", FAULTS),
    "P05": ("no-break space in a number", READS),
    "P06": ("another delimiter", FAULTS),
    "P07": ("a row with too few fields", FAULTS),
    "P08": ("a row with too many fields", FAULTS),
    "P09": ("an open quote", FAULTS),
    "P10": ("an empty file, a heading only", FAULTS),
    "P11": ("a column twice", FAULTS),
    "P12": ("a column misspelled", FAULTS),
    "P13": ("the same row twice", FAULTS),
    "P14": ("the same id, other answers", FAULTS),
    "P15": ("a code out of range", FAULTS),
    "P16": ("an impossible age", FAULTS),
    "P17": ("a municipality code without its zero", FAULTS),
    "P18": ("NA as an answer", READS),
    "P19": ("a day that does not exist", FAULTS),
    "P20": ("29 February of a leap year", READS),
    "P21": ("an hour that summer time skips", READS),
    "P22": ("an hour that comes twice", READS),
    "P23": ("exchanged coordinates", READS),
    "P24": ("degrees, RT 90, abroad", FAULTS),
    "P25": ("no place", READS),
    "P26": ("an end before the beginning", FAULTS),
    "P27": ("answers where nobody lives", FAULTS),
    "P28": ("nobody answered where people live", WEIGHTS + "test_a_category_without_respondents_is_named"),
    "P29": ("margins ten percent apart", WEIGHTS + "test_margins_that_differ_more_are_refused_with_both_totals"),
    "P30": ("margins that differ by noise", WEIGHTS + "test_margins_that_differ_a_little_are_scaled_and_told"),
    "P31": (
        "raking that cannot end",
        WEIGHTS + "test_impossible_margins_name_the_worst_and_the_conflict_and_leave_nothing",
    ),
    "P32": ("a stratum of one unit", "test_design.py::test_a_lonely_unit_is_an_error_that_names_its_stratum"),
    "P33": ("script in an answer", READS),
    "P34": ("a formula as an answer", READS),
    "P35": ("a personal number in an answer", READS),
    "P36": ("a name that leads out", "report/test_kernel.py::test_names_in_a_workspace_become_neither_paths_nor_code"),
    "P37": ("kill -9", "report/test_faults.py::test_a_dead_stop_at_every_operation"),
    "P38": ("one of many fails", "report/test_faults.py::test_one_that_fails_leaves_the_others_and_its_own_last_page"),
    "P39": ("a full disk", "report/test_faults.py::test_an_error_of_the_disk_at_every_operation"),
    "P40": ("two runs at once", "report/test_kernel.py::test_of_many_that_start_at_once_exactly_one_holds_the_folder"),
}  # fmt: skip


def functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


def test_there_are_forty():
    assert [f"P{number:02d}" for number in range(1, 41)] == list(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_each_is_held_by_a_test_that_is_there(row):
    file, _, name = ROWS[row][1].partition("::")
    assert name in functions(TESTS / file)
    if file.endswith("test_bad_inputs.py"):
        cases = YAML(typ="safe").load((TESTS / "bad_inputs/expected.yml").read_text("utf-8"))
        key = "faults" if ROWS[row][1] == FAULTS else "reads"
        own = [case for name, case in cases.items() if name.lower().startswith(f"{row.lower()}_")]
        assert any(key in case for case in own)
