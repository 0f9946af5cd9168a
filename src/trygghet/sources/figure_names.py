"""Whom and what a row of published figures is about, by the names that agencies and municipalities write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from trygghet import indicators
from trygghet.clean import key
from trygghet.problems import load_offences
from trygghet.resources import shipped
from trygghet.sources.fields import read_fields
from trygghet.workspace import Workspace
from trygghet.yamlfile import read_yaml

COUNTRY, CRIME, POPULATION = "country", "crime:", "population"
KINDS = ("own", "county", COUNTRY, "similar")
CLOSE = 0.88
_CODE = re.compile(r"(?P<code>\d{2}|\d{4})\s+(?P<name>\D.*)")


@dataclass(frozen=True)
class Names:
    """Known names, compared without case and spacing.

    Attributes
    ----------
    areas : name to (kind, the area's label).
    offences : name to ``crime:`` and the group.
    others : name to an indicator's id.
    defined : indicator's id to the definition it has in Brå's own tables.
    """

    areas: Mapping[str, tuple[str, str]]
    offences: Mapping[str, str]
    others: Mapping[str, str]
    defined: Mapping[str, str]

    def area(self, text: str) -> tuple[str, str] | None:
        """Kind and label of an area, also written with its code first; None for an area nobody compares with."""
        coded = _CODE.fullmatch(text)
        tries = [coded["code"], coded["name"]] if coded else [text]
        return next((self.areas[key(t)] for t in tries if key(t) in self.areas), None)

    def indicator(self, text: str, *, sheet: bool = False) -> str | None:
        """The id behind a name; on a sheet of Brå's workbook survey figures come before types of crime."""
        order = (self.others, self.offences) if sheet else (self.offences, self.others)
        return next((names[key(text)] for names in order if key(text) in names), None)

    def near_area(self, text: str) -> str | None:
        """The known area whose name differs by a slip of the pen."""
        return _near(text, self.areas)

    def near_indicator(self, text: str) -> str | None:
        """The known indicator or type of crime whose name differs by a slip of the pen."""
        return _near(text, {**self.offences, **self.others})


def _near(text: str, names: Mapping[str, object]) -> str | None:
    wordy = [name for name in names if len(name) > 4]
    close = get_close_matches(key(text), wordy, n=1, cutoff=CLOSE)
    # names that differ in their last letter or figure only are a series (municipality A, B, C), no slip
    return close[0] if close and close[0][:-1] != key(text)[:-1] else None


def names_of(ws: Workspace) -> Names:
    """The names of a workspace: its own place, those it is compared with, offence groups and indicators.

    Raises
    ------
    InputError : a file of indicators with faults.
    """
    offences: dict[str, str] = {}
    for group in load_offences():
        for text in (group.group, *group.label.values(), *group.official_labels):
            offences.setdefault(key(text), CRIME + group.group)
    others: dict[str, str] = {POPULATION: POPULATION}
    definitions = indicators.load(ws)
    for name, item in definitions.items():
        for text in (name, *item.label.values()):
            others.setdefault(key(text), name)
    known = [name for name in _shipped_names() if name in definitions]
    for name in known:
        others |= {key(text): name for text in _shipped_names()[name]}
    others |= {key(text): POPULATION for text in read_fields(None).all_names("reference", POPULATION)}
    defined = {name: f"{definitions[name].source} {definitions[name].version}" for name in known}
    return Names(_areas(ws), offences, others, defined)


def _areas(ws: Workspace) -> dict[str, tuple[str, str]]:
    settings, chosen = ws.settings, ws.settings.comparison
    name, code = settings.name, settings.code
    genitive = name if name.endswith(("s", "x", "z")) else name + "s"
    county = [text for given in chosen.county for text in (given, _bare_county(given))]
    country = read_fields(None).all_names("reference", COUNTRY)
    listed = {
        "similar": [(text, text) for text in chosen.similar],
        COUNTRY: [(text, (*chosen.country, *country)[0]) for text in (*country, *chosen.country)],
        "county": [(text, chosen.county[0]) for text in (*county, code[:2])] if chosen.county else [],
        "own": [(text, name) for text in (name, code, f"{name} kommun", f"{genitive} kommun", *chosen.own)],
    }
    return {key(text): (kind, label) for kind, pairs in listed.items() for text, label in pairs}


def _bare_county(text: str) -> str:
    """A county's name without the word: ``Värmland`` of ``Värmlands län``."""
    return re.sub(r"s?\s+(?:l\u00e4n|county)$", "", text, flags=re.IGNORECASE)


@lru_cache(maxsize=1)
def _shipped_names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = read_yaml(shipped("data", "reference", "figure_names.yml"))
    return names
