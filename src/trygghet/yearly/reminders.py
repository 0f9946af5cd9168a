"""The year's dates: when answers are due, and when to describe, promise, follow up and evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trygghet.messages import Words
from trygghet.workspace import Workspace

FILE = "paminnelser.ics"
PICTURE, PROMISE, HALF_YEAR = (4, 30), (5, 31), (11, 30)
"""Month and day by which the lägesbild is made, the promise is signed and the half-year is followed up."""
AHEAD = 7
"""Days before that a calendar reminds."""
_WIDTH = 74
"""Octets of a line, RFC 5545 section 3.1 (75 with the space that a continued line begins with)."""


@dataclass(frozen=True)
class Reminder:
    """Something to have done by a day; ``key`` names it among the year's others."""

    day: date
    key: str
    text: str


def reminders(ws: Workspace, words: Words, *, evaluated: bool) -> list[Reminder]:
    """The dates of the workspace's year, in order.

    Parameters
    ----------
    evaluated : whether promises fall due for evaluation this year.
    """
    year, found = int(ws.year), []
    for wave in ws.source_waves():
        values = {"source": wave.label(words), "year": ws.year}
        if wave.source.kind == "survey":
            found.append(Reminder(wave.wave.start, f"{wave.name}-from", words("cli.next.dates.survey_from", **values)))
            found.append(Reminder(wave.wave.end, f"{wave.name}-to", words("cli.next.dates.survey_to", **values)))
        if wave.source.kind == "staff":
            day = wave.wave.deadline or wave.wave.end
            found.append(Reminder(day, wave.name, words("cli.next.dates.staff", **values)))
    planned = [("picture", year, PICTURE), ("promise", year, PROMISE), ("half_year", year, HALF_YEAR)]
    planned += [("evaluation", year, PICTURE)] if evaluated else []
    planned.append(("evaluation_next", year + 1, PICTURE))
    for key, of, month_day in planned:
        found.append(Reminder(date(of, *month_day), key, words(f"cli.next.dates.{key}", year=ws.year, next=str(of))))
    return sorted(found, key=lambda reminder: (reminder.day, reminder.key))


def calendar(ws: Workspace, dates: Sequence[Reminder]) -> bytes:
    """The dates as whole days for a calendar (iCalendar, RFC 5545); the same bytes for the same dates."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//trygghet//trygghet//SV", "CALSCALE:GREGORIAN"]
    for one in dates:
        text = f"{ws.settings.name}: {one.text}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{ws.settings.code}-{ws.year}-{one.key}@trygghet.invalid",
            f"DTSTAMP:{ws.year}0101T000000Z",
            f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(text)}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(text)}",
            f"TRIGGER:-P{AHEAD}D",
            "END:VALARM",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode("utf-8")


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _folded(line: str) -> str:
    """A line cut so that no part has more octets than allowed, never inside a letter."""
    parts, width = [""], 0
    for letter in line:
        size = len(letter.encode("utf-8"))
        if width + size > _WIDTH:
            parts.append("")
            width = 0
        parts[-1] += letter
        width += size
    return "\r\n ".join(parts)
