"""The files in the forms real life has: semicolons, decimal comma, old encodings, title rows."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from ruamel.yaml import YAML

from trygghet.simulate.answers import Wave
from trygghet.simulate.free_text import Texts
from trygghet.simulate.model import Town
from trygghet.simulate.specification import reference, specification, template
from trygghet.simulate.staff import StaffWave

ENCODINGS = {"2016": "cp1252", "2017": "utf-8-sig"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MOMENT = b"2017-04-03T08:00:00Z"
# Two of the last answers came both on paper and on the web, and stand twice.
_DOUBLES, _LATE = 2, 60


def csv_bytes(table: pd.DataFrame, *, encoding: str = "utf-8-sig") -> bytes:
    """A table as Swedish Excel saves it: semicolons and CRLF."""
    return table.to_csv(sep=";", index=False, lineterminator="\r\n").encode(encoding)


def codebook_text() -> str:
    """The codebook of the questionnaire, with one entry for each problem of the list."""
    scale = template("problem_scale.yml")
    asked = YAML(typ="safe").load(scale)
    flow = {key: _flow(asked[key]) for key in ("values", "missing", "labels")}
    lines = []
    for number, item in enumerate(reference("problems.yml")):
        mark = {key: f"&extent_{key} {text}" if number == 0 else f"*extent_{key}" for key, text in flow.items()}
        question = {
            k: t.format(problem=item["label"][k][:1].lower() + item["label"][k][1:])
            for k, t in asked["question"].items()
        }
        label, words = _flow(item["label"]), _flow(question)
        parts = ", ".join(f"{key}: {mark[key]}" for key in flow)
        lines.append(f"  {item['id']}: {{column: {item['id']}, label: {label}, question: {words}, {parts}}}")
    return template("codebook.yml").replace("@PROBLEMS@", "\n".join(lines))


def _flow(node: Any) -> str:
    """YAML on one line."""
    if isinstance(node, dict):
        return "{" + ", ".join(f"{_key(k)}: {_flow(v)}" for k, v in node.items()) + "}"
    text = str(node)
    return text if re.fullmatch(r"[a-z_]+", text) else '"' + text.replace('"', '\\"') + '"'


def _key(key: str) -> str:
    return key if re.fullmatch(r"[a-z_]+", key) else f'"{key}"'


def answer_table(of: Town, wave: Wave, texts: Texts, *, year: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """A wave's answers as delivered, in codes; and how much was put in on purpose."""
    rng = np.random.default_rng([of.seed, int(year), 8])
    book = _book()
    names = {place.id: place.name for place in of.places}
    strata = {area: str(i) for i, area in enumerate(of.areas, start=1)}
    table = pd.DataFrame({"lopnr": wave.answers["respondent_id"]})
    table["stratum"] = wave.answers["area"].astype(object).map(strata)
    other = rng.random(len(table)) < specification("answers")["other_sex"]
    sex = wave.answers["sex"].astype(object).mask(other, "other")
    table["kon"] = sex.map(_codes(book["sex"]))
    table["fodelsear"] = wave.answers["birth_year"].astype(str)
    table["delomrade"] = wave.answers["area"].astype(object).map(names)
    for name, variable in book.items():
        if "values" in variable and name != "sex":
            table[variable["column"]] = _coded(wave.answers[name], variable, rng)
    table["fritext"] = texts.texts
    table["urvalsvikt"] = [f"{weight:.4f}".replace(".", ",") for weight in wave.answers["weight"]]
    table = table.sample(frac=1, random_state=rng)
    doubles = table.iloc[-_LATE:].sample(_DOUBLES, random_state=rng)
    table = pd.concat([table, doubles], ignore_index=True)
    return table, {"double_rows": _DOUBLES, "other_sex": int(other.sum())}


@cache
def _book() -> dict[str, Any]:
    variables: dict[str, Any] = YAML(typ="safe").load(codebook_text())["variables"]
    return variables


def _codes(variable: dict[str, Any]) -> dict[str, str]:
    return {category: code for code, category in variable["values"].items()}


def _coded(answers: pd.Series, variable: dict[str, Any], rng: np.random.Generator) -> pd.Series:
    """Codes; no answer is sometimes a code and sometimes just blank."""
    codes = {**_codes(variable), "dont_know": "8"}
    coded = answers.astype(object).map(codes)
    unanswered = np.where(rng.random(len(coded)) < 0.5, "", "9")
    return coded.where(coded.notna(), unanswered)


def invited_table(of: Town, invited: pd.DataFrame) -> pd.DataFrame:
    """Those invited, counted: delomrade, kon, aldersgrupp, antal."""
    names = {place.id: place.name for place in of.places}
    sexes = {"man": "1", "woman": "2"}
    return pd.DataFrame(
        {
            "delomrade": invited["area"].map(names),
            "kon": invited["sex"].map(sexes),
            "aldersgrupp": invited["age_group"],
            "antal": invited["n_invited"],
        }
    )


def population_table(of: Town) -> pd.DataFrame:
    """The population: delomrade, kon, alder, antal."""
    names = {place.id: place.name for place in of.places}
    people = of.population
    return pd.DataFrame(
        {
            "delomrade": people["area"].map(names),
            "kon": people["sex"].map({"man": "män", "woman": "kvinnor"}),
            "alder": people["age"].astype(str).replace("100", "100+"),
            "antal": people["n"],
        }
    )


def staff_workbook(of: Town, wave: StaffWave, *, year: str) -> bytes:
    """Workplace meetings as a workbook: title rows, merged cells, a second sheet; always the same bytes."""
    model = specification("staff")["workbook"]
    book = Workbook()
    sheet = book.active
    sheet.title = model["sheet"]
    columns = list(wave.rows.columns)
    sheet.append([model["title"].format(name=of.name, year=year)])
    sheet.append([model["subtitle"].format(year=year)])
    first = columns.index("Problem 1") + 1
    sheet.cell(3, first, model["heading"]).alignment = Alignment(horizontal="center")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(columns))
    sheet.merge_cells(start_row=3, start_column=first, end_row=3, end_column=first + 2)
    sheet["A1"].font = Font(bold=True, size=14)
    _append(sheet, columns, wave.rows.to_numpy(dtype=object).tolist(), row=4)
    sheet.cell(len(wave.rows) + 6, 1, model["note"])
    asked = book.create_sheet(model["asked_sheet"])
    _append(asked, model["asked_columns"], wave.asked.to_numpy(dtype=object).tolist(), row=1)
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_dates(buffer.getvalue())


def _append(sheet: Any, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, row: int) -> None:
    for at, values in enumerate([columns, *rows]):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row + at, column, None if value == "" else value)
            if at == 0:
                cell.font = Font(bold=True)
            if hasattr(value, "isoformat"):
                cell.number_format = "yyyy-mm-dd"


def _without_dates(data: bytes) -> bytes:
    """The same workbook with fixed times and no compression, so that its bytes depend on its content only."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _MOMENT, content)
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return target.getvalue()
