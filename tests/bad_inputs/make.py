"""Make the files of this folder: ``python tests/bad_inputs/make.py``.

Each file is the good file of ``tests/sources/conftest.py`` with one thing spoiled; what a reader must
say about it is written by hand in ``expected.yml``.
"""

from __future__ import annotations

import importlib.util
import io
import json
import unicodedata
import zipfile
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
CONFTEST = HERE.parent / "sources" / "conftest.py"


def good():
    """The good texts."""
    spec = importlib.util.spec_from_file_location("good_files", CONFTEST)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def swap(text: str, old: str, new: str) -> str:
    """`text` with one thing exchanged, which must be there."""
    assert old in text, old
    return text.replace(old, new, 1)


def survey_files(text: str) -> dict[str, bytes]:
    """Spoiled answer files."""
    rows = text.splitlines(keepends=True)
    second = "0002;centrum;2;1990;3;4;;10,5\n"
    made = {
        "p01_bom.csv": text.encode("utf-8-sig"),
        "p02_cp1252.csv": text.encode("cp1252"),
        "p03_utf16.csv": text.encode("utf-16"),
        "p06_delimiter.csv": rows[0] + "".join(row.replace(",", ".").replace(";", ",") for row in rows[1:]),
        "p07_few_fields.csv": swap(text, second, "0002;centrum;2;1990;3;4\n"),
        "p08_many_fields.csv": swap(text, second, "0002;centrum;2;1990;3;4;;10,5;7\n"),
        "p08_first_row_longer.csv": swap(text, ";Mörkt vid ån;", ";Mörkt; vid ån;"),
        "p09_open_quote.csv": swap(text, "Mörkt vid ån", '"Mörkt vid ån'),
        "p09_quote_swallows_row.csv": swap(
            swap(text, "Mörkt vid ån", '"Mörkt'), second, '0002;centrum;2;1990;3;4;å";10,5\n'
        ),
        "p09_stray_quote.csv": swap(text, "Mörkt vid ån", 'Mörkt "vid" ån'),
        "p10_empty.csv": "",
        "p10_header_only.csv": rows[0],
        "p11_duplicate_column.csv": swap(text, ";p07;", ";f1;"),
        "p12_nfd.csv": unicodedata.normalize("NFD", text),
        "p12_misspelled_column.csv": swap(text, "fodelsear", "fodelsar"),
        "p33_script.csv": swap(text, "Mörkt vid ån", "<script>alert(1)</script>"),
        "p34_formula.csv": swap(text, "Mörkt vid ån", '"=HYPERLINK(""http://x"";""y"")"'),
        "p35_personnummer.csv": swap(text, "Mörkt vid ån", "Ring 19121212-1212"),
        "p35_personnummer_as_code.csv": swap(text, second, "0002;centrum;2;1990;19121212-1212;4;;10,5\n"),
        "t03_mixed_encodings.csv": rows[0].encode() + rows[1].encode("cp1252") + "".join(rows[2:]).encode(),
        "t03_dos.csv": text.encode("cp850"),
        "t04_mojibake.csv": swap(text, "Österängen", "Ã–sterÃ¤ngen"),
        "t04_replaced.csv": swap(text, "Mörkt", "M\ufffdrkt"),
        "t11_nul.csv": swap(text, "Mörkt", "M\x00rkt"),
        "t11_lone_return.csv": swap(text, second, "0002;centrum;2;1990;3;4;\r;10,5\n"),
        "t24_unnamed_column.csv": swap(text, ";p07;", ";;"),
        "s02_no_id.csv": swap(text, second, second[4:]),
    }
    cells = {
        "p04_mixed_decimals.csv": second.replace("10,5", "10.5"),
        "p05_nbsp_number.csv": second.replace("10,5", "1\u00a0234,5"),
        "p13_same_row_twice.csv": second + second,
        "p14_same_id_other_answers.csv": second + second.replace(";3;4;", ";4;4;"),
        "p15_code_out_of_range.csv": second.replace(";3;4;", ";7;4;"),
        "p16_age_minus_one.csv": second.replace("1990", "2017"),
        "p16_age_150.csv": second.replace("1990", "1866"),
        "p16_age_abc.csv": second.replace("1990", "abc"),
        "p18_na_is_text.csv": second.replace(";;", ";NA;"),
        "s07_unknown_area.csv": second.replace("centrum", "Centrun"),
        "s09_weight_zero.csv": second.replace("10,5", "0"),
        "s09_weight_two_conventions.csv": second.replace("10,5", "1.234,5"),
        "t07_cut_off.csv": "",
    }
    made |= {name: swap(text, second, new) for name, new in cells.items()}
    made["t07_cut_off.csv"] = text[: text.index("0006;oster") + len("0006;oster;9;19")]
    return {name: data if isinstance(data, bytes) else data.encode() for name, data in made.items()}


