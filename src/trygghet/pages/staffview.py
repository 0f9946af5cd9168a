"""What municipal staff, the police's own people and daily contacts say: counted, never given intervals."""

from __future__ import annotations

import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Caption, Figure, Section, Table
from trygghet.charts import staff_bars
from trygghet.messages import EN_DASH
from trygghet.pages.agreement_view import police_agreement, reached, units_by_problem
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import CONTACTS, POLICE, STAFF, Picture

SHOWN = 12
LEAST_PERSONS = 3


def staff(picture: Picture) -> Blocks:
    """The section; only the sources that are there."""
    words = picture.words
    head = Section(
        id="medarbetare",
        title=words("report.staff.title"),
        lead=words("report.staff.lead"),
        language=words.language,
    )
    blocks = [workplaces(picture), units(picture), *units_by_problem(picture), police(picture)]
    blocks += [reached(picture), contacts(picture)]
    found = [block for block in blocks if block is not None]
    return Blocks([head, *found]) if found else Blocks()


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as problem, unit, k, n for the chart and tables; only those that somebody named."""
    frame = pd.DataFrame(
        {
            "problem": rows["indicator"].str.removeprefix(est.STAFF),
            "unit": rows["group"],
            "k": (rows["estimate"] * rows["n"].astype(float)).round(),
            "n": rows["n"],
            "suppressed": rows["suppressed"],
        }
    )
    return frame[(frame["k"] > 0) | frame["suppressed"].astype(bool)].reset_index(drop=True)


def workplaces(picture: Picture) -> Figure | None:
    """Problems by the share of municipal workplaces that name them."""
    words, answers, wave = picture.words, picture.staff_answers(STAFF), picture.wave(STAFF)
    rows = est.pick(picture.staff_estimates(STAFF), group_by=est.TOTAL)
    frame = _named(rows) if len(rows) else pd.DataFrame()
    if answers is None or wave is None or frame.empty:
        return None
    labels = picture.codebook.labels(words, short=True)
    frame = frame.sort_values("k", ascending=False, kind="stable").reset_index(drop=True)
    asked = answers.n_asked or 0
    key = "municipal_reading" if asked else "municipal_reading_plain"
    caption = Caption(
        id="arbetsplatser",
        title=words("report.staff.municipal_title", label=picture.codebook[frame["problem"].iloc[0]].name(words)),
        reading=words(f"report.staff.{key}", answered=len(answers.meetings), asked=asked),
        definition=(
            words(
                "report.common.data_period",
                source=wave.label(words),
                period=words.month_span(wave.wave.start, wave.wave.end),
            ),
        ),
    )
    return staff_bars(frame, words, caption, labels=labels, top=SHOWN)


def units(picture: Picture) -> Table | None:
    """A row a förvaltning: asked, answered, late, and what it names most when it is large enough to say."""
    words, answers, wave = picture.words, picture.staff_answers(STAFF), picture.wave(STAFF)
    if answers is None or wave is None or answers.meetings["unit"].nunique() < 2:
        return None
    labels = picture.codebook.labels(words, short=True)
    by_unit = _named(est.pick(picture.staff_estimates(STAFF), group_by="unit"))
    asked = answers.asked.set_index("unit")["n_asked"] if len(answers.asked) else pd.Series(dtype=int)
    rows = []
    for unit in sorted(set(asked.index) | set(answers.meetings["unit"])):
        members = answers.meetings[answers.meetings["unit"] == unit]
        own = by_unit[(by_unit["unit"] == unit) & ~by_unit["suppressed"].astype(bool)]
        top = own.sort_values("k", ascending=False, kind="stable")["problem"].head(1)
        rows.append(
            {
                "unit": str(unit),
                "asked": words.number(asked[unit]) if unit in asked.index else EN_DASH,
                "answered": words.number(len(members)),
                "late": words.number(int(members["late"].sum())),
                "top": labels[top.iloc[0]] if len(top) else words("report.staff.too_few"),
            }
        )
    heads = columns(words, "report.staff.units_columns", right=("asked", "answered", "late"))
    note = words("report.staff.units_note", limit=picture.rules.staff_base)
    if wave.wave.deadline:
        note = f"{words('report.staff.units_late', deadline=words.day(wave.wave.deadline))} {note}"
    caption = words("report.staff.units_caption")
    return Table(
        id="forvaltningar",
        caption=caption,
        columns=heads,
        rows=tuple(rows),
        note=note,
        language=words.language,
    )


def police(picture: Picture) -> Table | None:
    """Problems that at least three of the police's people name, as numbers of persons."""
    words = picture.words
    rows = est.pick(picture.staff_estimates(POLICE), group_by=est.TOTAL)
    frame = _named(rows) if len(rows) else pd.DataFrame()
    if frame.empty:
        return None
    frame = frame[frame["k"] >= LEAST_PERSONS].sort_values("k", ascending=False, kind="stable")
    labels = picture.codebook.labels(words)
    note = words("report.staff.police_note", n=LEAST_PERSONS, limit=picture.rules.staff_base)
    heads = columns(words, "report.staff.police_columns", right=("k", "n"))
    table = [(labels[r["problem"]], words.number(r["k"]), words.number(r["n"])) for r in frame.to_dict("records")]
    return Table(
        id="polisen",
        caption=words("report.staff.police_caption"),
        columns=heads,
        rows=tuple(table),
        note=f"{note} {police_agreement(picture)}".strip(),
        language=words.language,
    )


def contacts(picture: Picture) -> Table | None:
    """How often each problem came up in dialogues and daily contacts."""
    words = picture.words
    if picture.contacts is None:
        return None
    counts = picture.contacts.frame["problem"].dropna().value_counts()
    counts = counts[counts >= picture.rules.count]
    labels = picture.codebook.labels(words)
    heads = columns(words, "report.staff.contacts_columns", right=("k", "n"))
    note = words("report.staff.contacts_note", total=len(picture.contacts.frame), limit=picture.rules.count)
    table = [(labels[str(problem)], words.number(n)) for problem, n in counts.items()]
    if not table:
        return None
    return Table(
        id=CONTACTS,
        caption=words("report.staff.contacts_caption"),
        columns=heads,
        rows=tuple(table),
        note=note,
        language=words.language,
    )
