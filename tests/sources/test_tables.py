"""The strict table reader: nothing is lost, merged or shifted without a fault that names the row."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest

from trygghet.errors import InputError
from trygghet.sources.tables import read_table

ROWS = "lopnr;kommun;kön\n1;0180;Å\n2;1781;ö\n"


def faults(call) -> list[tuple[int, str, str]]:
    with pytest.raises(InputError) as caught:
        call()
    return [(fault.row, fault.column, fault.rule) for fault in caught.value.faults]


def write(folder, content, name="a.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_same_table_in_every_dress(tmp_path, encoding, delimiter, line_end):
    text = ROWS.replace(";", delimiter).replace("\n", line_end)
    table = read_table(write(tmp_path, text.encode(encoding)))
    assert table.columns == ["lopnr", "kommun", "kön"]
    assert table.frame.to_numpy().tolist() == [["1", "0180", "Å"], ["2", "1781", "ö"]]
    assert list(table.rows) == [2, 3]
    stated = {change.rule: change.values for change in table.log}
    assert set(stated) >= {"encoding", "delimiter"}


def test_texts_that_other_readers_take_for_missing_are_kept(tmp_path):
    table = read_table(write(tmp_path, "a;b\nNA;None\nnull;nan\n"))
    assert table.frame.to_numpy().tolist() == [["NA", "None"], ["null", "nan"]]


def test_quoted_cells_keep_delimiters_quotes_and_line_breaks_and_rows_keep_their_number(tmp_path):
    table = read_table(write(tmp_path, 'a;b\n1;"x;""y"""\n2;"rad ett\nrad två"\n3;slut\n'))
    assert table.frame["b"].tolist() == ['x;"y"', "rad ett\nrad två", "slut"]
    assert list(table.rows) == [2, 3, 5]


def test_excel_text_guard_is_taken_off(tmp_path):
    table = read_table(write(tmp_path, 'kommun;namn\n="0171";A\n'))
    assert table.frame["kommun"].tolist() == ["0171"]
    assert any(change.rule == "excel_text" and change.n == 1 for change in table.log)


def test_title_rows_and_empty_columns_and_rows(tmp_path):
    table = read_table(write(tmp_path, "Folkmängd 2019\n\ndelomrade;kon;antal;;\na;m;1;;\n;;;;\n"))
    assert table.columns == ["delomrade", "kon", "antal"]
    assert (table.header_row, list(table.rows)) == (3, [4])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a;b;c\n1;2;3\n4;5\n6;7;8;9\n", [(3, "", "T07-FEW-FIELDS"), (4, "", "T08-MANY-FIELDS")]),
        ("a;b;c\n1;2;3;4\n5;6;7\n", [(2, "", "T08-MANY-FIELDS")]),
        ('a;b\n1;x\n2;"öppen\n3;y\n', [(3, "", "T09-OPEN-QUOTE")]),
        ('a;b;c\n1;"x;2\n3;"y";4\n', [(2, "", "T09-OPEN-QUOTE")]),
        ('a;b;c\n1;"x;2\n3;y";4\n', [(2, "", "T09-OPEN-QUOTE")]),
        ('a;b\n1;12" rör\n', [(2, "", "T10-STRAY-QUOTE")]),
        ("a;b;a\n1;2;3\n", [(1, "a", "T06-DUPLICATE-COLUMN")]),
        ("a;b;A \n1;2;3\n", [(1, "A", "T06-DUPLICATE-COLUMN")]),
        ("a;;c\n1;2;3\n", [(2, "", "T24-UNNAMED-COLUMN")]),
        ("", [(0, "", "T02-EMPTY")]),
        (" \n\n", [(0, "", "T02-EMPTY")]),
        ("namn;ort\nMalmÃ¶;x\n", [(2, "", "T04-BROKEN-LETTERS")]),
        ("a;b\n1;x\ufffdy\n", [(2, "", "T04-BROKEN-LETTERS")]),
        (b"a;b\n1;\x00\n", [(2, "", "T11-CONTROL-CHARACTER")]),
        ("a;b\n1;å\n".encode("cp1252") + "2;ö\n".encode(), [(3, "", "T03-MIXED-ENCODINGS")]),
        ("a;b\n1;två\n".encode("cp850"), [(2, "", "T03-ENCODING")]),
        (b"a;b\n1;\x81\n", [(2, "", "T03-ENCODING")]),
        ("a;b\n1;x\r2;y\n", [(2, "", "T11-CONTROL-CHARACTER")]),
        ("a;b;c\n1,2,3\n4,5,6\n", [(1, "", "T05-ONE-COLUMN")]),
    ],
)
def test_faults_of_delimited_files(tmp_path, content, expected):
    assert faults(lambda: read_table(write(tmp_path, content))) == expected


