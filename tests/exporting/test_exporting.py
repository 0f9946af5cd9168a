"""Figures for other programs: read back by each program's own format, with labels, and nothing that is hidden."""

from __future__ import annotations

import csv
import io
import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from pyarrow import feather, parquet

import trygghet as tg
from trygghet import cli
from trygghet.errors import InputError
from trygghet.estimates import COLUMNS
from trygghet.exporting import FORMATS, export, export_published
from trygghet.exporting.published import read_long
from trygghet.longtable import Place, Row, long_csv, long_rows
from trygghet.messages import Words

from ..example_data import TOWN

SECRET = 0.8123456789
NUMBERS = ("n", "n_eff", "estimate", "se", "ci_low", "ci_high", "deff", "value", "low", "high", "base")
PLACE = Place("Granstad", "0180", "2017", "Lägesbild", simulated=True)


def rows() -> pd.DataFrame:
    """Shown, hidden with its numbers left in, and too small but not yet hidden."""
    table = pd.DataFrame(
        {
            "indicator": "unsafe_night",
            "source": "citizens",
            "evidence_class": "probability",
            "period": "2017-02-01/2017-03-18",
            "area": "",
            "group_by": ["total", "sex", "sex"],
            "group": ["all", "woman", "man"],
            "n": [446, 231, 12],
            "n_eff": [400.0, SECRET, SECRET],
            "estimate": [0.29, SECRET, SECRET],
            "se": [0.02, SECRET, SECRET],
            "ci_low": [0.25, SECRET, SECRET],
            "ci_high": [0.33, SECRET, SECRET],
            "deff": [1.1, SECRET, SECRET],
            "unit": "share",
            "flags": ["", "dominance", ""],
            "suppressed": [False, True, False],
        }
    ).loc[:, list(COLUMNS)]
    table.attrs["covariance"] = [[SECRET]]
    return table.assign(k=SECRET)


def read(path: Path) -> pd.DataFrame:
    """A file as its own program's reader gives it."""
    readers = {
        ".sav": lambda: pyreadstat.read_sav(path)[0],
        ".dta": lambda: pyreadstat.read_dta(path)[0],
        ".feather": lambda: feather.read_feather(path),
        ".parquet": lambda: pd.read_parquet(path),
        ".csv": lambda: pd.read_csv(path, keep_default_na=False, na_values=dict.fromkeys(NUMBERS, "")),
    }
    return readers[path.suffix]()


