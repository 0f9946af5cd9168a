"""Numbers and addresses of persons taken out of free text. Names are not promised: no list holds them all."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trygghet.messages import Words
from trygghet.resources import shipped
from trygghet.yamlfile import read_yaml

if TYPE_CHECKING:
    import pandas as pd

FOUND = ["answer", "kind", "suspected"]
EMAIL, URL, PERSON, CASE, PHONE, STREET, PLATE = (
    "email", "url", "personal_number", "case_number", "phone", "street", "plate",
)  # fmt: skip
_DASH = "\\-\u2010\u2011\u2012\u2013\u2014\u2212"
_PERSON = re.compile(
    rf"(?<!\d)(?P<century>18|19|20)?(?P<year>\d\d)[\s{_DASH}./]?(?P<month>\d\d)[\s{_DASH}./]?(?P<day>\d\d)"
    rf"\s?[{_DASH}+]?\s?(?P<last>\d{{4}})(?!\d)"
)
_CASE = re.compile(rf"(?<!\w)(?:\d{{4}}\s?[{_DASH}]\s?)?K\s?\d{{4,8}}(?:\s?[{_DASH}]\s?\d\d)?(?!\w)", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+%-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_URL = re.compile(
    r"(?:https?://|www\.)\S*[\w/]|(?<![\w@.])(?:[\w-]+\.)+(?:se|com|nu|net|org|eu|info)(?:/\S*[\w/])?(?!\w)",
    re.IGNORECASE,
)
_PHONE = re.compile(
    rf"(?<![\d+])(?:(?:\+|00\s?)\d{{2}}[\s{_DASH}]?(?:\(0\)\s?)?\d|\(?0\d)(?:[\s{_DASH}/()]{{0,3}}\d){{5,10}}(?!\d)"
)
# no I, Q or V on Swedish plates; in small letters only without a space, or every "hus 123" would go; "SEK 410" is money
_PLATE = re.compile(
    r"(?<!\w)(?!(?:CHF|DKK|EUR|GBP|NOK|SEK|USD)\s)(?:[A-HJ-PR-UW-Z]{3}[\s-]?\d\d[A-HJ-PR-UW-Z\d]|[a-hj-pr-uw-z]{3}\d\d[a-hj-pr-uw-z\d])(?!\w)"
)


@dataclass(frozen=True)
class Scrubbed:
    """Texts without what points to a person by number or address.

    Attributes
    ----------
    texts : as given, with each find replaced by its kind in brackets; missing stays missing.
    found : answer, kind and suspected (True for a personal number with a wrong check digit or a day that does not
        exist: a slip of the pen is still somebody's number). Never the string itself.
    """

    texts: pd.Series
    found: pd.DataFrame


def scrub(texts: pd.Series, *, language: str = "sv") -> Scrubbed:
    """Take out personal and coordination numbers, case numbers, telephones, e-mail, links, plates and addresses.

    Parameters
    ----------
    texts : an answer a row.
    language : of the words that are put in place.

    Notes
    -----
    Numbers spelt out digit by digit, and the last four digits alone, are not found. Names are not looked for.
    """
    import pandas as pd  # what looks through pages (`scan`) needs only the expressions

    words = Words(language)
    rows: list[tuple[object, str, bool]] = []
    cleaned = {}
    for answer, raw in zip(texts.index, texts, strict=True):
        if pd.isna(raw):
            cleaned[answer] = raw
            continue
        text, found = scrub_text(str(raw), words)
        cleaned[answer] = text
        rows += [(answer, kind, suspected) for kind, suspected in found]
    result = pd.Series(list(cleaned.values()), index=texts.index, dtype=object, name=texts.name)
    return Scrubbed(result, pd.DataFrame(rows, columns=FOUND))


def scrub_text(text: str, words: Words) -> tuple[str, list[tuple[str, bool]]]:
    """One text without its numbers and addresses, and the kinds of what was found."""
    text = unicodedata.normalize("NFC", text)
    found: list[tuple[str, bool]] = []
    for kind, expression in _expressions():

        def replaced(match: re.Match[str], kind: str = kind) -> str:
            if kind == PERSON and not is_dated(match):
                return match[0]
            suspected = kind == PERSON and not is_valid(match)
            if suspected and _phone_like(match):
                return match[0]
            found.append((kind, suspected))
            return f"[{words(f'texts.scrub.{kind}')}{'?' if suspected else ''}]"

        text = expression.sub(replaced, text)
    return text, found


@lru_cache(maxsize=1)
def _expressions() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What is looked for, in order: what may hold another comes first."""
    endings = "|".join(re.escape(str(e)) for e in read_yaml(shipped("data", "reference", "text_rules.yml"))["streets"])
    street = re.compile(
        rf"(?<!\w)(?:(?:[^\W\d_]+\s)?[^\W\d_][\w-]+(?:{endings})|[^\W\d_]{{2,}}\s(?:{endings}))"
        rf"\s?\d{{1,3}}(?:\s?[a-zA-Z](?!\w))?(?!\d)(?!\s?(?:m|km|min)(?!\w))",
        re.IGNORECASE,
    )
    return (
        (EMAIL, _EMAIL), (URL, _URL), (CASE, _CASE), (PERSON, _PERSON), (PHONE, _PHONE), (STREET, street),
        (PLATE, _PLATE),
    )  # fmt: skip


def is_dated(match: re.Match[str]) -> bool:
    """Whether the first six digits look like a day (30 February too: a slip); 60 more in a coordination number."""
    month, day = int(match["month"]), int(match["day"])
    return 1 <= month <= 12 and 1 <= day - 60 * (day > 60) <= 31


def is_valid(match: re.Match[str]) -> bool:
    """Whether the day exists in a century it may mean, and the check digit is right."""
    month, day = int(match["month"]), int(match["day"])
    centuries = [match["century"]] if match["century"] else ["19", "20"]
    last = max(monthrange(int(century + match["year"]), month)[1] for century in centuries)
    return day - 60 * (day > 60) <= last and is_checked(match)


def is_checked(match: re.Match[str]) -> bool:
    """Whether the check digit is right (Luhn's formula over ten digits)."""
    digits = match["year"] + match["month"] + match["day"] + match["last"]
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(digits)]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _phone_like(match: re.Match[str]) -> bool:
    """Ten digits from 0 without a century may be a telephone, which is looked for later."""
    return match["century"] is None and match[0].startswith("0") and not re.match(rf"\d{{6}}[{_DASH}+]", match[0])