def test_missing_column_names_the_nearest(tmp_path):
    path = write(tmp_path, "lopnr;kn\n1;2\n")
    with pytest.raises(InputError) as caught:
        read_table(path, required=["lopnr", "kon", "fodelsear"])
    first, second, rest = caught.value.faults
    assert (first.column, first.rule, first.values["near"]) == ("kon", "T12-MISSING-COLUMN-NEAR", "kn")
    assert (second.column, second.rule) == ("fodelsear", "T12-MISSING-COLUMN")
    assert (rest.rule, rest.values) == ("T29-UNUSED-COLUMNS", {"columns": "kn"})


def test_one_column_where_several_are_needed(tmp_path):
    path = write(tmp_path, "lopnr-kon\n1-2\n")
    assert faults(lambda: read_table(path, required=["lopnr", "kon"])) == [(1, "", "T05-ONE-COLUMN")]


def test_composed_and_decomposed_letters_are_one_name(tmp_path):
    table = read_table(write(tmp_path, "ko\u0308n;b\n1;2\n"), required=["kön"])
    assert table.find("KÖN ") == "kön"


def test_no_file_and_unknown_format(tmp_path):
    assert faults(lambda: read_table(tmp_path / "saknas.csv")) == [(0, "", "T01-NO-FILE")]
    assert faults(lambda: read_table(write(tmp_path, "x", "a.docx"))) == [(0, "", "T21-UNKNOWN-FORMAT")]


def test_a_file_outside_its_workspace_is_named_without_folders(tmp_path):
    table = read_table(write(tmp_path, ROWS), root=tmp_path / "annan")
    assert table.file == "a.csv"


def workbook(path, rows, *, hidden=None, formula=None):
    book = openpyxl.Workbook()
    if hidden:
        sheet = book.active
        sheet.title, sheet.sheet_state = "Dold", "hidden"
        sheet.append(hidden)
        sheet = book.create_sheet("Data")
    else:
        sheet = book.active
    for row in rows:
        sheet.append(row)
    if formula:
        sheet["B2"] = formula
    book.save(path)
    return path


def test_workbook_codes_titles_notes_and_hidden_sheets(tmp_path):
    rows = [
        ["Titel"],
        [],
        ["kod", "namn", "antal"],
        ["0180", "A", 1781.0],
        [180, "B", 2.5],
        [],
        ["1) Anmärkning"],
    ]
    table = read_table(workbook(tmp_path / "a.xlsx", rows, hidden=["hemligt", "x"]))
    assert table.frame.to_numpy().tolist() == [["0180", "A", "1781"], ["180", "B", "2.5"]]
    assert (table.header_row, table.first_data_row) == (3, 4)
    assert {change.rule for change in table.log} >= {"title_rows", "hidden_sheets", "notes_below", "sheet"}


def test_a_formula_without_a_saved_value_is_a_fault(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["a", "b"], [1, 2]], formula="=A2+1")
    assert faults(lambda: read_table(path)) == [(2, "B", "T20-FORMULA-WITHOUT-VALUE")]


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    table = read_table(write(tmp_path, 'a;b\n1;"=HYPERLINK(""x"")"\n'))
    assert table.frame["b"].tolist() == ['=HYPERLINK("x")']


def packed(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_small_workbook_that_unfolds_is_refused_before_it_is_parsed(tmp_path):
    path = packed(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": b" " * 60_000_000})
    assert path.stat().st_size < 100_000
    assert faults(lambda: read_table(path)) == [(0, "", "T17-UNFOLDS")]


def test_two_cells_at_the_sheets_far_corners_are_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["a", "b"]])
    book = openpyxl.load_workbook(path)
    book.active.cell(1_048_576, 16_384, "x")
    book.save(path)
    assert faults(lambda: read_table(path)) == [(0, "", "T17-UNFOLDS")]


def test_entities_in_a_workbook_are_refused(tmp_path):
    content = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    path = packed(tmp_path / "a.xlsx", {"xl/workbook.xml": content})
    assert faults(lambda: read_table(path)) == [(0, "", "T18-ENTITIES")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04trasig", b"inte en zip"])
def test_a_broken_workbook_is_named(tmp_path, content):
    assert faults(lambda: read_table(write(tmp_path, content, "a.xlsx"))) == [(0, "", "T19-BROKEN-WORKBOOK")]
