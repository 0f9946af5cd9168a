"""An estimates table as a reader may see it: labelled, with intervals and bases, what is hidden with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trygghet import values
from trygghet.blocks import Column, Paragraphs, Table
from trygghet.disclosure import MASKED, Rules, protect
from trygghet.messages import EN_DASH, Words
from trygghet.pages.parts import group_labels
from trygghet.reprs.drawn import as_html, as_text

MOST_ROWS = 40
CRIME, STAFF = "crime:", "problem_"
TRAVELLING = ("group_by", "group", "unit", "suppressed", "evidence_class")
ABOUT = ("indicator", "n", "n_eff", "estimate", "se", "ci_low", "ci_high", "deff", "df", "flags", "q", "category")
BASES = {"count": "crimes", "mentions": "contacts"}


@dataclass(frozen=True)
class Telling:
    """A table about to be shown.

    Parameters
    ----------
    picture : what it was made for, where that is known; its tables are protected as a whole already.
    share : of a table straight from an estimator: its figures are shares.
    """

    table: pd.DataFrame
    picture: Any = None
    share: bool = False

    def as_html(self) -> str:
        """For JupyterLab."""
        return as_html(self._blocks(), self._words)

    def as_text(self) -> str:
        """For plain text."""
        return as_text(self._blocks())

    @property
    def _words(self) -> Words:
        return self.picture.words if self.picture is not None else Words()

    @property
    def _rules(self) -> Rules:
        return self.picture.rules if self.picture is not None else Rules()

    def _blocks(self) -> list[Table | Paragraphs]:
        words, rows = self._words, self._protected()
        told = rows.head(MOST_ROWS)
        table = Table(
            "skattningar", words("shown.estimates.caption", n=len(rows)), self._columns(told), self._rows(told),
            note=words("tables.interval_note"), language=words.language,
        )  # fmt: skip
        notes = [words("shown.estimates.hidden", n=int(rows["suppressed"].sum()))] if rows["suppressed"].any() else []
        notes += [words("shown.estimates.more", n=len(rows) - len(told))] if len(rows) > len(told) else []
        notes += [words("shown.estimates.unprotected")] if self.picture is None else []
        notes.append(words("shown.estimates.plain"))
        return [table, Paragraphs(tuple(notes), language=words.language)]

    def _protected(self) -> pd.DataFrame:
        """The rows with everything hidden that must be by the primary rules, whether or not that was done before.

        Of shares that nobody has protected together, those with few answers on either side go too.
        """
        rules, table = self._rules, self.table
        travelling = set(TRAVELLING) <= set(table.columns)
        result = protect(table, rules) if travelling else self._by_base()
        share = result["unit"] == "share" if travelling else pd.Series(self.share, index=result.index)
        if self.picture is None:
            side = table["n"] * table["estimate"].clip(upper=1 - table["estimate"])
            few = share & ~result["suppressed"].astype(bool) & (side > 0) & (side.round() < rules.count)
            flags = result["flags"].astype(str) if "flags" in result else ""
            result = result.assign(
                flags=flags + few.map({True: ",small_count", False: ""}), suppressed=result["suppressed"] | few
            )
            result["n"] = table["n"].astype("Int64").mask((table["n"] > 0) & (table["n"] < rules.count))
        result.loc[result["suppressed"].astype(bool), [name for name in MASKED if name in result]] = float("nan")
        return result

    def _by_base(self) -> pd.DataFrame:
        return self.table.assign(suppressed=self.table["n"] < self._rules.survey_base)

    @property
    def _grouping(self) -> list[str]:
        """Columns that name the groups of a table straight from an estimator."""
        return [str(name) for name in self.table.columns if name not in (*ABOUT, *TRAVELLING)]

    def _columns(self, rows: pd.DataFrame) -> tuple[Column, ...]:
        words = self._words
        names = ["indicator"] + (["source"] if self._several(rows) else [])
        if not set(TRAVELLING) <= set(rows.columns):
            own = [Column(f"g{i}", name) for i, name in enumerate(self._grouping)]
        else:
            own = [Column("group", words("tables.columns.group"))]
        heads = [Column(name, words(f"shown.estimates.columns.{name}")) for name in names]
        figures = [
            Column(name, words(f"shown.estimates.columns.{name}"), "right") for name in ("estimate", "interval", "n")
        ]
        return (*heads, *own, *figures)

    @staticmethod
    def _several(rows: pd.DataFrame) -> bool:
        return "source" in rows and rows["source"].nunique() > 1

    def _rows(self, rows: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
        travelling = set(TRAVELLING) <= set(rows.columns)
        labels = group_labels(self.picture, rows) if travelling and self.picture is not None else {}
        return tuple(self._row(record, labels, travelling, self._several(rows)) for record in values.records(rows))

    def _row(
        self, record: Mapping[str, Any], labels: Mapping[Any, str], travelling: bool, several: bool
    ) -> tuple[str, ...]:
        words = self._words
        names = [self._indicator(record)] + ([self._source(record)] if several else [])
        if travelling:
            names.append(labels.get((record["group_by"], record["group"]), str(record["group"])))
        else:
            names += [str(record[name]) for name in self._grouping]
        return (
            *names,
            *self._figures(record, str(record["unit"] if travelling else "share" if self.share else "number"), words),
        )

    def _figures(self, record: Mapping[str, Any], unit: str, words: Words) -> tuple[str, str, str]:
        n = words.number(record["n"]) if values.present(record["n"]) else EN_DASH
        if values.hidden(record) or not values.present(record["estimate"]):
            limit = self._rules.survey_base if unit in ("share", "number") else None
            return values.reason(record, BASES.get(unit, "answers"), limit, words), EN_DASH, n
        if unit == "number":
            digits = 3 if abs(record["estimate"]) < 10 else 1
            number = words.number(record["estimate"], digits)
            ends = [words.number(record[end], digits) for end in ("ci_low", "ci_high")]
            return number, words("charts.from_to", low=ends[0], high=ends[1]), n
        interval = values.span(record["ci_low"], record["ci_high"], unit, words)
        return values.number(record["estimate"], unit, words), interval or EN_DASH, n

    def _source(self, record: Mapping[str, Any]) -> str:
        key = f"sources.names.{record['source']}"
        return self._words(key) if self._words.has(key) else str(record["source"])

    def _indicator(self, record: Mapping[str, Any]) -> str:
        name, picture = str(record["indicator"]), self.picture
        if "category" in record and record["category"] is not None:
            name = f"{name}: {record['category']}"
        if picture is None:
            return name
        if name.startswith(CRIME):
            label: str = picture.offences.labels(self._words).get(name.removeprefix(CRIME), name)
            return label
        if record.get("unit") != "share" or record.get("evidence_class") == "staff":
            return self._problem(name)
        return picture.definitions[name].name(self._words) if name in picture.definitions else name

    def _problem(self, name: str) -> str:
        """A problem that staff or contacts named."""
        found = name.removeprefix(STAFF)
        return next((item.name(self._words) for item in self.picture.codebook if item.id == found), name)
