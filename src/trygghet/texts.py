"""Free text coded by an editable dictionary: every hit with its pattern, what is taken back left out, and checked."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from trygghet.agreement import AgreementError, cohen_kappa, krippendorff_alpha
from trygghet.errors import SpokenError
from trygghet.intervals import wilson
from trygghet.placenames import Places, find_places
from trygghet.resources import shipped
from trygghet.scrub import Scrubbed, scrub
from trygghet.yamlfile import read_yaml

__all__ = [
    "Pattern", "Places", "Scrubbed", "TextError", "ThemeCoding", "code_themes", "find_places", "read_themes",
    "rules", "scrub", "theme_agreement",
]  # fmt: skip

KEEPS = "keeps"
REACH = 4  # words a negation reaches
HIT_COLUMNS = ["answer", "theme", "pattern", "words", "start", "why"]
NEGATED, EXCEPTED = "negated", "negative_pattern"
ENOUGH = 100
_CLAUSE = re.compile(r"[.!?;:,\n()]+")
_WORD = re.compile(r"\w+")


class TextError(SpokenError):
    """A dictionary or a hand-coded sample that cannot be used."""


@dataclass(frozen=True)
class Pattern:
    """A row of the dictionary.

    Attributes
    ----------
    theme, theme_en : the theme's name for readers.
    pattern : words with ``*`` for any letters; a lone ``*`` is any one word.
    negative : patterns that say the hit means something else, where they cover it.
    keeps : True where a negation before it does not take the theme back ("no lighting").
    """

    theme: str
    pattern: str
    theme_en: str = ""
    negative: tuple[str, ...] = ()
    keeps: bool = False


@dataclass(frozen=True)
class ThemeCoding:
    """Answers by theme.

    Attributes
    ----------
    coded : answers × themes, True where a hit counts; an answer may have many themes.
    written : True for answers with any word in them.
    hits : every hit, also those that do not count: answer, theme, pattern, words (as written), start and why
        (empty for a hit that counts, else ``negated`` or ``negative_pattern``). Raw text: never for a page.
    names_en : theme to its English name.
    """

    coded: pd.DataFrame
    written: pd.Series
    hits: pd.DataFrame
    names_en: Mapping[str, str]
    _texts: pd.Series

    @property
    def n_written(self) -> int:
        """Answers with any word in them."""
        return int(self.written.sum())

    @property
    def counts(self) -> pd.Series:
        """Answers of each theme, the most first."""
        return self.coded.sum().astype(int).sort_values(ascending=False, kind="stable")

    @property
    def uncoded_share(self) -> float:
        """Share of the written answers that no theme fits; NaN when nothing is written."""
        uncoded = self.written & ~self.coded.any(axis=1)
        return float(uncoded.sum() / self.n_written) if self.n_written else float("nan")

    def uncoded_words(self, *, least: int = 5) -> pd.Series:
        """Words in at least `least` uncoded answers, the most first: help to extend the dictionary."""
        left = self._texts[self.written & ~self.coded.any(axis=1)]
        skipped = set(rules()["stop_words"])
        counts = Counter(word for text in left for word in set(_WORD.findall(normal(text))))
        kept = {w: n for w, n in counts.items() if n >= least and len(w) > 3 and w not in skipped and w.isalpha()}
        return pd.Series(kept, dtype=int).sort_index().sort_values(ascending=False, kind="stable")


@lru_cache(maxsize=1)
def rules() -> Mapping[str, tuple[str, ...]]:
    """The shipped rules for reading Swedish text: negations, street endings and so on."""
    data = read_yaml(shipped("data", "reference", "text_rules.yml"))
    return {str(name): tuple(str(word) for word in words) for name, words in data.items()}


def normal(text: object) -> str:
    """Text in lower case with composed letters and plain spaces, of the same length as its composed form."""
    return unicodedata.normalize("NFC", str(text)).lower()


def read_themes(path: str | Path | None = None) -> tuple[Pattern, ...]:
    """The dictionary: a csv in UTF-8 with theme, pattern and, if wanted, theme_en, negative and negation.

    Parameters
    ----------
    path : a file of one's own; the shipped ``data/reference/themes.csv`` when omitted. Several negative patterns
        in a cell are separated by ``|``; negation is empty or ``keeps``.

    Raises
    ------
    TextError : a column is missing, or a row has no theme, no letter in its pattern, or an unknown negation.
    """
    file = Path(path) if path is not None else shipped("data", "reference", "themes.csv")
    head = file.read_text(encoding="utf-8-sig").partition("\n")[0]
    table = pd.read_csv(file, sep=";" if ";" in head else ",", dtype=str, encoding="utf-8-sig", keep_default_na=False)
    missing = [name for name in ("theme", "pattern") if name not in table]
    if missing:
        raise TextError.said("texts.column", file=file.name, column=", ".join(missing))
    patterns = []
    for number, row in enumerate(table.to_dict("records"), start=2):
        cell = {str(name): str(value).strip() for name, value in row.items()}
        negation = cell.get("negation", "")
        if not cell["theme"] or not re.search(r"\w", cell["pattern"]) or negation not in ("", KEEPS):
            raise TextError.said("texts.row", file=file.name, row=number)
        negative = tuple(part.strip() for part in cell.get("negative", "").split("|") if part.strip())
        patterns.append(Pattern(cell["theme"], cell["pattern"], cell.get("theme_en", ""), negative, negation == KEEPS))
    return tuple(patterns)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> tuple[str, re.Pattern[str]]:
    """A wildcard pattern as its longest literal part, and as a regular expression over whole words."""
    words = normal(pattern).split()
    parts = [r"\w+" if word == "*" else r"\w*".join(re.escape(bit) for bit in word.split("*")) for word in words]
    literal = max(re.split(r"[*\s]+", normal(pattern)), key=len)
    return literal, re.compile(r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)")


def _spans(pattern: str, text: str) -> list[tuple[int, int]]:
    literal, expression = _compiled(pattern)
    return [match.span() for match in expression.finditer(text)] if literal in text else []


def code_themes(texts: pd.Series, dictionary: tuple[Pattern, ...] | None = None) -> ThemeCoding:
    """Which themes each answer takes up.

    Parameters
    ----------
    texts : an answer a row; missing and empty ones are not written.
    dictionary : patterns; the shipped ones when omitted.

    Notes
    -----
    A hit is taken back by a negation at most four words before it in the same clause, or by words after it that
    say it is not so; ``keeps`` in the dictionary and the list ``not_negating`` are the exceptions.
    """
    patterns = read_themes() if dictionary is None else dictionary
    if not texts.index.is_unique:
        raise TextError.said("texts.index")
    themes = list(dict.fromkeys(pattern.theme for pattern in patterns))
    filled = texts.where(texts.notna(), "").astype(str)
    written = filled.str.contains(r"\w", regex=True)
    rows: list[tuple[object, ...]] = []
    for answer, raw in filled[written].items():
        text = normal(raw)
        for pattern in patterns:
            for start, end in _spans(pattern.pattern, text):
                why = _why_not(text, start, end, pattern)
                rows.append((answer, pattern.theme, pattern.pattern, text[start:end], start, why))
    hits = pd.DataFrame(rows, columns=HIT_COLUMNS)
    coded = pd.DataFrame(False, index=texts.index, columns=themes)
    counted = hits[hits["why"] == ""]
    for theme, found in counted.groupby("theme"):
        coded.loc[found["answer"].unique(), theme] = True
    names = {pattern.theme: pattern.theme_en or pattern.theme for pattern in patterns}
    return ThemeCoding(coded, written, hits, names, filled)


def _why_not(text: str, start: int, end: int, pattern: Pattern) -> str:
    """Why a hit does not count; empty when it does."""
    for negative in pattern.negative:
        if any(a <= start and end <= b for a, b in _spans(negative, text)):
            return EXCEPTED
    return NEGATED if not pattern.keeps and _negated(text, start, end) else ""


def _negated(text: str, start: int, end: int) -> bool:
    spoken = rules()
    before = _WORD.findall(_CLAUSE.split(text[:start])[-1])
    after = " ".join(_WORD.findall(_CLAUSE.split(text[end:])[0]))
    if any(after.startswith(words) for words in spoken["after"]):
        return True
    breaks = _last(before, spoken["breaks"])
    before = before[breaks:]
    if "utan" in before and any(word in spoken["negations"] for word in before[: before.index("utan")]):
        before = before[before.index("utan") + 1 :]  # "not this but that": what stands after is meant
    near = before[-REACH:]
    plain = " ".join(near)
    for words in spoken["not_negating"]:
        plain = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", "", plain)
    return any(word in spoken["negations"] for word in plain.split())


def _last(words: list[str], expressions: tuple[str, ...]) -> int:
    """Where the words after the last of the expressions begin."""
    found = 0
    for expression in expressions:
        parts = expression.split()
        for at in range(len(words) - len(parts) + 1):
            if words[at : at + len(parts)] == parts:
                found = max(found, at + len(parts))
    return found


def theme_agreement(coded: pd.DataFrame, hand: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """The dictionary against people: how much of what it finds is right, and how much it finds.

    Parameters
    ----------
    coded : ``ThemeCoding.coded``.
    hand : the same answers (or some of them) × themes, coded by hand, True or False.

    Returns
    -------
    pandas.DataFrame
        A row a theme: n, both, only_coded, only_hand, precision and recall with Wilson limits, kappa, alpha and
        enough (at least 100 answers). NaN where nothing can be divided by.

    Raises
    ------
    TextError : answers or themes by hand that the coding does not have.
    """
    if not set(hand.index) <= set(coded.index) or not set(hand.columns) <= set(coded.columns) or hand.empty:
        raise TextError.said("texts.by_hand")
    rows = []
    for theme in hand.columns:
        mine, theirs = coded.loc[hand.index, theme].astype(bool), hand[theme].astype(bool)
        both, only_mine, only_theirs = (
            int(cells.sum()) for cells in (mine & theirs, mine & ~theirs, ~mine & theirs)
        )  # fmt: skip
        row = {"theme": theme, "n": len(hand), "both": both, "only_coded": only_mine, "only_hand": only_theirs}
        for name, of in (("precision", both + only_mine), ("recall", both + only_theirs)):
            low, high = wilson(both, of, level=level) if of else (float("nan"),) * 2
            row |= {name: both / of if of else float("nan"), f"{name}_lo": low, f"{name}_hi": high}
        row |= {"kappa": cohen_kappa(mine, theirs), "alpha": _alpha(mine, theirs), "enough": len(hand) >= ENOUGH}
        rows.append(row)
    return pd.DataFrame(rows)


def _alpha(first: pd.Series, second: pd.Series) -> float:
    try:
        return krippendorff_alpha([first.astype(int), second.astype(int)])
    except AgreementError:
        return float("nan")
