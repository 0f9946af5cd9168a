"""What a published text says as a number: a count, a share with its rounding, an interval, or that it is hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from math import inf

from trygghet.messages import LANGUAGES, Words

COUNT, SHARE, HIDDEN, DASH, OTHER = "count", "share", "hidden", "dash", "other"
_NUMBER = r"(?:\d{1,3}(?:[ \u00a0\u202f,.](?=\d{3}(?!\d))\d{3})+|\d+)(?:[.,]\d+)?"
_COUNT = re.compile(r"\d{1,3}(?:[ ,\u202f]\d{3})+|\d+")
_SHARE = re.compile(rf"({_NUMBER}) ?%(?: ?\((.*)\))?")
_SPAN = re.compile(rf"({_NUMBER}) ?%? ?[^\d\s]{{1,4}} ?({_NUMBER}) ?%?")
_DASHES = {"", "-", "\N{EN DASH}", "\N{EM DASH}", ".."}


@dataclass(frozen=True)
class Value:
    """A published text read as a number.

    Attributes
    ----------
    kind : ``count``, ``share``, ``hidden``, ``dash`` (nothing stands there) or ``other``.
    low, high : what the true number lies within; shares between 0 and 1.
    span : of a share, the ends of the interval printed with it, each with its own rounding; empty when none.
    """

    kind: str
    low: float = -inf
    high: float = inf
    span: tuple[float, ...] = ()


@cache
def vocabulary(kind: str) -> tuple[str, ...]:
    """Words in headings and names, of every language, in small letters."""
    found = (str(text).lower() for name in LANGUAGES for text in Words(name).raw(f"audit.vocabulary.{kind}"))
    return tuple(dict.fromkeys(found))


def named(text: str, kind: str) -> bool:
    """Whether a text is one of the words of a kind."""
    return text.lower().strip(" :*") in vocabulary(kind)


def holds(text: str, kind: str) -> bool:
    """Whether a text holds one of the words of a kind, each as a whole."""
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.lower()) for word in vocabulary(kind))


def decimal(text: str) -> tuple[float, int]:
    """A number as printed and its decimals: a last group of three after a space is thousands."""
    plain = re.sub(r"[ \u00a0\u202f]", "", text)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    return float(plain), len(plain.partition(".")[2])


@lru_cache(maxsize=65536)
def read_value(text: str) -> Value:
    """Read one published text, in the number format of any of the languages."""
    if text.strip() in _DASHES:
        return Value(DASH)
    if holds(text, "hidden"):
        return Value(HIDDEN)
    if _COUNT.fullmatch(text):
        number = decimal(text)[0]
        return Value(COUNT, number, number)
    found = _SHARE.fullmatch(text)
    if found:
        share, decimals = decimal(found[1])
        half = 0.5 * 10.0**-decimals
        ends = read_span(found[2] or "")
        return Value(SHARE, max(0.0, share - half) / 100, min(100.0, share + half) / 100, ends)
    return Value(OTHER)


def read_span(text: str) -> tuple[float, ...]:
    """The ends of a printed interval of percentages, as (low, high, half the last digit); empty for other texts."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        return ()
    (low, decimals), (high, _) = decimal(found[1]), decimal(found[2])
    return low / 100, high / 100, 0.005 * 10.0**-decimals


def told_base(text: str) -> int | None:
    """The number of answers that a sentence of hiding gives away, as "only 20 answers" does."""
    if not holds(text, "hidden"):
        return None
    found = re.search(r"\d+", text)
    return int(found[0]) if found and holds(text, "answers") else None