def other_files(base) -> dict[str, bytes]:
    """Spoiled incident, population, staff and definition files."""
    incidents, population = base.INCIDENTS, base.POPULATION
    first = "6578000;460500;torg\n"
    made = {
        "p17_municipality_code.yml": swap(base.WORKSPACE, '"0180"', "180"),
        "p17_offence_code.csv": swap(incidents, "D1;0365", "D1;365"),
        "p19_no_such_day.csv": swap(incidents, "2016-01-02 20:00", "2015-02-29 20:00"),
        "p20_leap_day.csv": incidents.replace("2016-01-02 20:", "2016-02-29 20:"),
        "p21_skipped_hour.csv": incidents,
        "p22_repeated_hour.csv": incidents,
        "p23_swapped_axes.csv": incidents,
        "p24_degrees.csv": swap(incidents, first, "59,31;14,11;torg\n"),
        "p24_rt90.csv": swap(incidents, first, "6578000;1410500;torg\n"),
        "p24_outside.csv": swap(incidents, first, "6578000;4605000;torg\n"),
        "p25_no_place.csv": incidents,
        "p26_ends_before_start.csv": swap(incidents, "2016-01-02 20:30", "2016-01-02 19:30"),
        "p27_nobody_lives_there.csv": population.replace("40;10", "40;0").replace("40;11", "40;0"),
        "s13_no_day.csv": swap(incidents, ";2016-02-29 24:00;2016-03-01;", ";;;"),
        "s14_no_crimes.csv": swap(incidents, "2016-01-03;1;", "2016-01-03;0;"),
        "s16_suppressed_population.csv": swap(population, "1 200", ".."),
        "s17_empty_population.csv": swap(population, "1 200", ""),
        "s20_no_unit.csv": swap(base.POLICE, "C;utredning", "C;"),
        "t15_two_conventions.csv": swap(incidents, "2016-01-03;1;", "04/13/2016;1;"),
        "c_misspelled_key.yml": swap(base.CODEBOOK, 'values: {"1": not_at_all', 'valus: {"1": not_at_all'),
        "t26_not_a_cube.json": json.dumps({"id": ["a"], "size": [2], "dimension": {}, "value": [1, 2]}),
        "t26_not_whole.px": 'STUB="a";VALUES("a")="x","y";DATA=1;',
    }  # fmt: skip
    return {name: data.encode() for name, data in made.items()}


def workbooks() -> dict[str, bytes]:
    """Workbooks that are broken, hostile, or hold what a plain reader takes for empty cells."""
    made = {"t19_not_a_zip.xlsx": b"inte en arbetsbok", "t19_cut_off.xlsx": _book(_rows())[:600]}
    made["t17_unfolds.xlsx"] = _zip({"xl/worksheets/sheet1.xml": b" " * 80_000_000})
    made["t17_far_corner.xlsx"] = _book(_rows(), far=True)
    made["t17_long_text_everywhere.xlsx"] = _repeated_text()
    made["t18_entities.xlsx"] = _zip(
        {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'}
    )
    made["t18_laughs.xlsx"] = _zip(
        {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'}
    )
    made["t20_formula.xlsx"] = _book(_rows(), cell=("D5", "=1+1", None))
    made["t22_error.xlsx"] = _book(_rows(), cell=("D5", "#REF!", "e"))
    return made  # fmt: skip


def _rows() -> list[list[str]]:
    base = good()
    return [["Titel"], [], [], *(line.split("|") for line in base.STAFF.splitlines())]


def _book(rows, *, far: bool = False, cell=None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if far:
        book.active.cell(1_048_576, 16_384, "x")
    if cell:
        at, value, kind = cell
        book.active[at] = value
        if kind:
            book.active[at].data_type = kind
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _zip(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _repeated_text() -> bytes:
    rows = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 50_001))
    return _zip(
        {
            "xl/sharedStrings.xml": b"<sst><si><t>" + b"x" * 32_000 + b"</t></si></sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode(),
        }
    )


def main() -> None:
    """Write every file."""
    base = good()
    for name, data in {**survey_files(base.SURVEY), **other_files(base), **workbooks()}.items():
        (HERE / name).write_bytes(data)


if __name__ == "__main__":
    main()
