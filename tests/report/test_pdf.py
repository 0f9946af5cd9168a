"""The print version: found or said to be missing, tagged, with bookmarks, the same bytes for the same page."""

import re
import shutil
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from trygghet import blocks as b
from trygghet import cli
from trygghet.report import pdf
from trygghet.report.publish import render_page

from ..example_data import TOWN


def program(folder: Path, name: str, script: str = "exit 0") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_browser_that_is_named_goes_first(tmp_path):
    mine = program(tmp_path, "mine")
    program(tmp_path, "chromium")
    env = {"PATH": str(tmp_path), pdf.VARIABLE: str(mine)}
    assert pdf.find_browser(env) == mine
    assert pdf.find_browser({"PATH": str(tmp_path)}) == tmp_path / "chromium"


@pytest.mark.parametrize("place", pdf.WINDOWS)
def test_windows_usual_places_are_looked_in(tmp_path, place, monkeypatch):
    monkeypatch.setattr(pdf, "MAC", ())
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_bytes(b"MZ")
    assert pdf.find_browser({"PATH": "", "PROGRAMFILES(X86)": str(tmp_path)}) == path


def test_no_browser_is_one_line_and_nothing_is_built(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pdf, "MAC", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(pdf.VARIABLE, raising=False)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["build", str(TOWN), "--pdf", "--out", str(tmp_path / "out")])
    said = capsys.readouterr().err.strip().splitlines()
    assert stopped.value.code == 2 and len(said) == 1
    assert "Chromium, Chrome eller Edge" in said[0] and pdf.VARIABLE in said[0]
    assert not (tmp_path / "out").exists()


def test_a_named_browser_that_is_not_there_is_said(tmp_path):
    with pytest.raises(pdf.BrowserError) as error:
        pdf.find_browser({"PATH": "", pdf.VARIABLE: str(tmp_path / "gone")})
    assert error.value.key == "named_missing" and "gone" in error.value.values["path"]


NO_PDF = 'for a in "$@"; do case $a in --print-to-pdf=*) echo no > "${a#*=}";; esac; done'


@pytest.mark.parametrize("script", ["exit 1", NO_PDF])
def test_a_browser_without_a_pdf_is_an_error(tmp_path, script):
    with pytest.raises(pdf.BrowserError) as error:
        pdf.print_pdf("<!doctype html>", program(tmp_path, "b", script), day="2017-03-31")
    assert error.value.key == "failed"


def test_the_days_in_a_pdf_are_replaced_in_place():
    before = b"1 0 obj /CreationDate (D:20261125004500+00'00') /ModDate (D:20261125004500+00'00') end"
    after = pdf.undated(before, "2017-03-31")
    assert len(after) == len(before)
    assert after == b"1 0 obj /CreationDate (D:20170331000000+00'00') /ModDate (D:20170331000000+00'00') end"


@pytest.mark.browser
def test_a_page_is_printed_tagged_with_bookmarks_and_its_tables_twice_the_same(figures):
    try:
        browser = pdf.find_browser()
    except pdf.BrowserError:
        pytest.skip("there is no chromium on this machine; nothing is printed")
    blocks = [b.Header(kicker="K", title="Lägesbild", lead="L."), b.Section(id="s", title="Trygghet"), figures[0]]
    outputs = [new_output("display_data", data={b.MIME: block.to_json()}) for block in blocks]
    page = render_page(new_notebook(cells=[new_code_cell("", outputs=outputs)]), language="sv")
    first, second = (pdf.print_pdf(page, browser, day="2017-03-31") for _ in range(2))
    assert first == second
    assert b"/MarkInfo" in first and b"/StructTreeRoot" in first and b"/Lang" in first
    assert b"/Outlines" in first and len(re.findall(rb"/Type /StructElem", first)) > 50
    assert first.count(b"/S /Table") >= 1 and b"/S /Figure" in first and b"/Alt" in first
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", first)
    assert box and [round(float(side)) for side in box.groups()] == [595, 842]
    if shutil.which("pdftotext"):
        import subprocess

        text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=first, capture_output=True, check=True).stdout
        assert "95 %-intervall" in text.decode() and "Visa tabell" not in text.decode()
