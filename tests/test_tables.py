"""Tables hold the texts of the page, and the workbook the same texts: numbers as numbers, text never a formula."""

import io
import time

import openpyxl
import pandas as pd
import pytest

from trygghet import tables
from trygghet.blocks import Column, Table
from trygghet.messages import Words

SV, EN = Words("sv"), Words("en")
NBSP = "\N{NO-BREAK SPACE}"


def book(blocks):
    return openpyxl.load_workbook(io.BytesIO(tables.workbook_bytes(blocks)))


def test_the_mask_holds_in_the_table_too(figures):
    rows = {row[0]: row[1:] for row in figures[0].table.rows}
    assert rows["Kvinnor"] == (f"39{NBSP}%", "33–45", "231")
    assert rows["Män 16–24"] == ("visas inte: bara 22 svar (gräns 30)", "–", "–")


def test_sources_name_their_kind_of_evidence():
    frame = pd.DataFrame(
        [{"source": "Dialoger", "evidence_class": "open", "period": "2016", "base": "64", "note": None}]
    )
    table = tables.sources_table(frame, SV, id="k", caption="Källorna")
    assert table.rows == (("Dialoger", "Öppet för alla", "2016", "64", ""),)


def test_the_log_is_closed_and_has_no_row_names(sample):
    log = next(block for block in sample if isinstance(block, Table) and block.id == "logg")
    assert log.collapsed and not log.row_header and log.rows[0][-1] == "12"


def test_the_workbook_has_a_sheet_for_every_table_and_lists_them(sample, figures):
    names = book(sample).sheetnames
    assert names[0] == "Innehåll"
    assert names[1:] == [
        "grupper", "rankade", "brott_slag", "veckan", "personal", "forandring", "karta", "logg", "malbild"
    ]  # fmt: skip
    listed = [row[0].value for row in book(sample)["Innehåll"].iter_rows(min_row=2)]
    assert listed == names[1:]


def test_numbers_are_numbers_and_keep_their_form(figures):
    sheet = book([figures[0]])["grupper"]
    share, base = sheet["B4"], sheet["D4"]
    assert (share.value, share.number_format) == (0.29, "0%")
    assert (base.value, base.data_type) == (446, "n")
    assert sheet["C4"].value == "25–33"


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        (f"1{NBSP}234,5", "sv", 1234.5),
        ("−12", "sv", -12),
        (f"29{NBSP}%", "sv", 0.29),
        ("1,234.5", "en", 1234.5),
        ("29%", "en", 0.29),
        ("–", "sv", "–"),
        ("−2 (−9 till +5)", "sv", "−2 (−9 till +5)"),
        ("2016-05-12", "sv", "2016-05-12"),
        ("=1+1", "sv", "=1+1"),
    ],
)
def test_what_reads_as_a_number(text, language, value):
    table = Table("t", "T", (Column("a", "A"), Column("b", "B", "right")), (("rad", text),), language=language)
    assert book([table])["t"]["B4"].value == value


EVIL = ["=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "0180", "a\x00b\x0b"]


def test_text_is_never_a_formula():
    columns = (Column("a", EVIL[0]), Column("b", EVIL[1], "right"))
    table = Table("t", EVIL[5], columns, tuple((text, text) for text in EVIL), note=EVIL[2])
    cells = [cell for sheet in book([table]) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    column = [row[0].value for row in book([table])["t"].iter_rows(min_row=4, max_row=3 + len(EVIL))]
    assert column == [*EVIL[:-1], "ab"]


def test_names_of_sheets_are_short_and_differ():
    one = (Column("a", "A"),)
    names = ["x" * 40, "x" * 35, "X" * 35, "Innehåll-table".replace("å", "a"), "abc", "ABC"]
    got = book([Table(name, "T", one, (("1",),)) for name in names]).sheetnames
    assert all(len(name) <= 31 for name in got)
    assert len({name.lower() for name in got}) == len(names) + 1


def test_the_bytes_do_not_know_the_time(figures):
    first = tables.workbook_bytes(figures)
    time.sleep(2.1)  # zip files count in steps of two seconds
    assert tables.workbook_bytes(figures) == first


def test_the_file_is_those_bytes(figures, tmp_path):
    tables.write_workbook(figures, tmp_path / "tabeller.xlsx")
    assert (tmp_path / "tabeller.xlsx").read_bytes() == tables.workbook_bytes(figures)


def test_english_tables_speak_english():
    frame = pd.DataFrame([{"label": "All", "n": 1446, "estimate": 0.295, "ci_low": 0.25, "ci_high": 0.33}])
    table = tables.estimates_table(frame, EN, id="e", caption="E")
    assert [column.label for column in table.columns] == ["Group", "Estimate", "95% interval", "Answers"]
    assert table.rows == (("All", "30%", "25–33", "1,446"),)
