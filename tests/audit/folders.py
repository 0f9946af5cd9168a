"""Published folders made by hand: pages, text files and workbooks as a reader gets them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from openpyxl import Workbook

from trygghet.audit import Finding, audit

CSV_HEAD = (
    "plats;kommunkod;år;rapport;tabell;rubrik;rad;kolumn;visas;värde;enhet;undre;övre;bas;period;källa;definition;sim"
)
GROUPS = ("Grupp", "Andel", "95 %-intervall", "Antal svar")
HIDDEN = "visas inte: för få svar"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], note: str = "") -> str:
    """A figure with a table, its footnote inside the figure."""
    cells = "".join(f"<th>{escape(text)}</th>" for text in head)
    lines = "".join(
        f"<tr><th>{escape(str(row[0]))}</th>" + "".join(f"<td>{escape(str(x))}</td>" for x in row[1:]) + "</tr>"
        for row in rows
    )
    return f"<figure><p>{note}</p><table><caption>{caption}</caption><tr>{cells}</tr>{lines}</table></figure>"


def publish(out: Path, *tables: str, name: str = "lagesbild", year: str = "2017") -> Path:
    folder = out / "kommun" / year
    folder.mkdir(parents=True, exist_ok=True)
    page = "<!doctype html><html lang='sv'><body>" + "".join(tables) + "</body></html>"
    (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return out


def csv_file(out: Path, caption: str, lines: Iterable[dict[str, str]]) -> None:
    """A text file beside the page; a line's keys are row, column, shown, value, low, high, base."""
    names = ("row", "column", "shown", "value")
    text = [CSV_HEAD]
    for line in lines:
        start = ["Kommun", "0000", "2017", "Lägesbild", "t", caption, *(line.get(n, "") for n in names)]
        text.append(";".join([*start, "", line.get("low", ""), line.get("high", ""), line.get("base", ""), *[""] * 4]))
    (out / "kommun" / "2017" / "tabeller.csv").write_text("\ufeff" + "\n".join(text) + "\n", encoding="utf-8")


def workbook(out: Path, caption: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    book = Workbook()
    sheet = book.create_sheet("t")
    for row in ([caption], [], head, *rows):
        sheet.append(list(row))
    book.save(out / "kommun" / "2017" / "tabeller.xlsx")


def rules(out: Path) -> dict[str, set[str]]:
    """Cell to the rules broken there."""
    found: dict[str, set[str]] = {}
    for one in audit(out):
        found.setdefault(one.cell, set()).add(one.rule)
    return found


def at(out: Path, cell: str) -> list[Finding]:
    return [one for one in audit(out) if one.cell == cell]