@pytest.mark.parametrize("form", FORMATS)
def test_a_hidden_row_has_no_number_anywhere_in_the_file(form, tmp_path):
    path, *beside = export(rows(), tmp_path / f"tal.{form}")
    found = read(path)
    assert found["estimate"].tolist()[0] == 0.29 and found["group"].tolist() == ["all", "woman", "man"]
    numbers = found[list(NUMBERS[:7])].astype(float)
    assert numbers.iloc[1:].isna().all().all() and numbers.iloc[0].notna().all()
    assert found["flags"].tolist() == ["", "dominance", "small_base"]
    for file in (path, *beside):
        content = file.read_bytes()
        assert not any(sign in content for sign in (struct.pack("<d", SECRET), b"0.81234", b"231", b"covariance"))


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_table_gives_the_same_bytes(form, tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        export(rows(), tmp_path / name / f"tal.{form}")
    files = [{p.name: p.read_bytes() for p in (tmp_path / name).iterdir() if p.suffix != ".pq"} for name in "ab"]
    assert files[0] == files[1]
    if form == "sav":
        assert files[0]["tal.sav"][92:109] == b"01 Jan 0000:00:00"  # no day and time of writing in SPSS's header


def test_labels_come_along_in_each_program_s_own_way(tmp_path):
    words = Words("sv")
    expected = {name: words(f"export.columns.{name}") for name in COLUMNS}
    for form in FORMATS:
        export(rows(), tmp_path / f"tal.{form}")
    _, sav = pyreadstat.read_sav(tmp_path / "tal.sav")
    _, dta = pyreadstat.read_dta(tmp_path / "tal.dta")
    for meta in (sav, dta):
        assert meta.column_names_to_labels == expected
        assert meta.variable_value_labels["suppressed"] == {0: "nej", 1: "ja"}
    for schema in (parquet.read_schema(tmp_path / "tal.parquet"), feather.read_table(tmp_path / "tal.feather").schema):
        assert {field.name: field.metadata[b"label"].decode() for field in schema} == expected
        assert str(schema.field("estimate").type) == "double" and str(schema.field("suppressed").type) == "bool"
    schema = json.loads((tmp_path / "tal.schema.json").read_text(encoding="utf-8"))
    assert {field["name"]: field["title"] for field in schema["fields"]} == expected
    query = (tmp_path / "tal.pq").read_text(encoding="utf-8")
    assert '{"estimate", type number}' in query and '{"suppressed", type logical}' in query


def test_a_table_that_cannot_be_protected_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"X02.*evidence_class"):
        tg.export(rows().drop(columns="evidence_class"), tmp_path / "tal.sav")
    with pytest.raises(InputError, match=r"X01.*sav, dta, feather, parquet, csv"):
        tg.export(rows(), tmp_path / "tal.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_picture_gives_indicators_and_groups_their_names(tmp_path):
    picture = tg.Picture(tg.Workspace.open(TOWN, year=2017), language="en")
    export(picture.estimates, tmp_path / "tal.sav", picture=picture)
    found, meta = pyreadstat.read_sav(tmp_path / "tal.sav")
    assert len(found) == len(picture.estimates)
    hidden = picture.estimates["suppressed"].to_numpy(bool)
    assert hidden.any() and found.loc[hidden, ["n", "estimate"]].isna().all().all()
    shown = picture.estimates.loc[~hidden, "estimate"].astype(float)
    np.testing.assert_allclose(found.loc[~hidden, "estimate"], shown, rtol=1e-15)
    assert set(found.loc[found["group"] == "all", "group_label"]) == {picture.words("report.common.everyone")}
    assert (found["indicator_label"] != found["indicator"]).all()
    assert meta.column_names_to_labels["estimate"] == "Estimate"


@pytest.fixture
def published(sample, tmp_path) -> Path:
    folder = tmp_path / "2017"
    folder.mkdir()
    (folder / "tabeller.csv").write_bytes(long_csv(sample, PLACE, Words("sv")))
    return folder


def test_a_published_table_is_read_as_it_was_before_it_was_written(published, sample):
    expected = [row for block in sample for row in long_rows(block, PLACE, Words("sv"))]
    found = read_long(published / "tabeller.csv")
    assert len(found) == len(expected) > 50
    for number, row in enumerate(expected):
        for name, value in vars(row).items():
            have = found.at[number, name]
            assert np.isnan(have) if value is None else have == value


@pytest.mark.parametrize("form", FORMATS)
def test_published_figures_in_each_form(form, published, tmp_path):
    path, *_ = export_published(published, tmp_path / f"tabeller.{form}", words=Words("en"))
    found, known = read(path), read_long(published / "tabeller.csv")
    assert list(found.columns) == list(Row.__dataclass_fields__) and len(found) == len(known)
    np.testing.assert_array_equal(found["value"].astype(float), known["value"])
    assert found["shown"].tolist() == known["shown"].tolist()
    hidden = known["shown"].str.startswith("visas inte")
    assert hidden.any() and found.loc[hidden, "value"].isna().all()


def test_both_languages_and_guarded_texts_are_read(tmp_path):
    from trygghet import blocks as b
    from trygghet import tables

    log = pd.DataFrame([{"file": "=svar.csv", "column": "@f1", "rule": "S05", "what": "9 → -", "n": 1234}])
    for language in ("sv", "en"):
        words = Words(language)
        page = [tables.log_table(log, words, id="log", caption="x")]
        assert isinstance(page[0], b.Table)
        (tmp_path / f"{language}.csv").write_bytes(long_csv(page, PLACE, words))
        found = read_long(tmp_path / f"{language}.csv")
        assert "=svar.csv" in found["shown"].tolist() and 1234 in found["value"].tolist()


def test_what_is_no_published_table_is_refused(published, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a;b\n1;2\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for place in (other, tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(InputError, match="X04"):
            export_published(place, tmp_path / "x.sav", words=Words("sv"))
    (tmp_path / "mine.sav").write_text("kept")
    with pytest.raises(InputError, match="X03"):
        export_published(published, tmp_path / "mine.sav", words=Words("sv"))
    assert (tmp_path / "mine.sav").read_text() == "kept"


def test_the_command_writes_where_one_stands(published, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["export", str(published), "--to", "parquet"])
    assert not stopped.value.code and "tabeller.parquet" in capsys.readouterr().err
    assert len(pd.read_parquet("tabeller.parquet")) == len(read_long(published / "tabeller.csv"))
    with pytest.raises(SystemExit) as stopped:
        cli.main(["export", str(published), "--to", "xlsx"])
    assert stopped.value.code == 2 and "X01-FORMAT" in capsys.readouterr().err


@pytest.mark.slow
def test_r_reads_numbers_and_labels(tmp_path):
    rscript = shutil.which("Rscript")
    if (
        rscript is None
        or subprocess.run([rscript, "-e", "library(haven)"], capture_output=True, check=False).returncode
    ):
        pytest.skip("R with the haven package is not installed")
    for form in ("sav", "dta"):
        export(rows(), tmp_path / f"tal.{form}")
    code = (
        'for (x in list(haven::read_sav("tal.sav"), haven::read_dta("tal.dta"))) '
        'cat(x$estimate, attr(x$estimate, "label"), names(attr(x$suppressed, "labels")), sep = ";", fill = TRUE)'
    )
    done = subprocess.run([rscript, "-e", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    answers = list(csv.reader(io.StringIO(done.stdout), delimiter=";"))
    assert [[cell.strip() for cell in row if cell.strip()] for row in answers] == [
        ["0.29", "NA", "NA", "Skattning", "nej", "ja"]
    ] * 2
