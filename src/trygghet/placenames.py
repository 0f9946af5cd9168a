"""Places named in free text, by a list of names; what may mean several places is listed, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from trygghet.errors import SpokenError
from trygghet.resources import shipped
from trygghet.yamlfile import read_yaml

FOUND, UNCLEAR = ["answer", "name", "area", "form"], ["answer", "form", "candidates", "why"]
SEVERAL, COMMON = "several_places", "common_word"
# genitive and definite endings; only ever taken off when what is left is in the list
_ENDINGS = r"(?:ens|ets|en|et|ns|ts|n|t|s)?"


class PlaceError(SpokenError):
    """A list of places that cannot be used."""


@dataclass(frozen=True)
class Places:
    """Places named in answers.

    Attributes
    ----------
    found : answer, name, area, form (as in the list); a place counts once an answer.
    ambiguous : answer, form, candidates (``name (area)``, several separated by ``;``) and why: the name means
        several places, or is an ordinary word.
    """

    found: pd.DataFrame
    ambiguous: pd.DataFrame

    @property
    def by_area(self) -> pd.Series:
        """Answers naming a place of each area, the most first; hide small counts before showing."""
        once = self.found.drop_duplicates(["answer", "area"])
        return once["area"].value_counts().sort_index().sort_values(ascending=False, kind="stable")


def find_places(texts: pd.Series, gazetteer: pd.DataFrame, *, common: Collection[str] | None = None) -> Places:
    """Places of a gazetteer in each answer, longest name first.

    Parameters
    ----------
    texts : an answer a row.
    gazetteer : columns name, area and, if wanted, alias (several separated by ``|``).
    common : names that are also ordinary words; the shipped list when omitted.

    Raises
    ------
    PlaceError : a column is missing, or the list is empty.
    """
    missing = {"name", "area"} - set(gazetteer.columns)
    if missing or gazetteer.empty:
        raise PlaceError.said("place.list")
    forms = _forms(gazetteer)
    if common is None:
        rules = read_yaml(shipped("data", "reference", "text_rules.yml"))
        common = [str(word) for word in rules["common_places"]]
    ordinary = {_normal(word) for word in common}
    names = sorted(forms, key=lambda form: (-len(form), form))
    expression = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, names)) + ")" + _ENDINGS + r"(?!\w)")
    found, unclear = [], []
    for answer, raw in texts.dropna().items():
        for form in dict.fromkeys(match[1] for match in expression.finditer(_normal(raw))):
            meant = forms[form]
            if len(meant) > 1 or form in ordinary:
                listed = "; ".join(f"{name} ({area})" for name, area in meant)
                unclear.append((answer, form, listed, SEVERAL if len(meant) > 1 else COMMON))
            else:
                found.append((answer, *meant[0], form))
    places = pd.DataFrame(found, columns=FOUND).drop_duplicates(["answer", "name", "area"], ignore_index=True)
    return Places(places, pd.DataFrame(unclear, columns=UNCLEAR))


def _normal(text: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(text)).casefold().split())


def _forms(gazetteer: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """Every name and alias to the places it may mean, in the order of the list."""
    forms: dict[str, list[tuple[str, str]]] = {}
    for row in gazetteer.fillna("").astype(str).to_dict("records"):
        for form in [row["name"], *row.get("alias", "").split("|")]:
            key, place = _normal(form), (row["name"], row["area"])
            if key and place not in forms.setdefault(key, []):
                forms[key].append(place)
    return forms
