"""Every word a reader sees, by key, in each language; and numbers written as that language writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from math import isfinite
from typing import Any

from trygghet.own_yaml import load_own

LANGUAGES = ("sv", "en")
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"


class MissingMessageError(KeyError):
    """A key that no message file holds: a fault in the program, never in an input."""


@lru_cache(maxsize=len(LANGUAGES))
def _messages(language: str) -> Mapping[str, Any]:
    text = files(__package__).joinpath(f"{language}.yml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = load_own(text)
    return loaded


@lru_cache(maxsize=len(LANGUAGES))
def texts(language: str) -> Mapping[str, str]:
    """Every text of a language by its dotted key; the texts of a list by number from 0: ``dates.months.0``."""
    return dict(_leaves(_messages(language), ""))


def _leaves(node: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping | list):
        for name, value in node.items() if isinstance(node, Mapping) else enumerate(node):
            yield from _leaves(value, f"{key}.{name}" if key else str(name))
    else:
        yield key, str(node)


@dataclass(frozen=True)
class Words:
    """The words and number forms of one language.

    Parameters
    ----------
    language : ``"sv"`` or ``"en"``.
    overrides : dotted key to text, a municipality's own wording of single messages.
    share_digits : decimals of shares in percent where the caller does not say.
    """

    language: str = "sv"
    overrides: Mapping[str, str] | None = None
    share_digits: int = 0

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {self.language!r}")

    def raw(self, key: str) -> Any:
        """Whatever stands under a dotted key: a text, a list of texts, or a mapping."""
        if self.overrides and key in self.overrides:
            return self.overrides[key]
        node: Any = _messages(self.language)
        for part in key.split("."):
            if not isinstance(node, Mapping) or part not in node:
                raise MissingMessageError(f"{self.language}: {key}")
            node = node[part]
        return self._own(node, key)

    def _own(self, node: Any, key: str) -> Any:
        """What stands under a key, with the texts below it that are overridden."""
        if not self.overrides or not any(name.startswith(f"{key}.") for name in self.overrides):
            return self.overrides.get(key, node) if self.overrides else node
        if isinstance(node, Mapping):
            return {name: self._own(value, f"{key}.{name}") for name, value in node.items()}
        return [self._own(value, f"{key}.{i}") for i, value in enumerate(node)] if isinstance(node, list) else node

    def has(self, key: str) -> bool:
        """Whether the key holds anything."""
        try:
            self.raw(key)
        except MissingMessageError:
            return False
        return True

    def __call__(self, key: str, **values: Any) -> str:
        """The text under `key`, with ``{names}`` filled in.

        A message with the forms ``one`` and ``other`` is chosen by the value ``n``. Values that are
        integers are written with the language's thousands separator; everything else as ``str``.
        """
        node = self.raw(key)
        if isinstance(node, Mapping):
            node = node["one"] if values.get("n") == 1 and "one" in node else node["other"]
        shown = {
            name: self.number(value) if isinstance(value, int) and not isinstance(value, bool) else value
            for name, value in values.items()
        }
        return str(node).format(**shown)

    def pick(self, texts: Mapping[str, str] | str | None, default: str = "") -> str:
        """The text of this language out of ``{sv: …, en: …}`` in a data file; a plain text stands as it is."""
        if texts is None:
            return default
        if isinstance(texts, str):
            return texts
        return texts.get(self.language) or texts.get("sv") or next(iter(texts.values()), default)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with the decimal sign and thousands separator of the language; — when there is none."""
        if value is None or not isfinite(value):
            return "–"
        text = f"{abs(value):,.{digits}f}"
        if self.language == "sv":
            text = text.replace(",", NBSP).replace(".", ",")
        negative = value < 0 and any(c in "123456789" for c in text)
        return MINUS + text if negative else text

    def number_as_short(self, value: float) -> str:
        """A number as it is, with six figures that count and the decimal sign of the language: ``0,125``, ``1e-10``."""
        text = f"{value:.6g}"
        return text.replace("-", MINUS).replace(".", ",") if self.language == "sv" else text

    def percent(self, share: float, digits: int | None = None) -> str:
        """A share 0–1 as percent: ``29 %`` in Swedish, ``29%`` in English."""
        if share is None or not isfinite(share):
            return "–"
        return self.number(100 * share, self._digits(digits)) + (NBSP + "%" if self.language == "sv" else "%")

    def _digits(self, digits: int | None) -> int:
        return self.share_digits if digits is None else digits

    def points(self, difference: float, digits: int | None = None) -> str:
        """A difference of shares as signed percentage points, without the unit: ``+2``, ``−4``."""
        text = self.number(100 * difference, self._digits(digits))
        return text if text.startswith((MINUS, "–")) or text.strip("0,.") == "" else "+" + text

    def interval(self, low: float, high: float, digits: int | None = None) -> str:
        """Limits of a share in percent without the sign: ``25–33``."""
        places = self._digits(digits)
        return f"{self.number(100 * low, places)}{EN_DASH}{self.number(100 * high, places)}"

    def day(self, value: date | datetime | str) -> str:
        """A day as ISO in Swedish (2016-05-12) and as 12 May 2016 in English."""
        if isinstance(value, str):
            value = date.fromisoformat(value)
        if self.language == "sv":
            return f"{value:%Y-%m-%d}"
        return f"{value.day} {self.raw('dates.months')[value.month - 1]} {value.year}"

    def month_span(self, start: date, end: date) -> str:
        """A reference period in words: ``februari–mars 2016``, ``april 2015–mars 2016``."""
        months = self.raw("dates.months")
        first, last = months[start.month - 1], months[end.month - 1]
        if (start.year, start.month) == (end.year, end.month):
            return f"{last} {end.year}"
        head = first if start.year == end.year else f"{first} {start.year}"
        return f"{head}{EN_DASH}{last} {end.year}"

    def sequence(self, items: list[str]) -> str:
        """Items as running text: ``a, b och c``."""
        items = [str(item) for item in items]
        if len(items) < 2:
            return "".join(items)
        return ", ".join(items[:-1]) + f" {self('lists.and')} " + items[-1]
