"""What the table reader says it did, to the letter, and the edges of what it takes for header, note and empty row."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import openpyxl
import pyarrow as pa
import pytest

from trygghet.clean import Change
from trygghet.errors import Fault, InputError
from trygghet.sources import tables
from trygghet.sources.table import Table, decimal_change, mixed_decimals, parsed, without_dashes
from trygghet.sources.tables import find_header, read_table


def write(folder, text, name="a.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(folder, rows, name="a.xlsx", **sheets):
    book = openpyxl.Workbook()
    book.active.title = "Data"
    for row in rows:
        book.active.append(row)
    for title, (state, more) in sheets.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in more:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


def told_of(faults: Iterable[Fault]) -> list[tuple]:
    """All that a fault says; `Fault` itself compares without its values."""
    return [(f.file, f.row, f.column, f.rule, dict(f.values)) for f in faults]


def faults(call) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        call()
    return tuple(caught.value.faults)


def table_of(columns: dict[str, list[str]], *, header: int = 1) -> Table:
    n = len(next(iter(columns.values())))
    return Table("a.csv", pa.table(columns), header, np.arange(header + 1, header + 1 + n))


def test_the_log_of_a_plain_text_file(tmp_path):
    assert read_table(write(tmp_path, "a;b\n1;2\n")).log == (
        Change("a.csv", "", "encoding", 0, {"encoding": "ASCII"}),
        Change("a.csv", "", "delimiter", 0, {"delimiter": ";"}),
    )


def test_the_log_of_a_text_file_with_everything(tmp_path):
    text = 'Rubrik\n\na;b;;\n="01";2;;\n="02";3;;\n;;;\n4;;;'
    table = read_table(write(tmp_path, text))
    assert table.log[2:] == (
        Change("a.csv", "", "title_rows", 1),  # the blank line is none
        Change("a.csv", "", "excel_text", 2),
        Change("a.csv", "", "no_line_end"),
        Change("a.csv", "", "empty_columns", 2),
        Change("a.csv", "", "empty_rows", 1),
    )
    assert table.frame.to_numpy().tolist() == [["01", "2"], ["02", "3"], ["4", ""]]
    assert list(table.rows) == [4, 5, 7] and table.header_row == 3


def test_the_log_of_a_workbook_with_everything(tmp_path):
    rows = [["Titel"], [], ["kod", "namn", "antal"], ["a", "A", 1], ["b", "B", 2], [], ["Källa: x"], ["mer"]]
    path = workbook(tmp_path, rows, Dold=("hidden", [["x", "y"]]), Gömd=("hidden", [["x", "y"]]))
    table = read_table(path)
    assert table.log[0] == Change("a.xlsx", "", "sheet", 0, {"sheet": "Data"})
    assert Change("a.xlsx", "", "hidden_sheets", 2) in table.log
    assert table.log[-1] == Change("a.xlsx", "", "notes_below", 2)
    assert Change("a.xlsx", "", "title_rows", 2) in table.log
    assert {change.file for change in table.log} == {"a.xlsx"}
    assert table.frame["kod"].tolist() == ["a", "b"] and list(table.rows) == [4, 5]


def test_a_plain_workbook_tells_its_sheet_and_nothing_else(tmp_path):
    table = read_table(workbook(tmp_path, [["a", "b"], ["x", "y"]]))
    assert table.log == (Change("a.xlsx", "", "sheet", 0, {"sheet": "Data"}),)


def test_a_sheet_is_chosen_by_name(tmp_path):
    path = workbook(tmp_path, [["a", "b"], ["1", "2"]], Andra=("visible", [["c", "d"], ["3", "4"]]))
    assert read_table(path).columns == ["a", "b"]
    chosen = read_table(path, sheet="Andra")
    assert chosen.columns == ["c", "d"] and chosen.log[0].values == {"sheet": "Andra"}


def test_an_empty_sheet_that_was_asked_for_is_told(tmp_path):
    path = workbook(tmp_path, [["a", "b"], ["1", "2"]], Tom=("visible", []))
    assert told_of(faults(lambda: read_table(path, sheet="Tom"))) == [("a.xlsx", 0, "", "T02-EMPTY", {})]


def test_a_required_name_under_a_merged_heading_stands_alone(tmp_path):
    book = openpyxl.Workbook()
    for row in (["kod", "Antal", None], [None, "män", "kvinnor"], ["x", 1, 2]):
        book.active.append(row)
    book.active.merge_cells("B1:C1")
    book.save(tmp_path / "a.xlsx")
    assert read_table(tmp_path / "a.xlsx").columns == ["kod", "Antal män", "Antal kvinnor"]
    assert read_table(tmp_path / "a.xlsx", required=["kod", "män"]).columns == ["kod", "män", "Antal kvinnor"]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    assert read_table(workbook(tmp_path, [["\ufeffkod", "X\ufeff"], ["x", "1"]])).columns == ["kod", "X\ufeff"]


def test_faults_name_file_row_and_column(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("a.csv", "a.xlsx"):
        path = tmp_path / "sub" / name
        if name == "a.csv":
            path.write_text("titel\n\na;b;A\n1;2;3\n", encoding="utf-8")
        else:
            workbook(tmp_path / "sub", [["titel"], [], ["a", "b", "A"], ["1", "2", "3"]])
        (fault,) = faults(lambda path=path: read_table(path, root=tmp_path))
        assert (fault.file, fault.row, fault.column) == (f"sub/{name}", 3, "A")
        assert (fault.rule, fault.values) == ("T06-DUPLICATE-COLUMN", {"first": 1, "second": 3})


def test_every_duplicate_is_told_with_the_first_place_of_its_name(tmp_path):
    told = faults(lambda: read_table(write(tmp_path, "a;b;a;b;a\n1;2;3;4;5\n")))
    assert [f.values for f in told] == [
        {"first": 1, "second": 3},
        {"first": 2, "second": 4},
        {"first": 1, "second": 5},
    ]
    beyond = faults(lambda: read_table(write(tmp_path, "a;;b;b\n1;;2;3\n")))
    assert [f.values for f in beyond] == [{"first": 3, "second": 4}]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_columns_without_a_name_are_told_with_their_first_filled_row(tmp_path, name):
    rows = [["a", "", "c", "", "e"], ["1", "", "3", "x", "5"], ["1", "9", "3", "", "5"]]
    if name == "a.csv":
        path = write(tmp_path, "\n".join(";".join(row) for row in rows) + "\n")
    else:
        path = workbook(tmp_path, [[cell or None for cell in row] for row in rows])
    told = faults(lambda: read_table(path))
    assert [(f.file, f.row, f.column, f.rule, f.values) for f in told] == [
        (name, 3, "", "T24-UNNAMED-COLUMN", {"position": 2}),
        (name, 2, "", "T24-UNNAMED-COLUMN", {"position": 4}),
    ]


def test_a_blank_column_in_the_middle_goes_and_the_others_keep_their_cells(tmp_path):
    table = read_table(write(tmp_path, "a;;c\n1; ;3\n4;;6\n"))
    assert table.frame.to_numpy().tolist() == [["1", "3"], ["4", "6"]]
    assert table.log[-1] == Change("a.csv", "", "empty_columns", 1)


def test_a_file_without_anything(tmp_path):
    assert faults(lambda: read_table(workbook(tmp_path, []))) == (Fault("a.xlsx", 0, "", "T02-EMPTY"),)
    assert faults(lambda: read_table(write(tmp_path, "\n \n"))) == (Fault("a.csv", 0, "", "T02-EMPTY"),)
    assert faults(lambda: read_table(tmp_path / "b.csv", root=tmp_path)) == (Fault("b.csv", 0, "", "T01-NO-FILE"),)


def test_separators_alone_are_no_columns(tmp_path):
    assert read_table(write(tmp_path, ";;\n;;\n")).columns == []


def test_an_unknown_format_is_told_with_all_that_are_known(tmp_path):
    (fault,) = faults(lambda: read_table(write(tmp_path, "x", "a.docx")))
    assert (fault.file, fault.row, fault.column, fault.rule) == ("a.docx", 0, "", "T21-UNKNOWN-FORMAT")
    assert fault.values["known"] == ".csv, .txt, .tsv, .skv, .xlsx, .xlsm, .ods, .sav, .json, .px"


@pytest.mark.parametrize("name", ["a.CSV", "a.txt", "a.tsv", "a.skv"])
def test_every_ending_of_a_text_file_is_read(tmp_path, name):
    assert read_table(write(tmp_path, "a;b\n1;2\n", name)).columns == ["a", "b"]


def test_wrong_widths_tell_what_was_found_and_expected(tmp_path):
    told = faults(lambda: read_table(write(tmp_path, "a;b;c\n1;2;3\n4;5\n6;7;8;9\n")))
    assert [(f.file, f.row, f.column, f.rule, f.values) for f in told] == [
        ("a.csv", 3, "", "T07-FEW-FIELDS", {"found": 2, "expected": 3}),
        ("a.csv", 4, "", "T08-MANY-FIELDS", {"found": 4, "expected": 3}),
    ]


def test_two_columns_of_which_some_rows_have_one_are_few_fields_and_not_one_column(tmp_path):
    told = faults(lambda: read_table(write(tmp_path, "a;b\n1;2\n3\n")))
    assert [(f.row, f.rule) for f in told] == [(3, "T07-FEW-FIELDS")]


def test_rows_of_one_field_each_under_a_wider_header_are_one_column(tmp_path):
    assert faults(lambda: read_table(write(tmp_path, "titel\na;b;c\n1\n2\n"))) == (
        Fault("a.csv", 2, "", "T05-ONE-COLUMN"),
    )


def test_required_columns_find_the_header_and_absent_ones_are_told_there(tmp_path):
    path = write(tmp_path, "en;två\nx;y\nlopnr;kon\n1;2\n")
    assert read_table(path, required=["lopnr"]).header_row == 3
    assert read_table(path, header_like=["kon", "alder"]).header_row == 3
    fault, unused = faults(lambda: read_table(path, required=["lopnr", "vikt"]))
    assert (fault.file, fault.row, fault.column, fault.rule) == ("a.csv", 3, "vikt", "T12-MISSING-COLUMN")
    assert unused == Fault("a.csv", 3, "", "T29-UNUSED-COLUMNS", {"columns": "kon"})
    book = workbook(tmp_path, [["en", "två"], ["x", "y"], ["lopnr", "kon"], ["1", "2"]])
    assert read_table(book, required=["kon"]).header_row == 3


def test_one_column_is_a_table_when_one_is_required(tmp_path):
    path = write(tmp_path, "lopnr\n1\n2\n")
    assert read_table(path, required=["lopnr"]).frame["lopnr"].tolist() == ["1", "2"]
    (fault,) = faults(lambda: read_table(path, required=["kon"]))
    assert fault.rule == "T12-MISSING-COLUMN"
    two = faults(lambda: read_table(write(tmp_path, "titel\nlopnr,kon\n1\n", "b.csv"), required=["lopnr", "kon"]))
    assert two[0].rule in ("T05-ONE-COLUMN", "T07-FEW-FIELDS")


@pytest.mark.parametrize(
    ("rows", "names", "header"),
    [
        ([["t"], ["a", "b"], ["1", "2"]], [], 1),
        ([["a", "b"], ["1", "2"]], [], 0),
        ([["a", "b", "c"], ["1", "2", "3", "4", "5"]], [], 0),  # three of five is six tenths
        ([["a", "b"], ["1", "2", "3", "4"]], [], 1),
        ([["t"], ["x"]], [], 0),
        ([], [], 0),
        ([], ["a"], 0),
        ([["x", "y"], ["a", "q"], ["a", "b"]], ["a", "b"], 2),
        ([["x", "y"], ["A ", "B"], ["a", "b"]], ["a", "b"], 1),
        ([["t"], ["x", "y"], ["1", "2"]], ["a"], 1),
        ([["t", " "], ["x", "y"]], [], 1),
    ],
)
def test_which_row_is_the_header(rows, names, header):
    assert find_header(rows, names) == header


def test_the_header_is_looked_for_among_thirty_rows(tmp_path):
    for titles, found in ((29, 30), (30, 1)):
        text = "\n".join(["x;y"] * titles) + "\nlopnr;kon\n1;2\n"
        path = write(tmp_path, text, f"{titles}.csv")
        if found == 30:
            assert read_table(path, required=["lopnr", "kon"]).header_row == 30
        else:
            assert {f.row for f in faults(lambda path=path: read_table(path, required=["lopnr", "kon"]))} == {1}


def test_empty_rows_go_wherever_they_stand(tmp_path):
    table = read_table(write(tmp_path, "a;b\n1;2\n;\n ; \n;3\n4;\n;\n"))
    assert table.frame.to_numpy().tolist() == [["1", "2"], ["", "3"], ["4", ""]]
    assert list(table.rows) == [2, 5, 6] and table.log[-1] == Change("a.csv", "", "empty_rows", 3)
    assert len(read_table(write(tmp_path, "a;b\n;\n;\n", "b.csv"))) == 0
    kept = read_table(write(tmp_path, "a;b\n;2\n3;4\n", "c.csv"))
    assert len(kept) == 2 and [c.rule for c in kept.log] == ["encoding", "delimiter"]


def noted(tmp_path, *below, rows=3, width=3):
    data = [[f"k{i}", f"n{i}", str(i)][:width] for i in range(rows)]
    return read_table(workbook(tmp_path, [["kod", "namn", "antal"][:width], *data, *below]))


def test_an_id_alone_in_the_last_row_is_data(tmp_path):
    table = noted(tmp_path, ["k9"])
    assert table.frame["kod"].tolist() == ["k0", "k1", "k2", "k9"]


@pytest.mark.parametrize("mark", ["1) not", "*", " * not", "\u00b9 not", "\u00b2", "\u00b3 x"])
def test_a_marked_row_is_a_note_and_so_is_what_follows(tmp_path, mark):
    table = noted(tmp_path, [mark], ["fortsättning"])
    assert table.frame["kod"].tolist() == ["k0", "k1", "k2"]
    assert table.log[-1] == Change("a.xlsx", "", "notes_below", 2)


def test_an_id_before_a_mark_or_a_gap_is_data_still(tmp_path):
    assert noted(tmp_path, ["k9"], ["* not"]).frame["kod"].tolist()[3:] == ["k9"]
    assert noted(tmp_path, ["k9"], [], ["Källa"]).frame["kod"].tolist()[3:] == ["k9"]
    assert noted(tmp_path, ["k8"], ["k9"], [], ["Källa"], ["x"]).frame["kod"].tolist()[3:] == ["k8", "k9"]


def test_a_gap_above_full_rows_starts_no_note(tmp_path):
    table = noted(tmp_path, [], ["k8", "n8", "8"], ["k9"])
    assert table.frame["kod"].tolist() == ["k0", "k1", "k2", "k8", "k9"]


def test_a_single_full_row_has_its_notes_below_too(tmp_path):
    assert noted(tmp_path, [], ["Källa"], rows=1).frame["kod"].tolist() == ["k0"]


def test_a_row_of_two_cells_is_data_even_with_a_mark(tmp_path):
    assert noted(tmp_path, ["* x", "y"]).frame["kod"].tolist()[-1] == "* x"


def test_two_columns_have_no_notes(tmp_path):
    assert noted(tmp_path, ["* not"], width=2).frame["kod"].tolist()[-1] == "* not"


def test_notes_are_found_under_a_long_table_and_not_above_its_last_200_rows(tmp_path):
    assert len(noted(tmp_path, ["* not"], rows=350)) == 350
    assert len(noted(tmp_path, *[["* not"]] * 150, rows=100)) == 100
    lone = noted(tmp_path, *[["* not"]] * tables.TAIL_ROWS, rows=5)
    assert len(lone) == 5 + tables.TAIL_ROWS  # nothing but single cells: no telling, all kept


def test_a_table_of_single_cells_keeps_them(tmp_path):
    table = read_table(workbook(tmp_path, [["kod", "namn", "antal"], ["* x"], ["y"]]))
    assert len(table) == 2


def test_a_table_without_rows(tmp_path):
    table = read_table(workbook(tmp_path, [["kod", "namn", "antal"]]))
    assert len(table) == 0 and table.columns == ["kod", "namn", "antal"]
    assert (table.header_row, table.first_data_row) == (1, 2)
    text = read_table(write(tmp_path, "Titel\n\na;b\n"))
    assert len(text) == 0 and text.first_data_row == 4


def test_names_are_found_however_they_are_written():
    table = table_of({"Ko\u0308n": [" m ", "kvinna"], "ÅLDER_år": ["1", "2"]})
    assert table.find(" kön") == "Ko\u0308n" and table.find("ålder  ÅR") == "ÅLDER_år" and table.find("x") is None
    assert table.texts("KÖN") == ["m", "kvinna"] == table.series("kön").tolist()
    assert table.texts("KÖN") is not None and list(table._levels) == ["Ko\u0308n"]


def test_levels_are_codes_into_tidy_texts_and_kept():
    table = table_of({"a": ["x", " x", "y", "o\u0308", "x"], "b": list("12345")})
    levels = table.levels("A")
    assert [levels.values[code] for code in levels.codes] == ["x", "x", "y", "ö", "x"]
    assert table.levels("a") is levels
    (fault,) = faults(lambda: table.levels("bb"))
    assert told_of([fault]) == [("a.csv", 1, "bb", "T12-MISSING-COLUMN-NEAR", {"near": "b"})]
    (fault,) = faults(lambda: table.levels("helt annat"))
    assert told_of([fault]) == [("a.csv", 1, "helt annat", "T12-MISSING-COLUMN", {"near": ""})]


def test_levels_worked_out_side_by_side_are_the_same():
    table = table_of({"a": ["x", "y", "x"], "b": ["1", "1", "2"], "c": ["", "", ""]})
    kept = table.levels("a")
    table.encode(["A", "b", "saknas"])
    assert sorted(table._levels) == ["a", "b"] and table.levels("a") is kept
    ready = table.levels("b")
    assert ready.values == ("1", "2") and list(ready.codes) == [0, 0, 1]
    empty = Table("a.csv", pa.table({"a": pa.array([], pa.string())}), 1, np.array([], dtype=int))
    assert empty.levels("a").values == () and len(empty.levels("a").codes) == 0


def test_rows_chosen_by_a_mask_keep_their_place_in_the_file():
    table = table_of({"a": ["x", "y", "z"]}, header=4)
    table.levels("a")
    chosen = table.only(np.array([True, False, True]))
    assert chosen.texts("a") == ["x", "z"] and list(chosen.rows) == [5, 7]
    assert (table.row(2), table.first_data_row, len(table)) == (7, 5, 3)
    assert told_of(table.faults("a", [0, 2], "T00", found=1)) == [
        ("a.csv", 5, "a", "T00", {"found": 1}),
        ("a.csv", 7, "a", "T00", {"found": 1}),
    ]


def test_every_text_is_parsed_once_and_faults_stand_at_every_row():
    table = table_of({"a": ["1", "x", "", "1", "x"]})
    asked = []

    def number(text: str) -> int:
        asked.append(text)
        return int(text)

    values, told = parsed(table, "a", number, "T99", blank=-1)
    assert values == [1, None, -1, 1, None] and asked == ["1", "x"]
    assert told == [Fault("a.csv", 3, "a", "T99"), Fault("a.csv", 6, "a", "T99")]
    assert parsed(table_of({"a": ["", "2"]}), "a", int, "T99") == ([None, 2], [])


def test_decimal_signs_and_their_mixture():
    mixed = table_of({"a": ["1", "2,5", "3.5", "4,5"]})
    expected = [("a.csv", 4, "a", "T13-MIXED-DECIMALS", {"comma": 3, "point": 4})]
    assert told_of(mixed_decimals(mixed, "a")) == expected
    other = table_of({"a": ["2.5", "1", "3,5"]})
    expected = [("a.csv", 4, "a", "T13-MIXED-DECIMALS", {"comma": 4, "point": 2})]
    assert told_of(mixed_decimals(other, "a")) == expected
    assert decimal_change(mixed, "a") == [
        Change("a.csv", "a", "decimal", 0, {"sign": ","}),
        Change("a.csv", "a", "decimal", 0, {"sign": "."}),
    ]
    plain = table_of({"a": ["1", "1.2.3", "1,000,000", "x", "1,2,3.4", "Å"]})
    assert not mixed_decimals(plain, "a") and not decimal_change(plain, "a")
    assert not mixed_decimals(table_of({"a": ["1,5", "2,5"]}), "a")


def test_a_dash_alone_is_nothing_and_is_counted(tmp_path):
    path = write(tmp_path, "namn;antal\n-;1\na-b; \u2013 \n\u2014;--\n")
    before = read_table(path)
    after = without_dashes(before)
    assert after.frame.to_numpy().tolist() == [["", "1"], ["a-b", ""], ["", "--"]]
    assert before.frame["namn"].tolist() == ["-", "a-b", "\u2014"]
    assert after.log[:-1] == before.log and after.log[-1] == Change("a.csv", "", "dashes", 3)
    assert sorted(after.levels("namn").values) == ["", "a-b"]


def test_a_table_without_dashes_stays_as_it_is(tmp_path):
    same = read_table(write(tmp_path, "namn;antal\na-b;1\n-1;\n"))
    assert without_dashes(same) is same


@pytest.mark.parametrize(
    ("ids", "order"),
    [
        (["b2", "a10", "a2"], [2, 0, 1]),
        (["2", "1"], [1, 0]),
        ([" b ", "a"], [1, 0]),
        (["a2", "b2", "a10"], None),
        (["1", "1", "2"], None),
        (["7"], None),
    ],
)
def test_rows_are_ordered_by_id_the_shorter_first_however_they_lay(ids, order):
    table = table_of({"id": ids, "x": [str(i) for i in range(len(ids))]})
    found = table.order("ID")
    assert (found if order is None else found.tolist()) == order
    if order is not None:
        assert table.taken(found).texts("x") == [str(i) for i in order]
        assert [table.taken(found).row(at) for at in range(len(ids))] == [2 + i for i in order]


def test_columns_that_nobody_asked_for_are_named_one_by_one(tmp_path):
    path = write(tmp_path, "id;kon;bor\n1;2;3\n")
    *_, unused = faults(lambda: read_table(path, required=["id", "trygg"]))
    assert unused.values == {"columns": "kon, bor"}
