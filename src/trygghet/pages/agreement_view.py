"""How far staff agree, and who was reached in dialogues: tables and sentences under the staff section."""

from __future__ import annotations

import pandas as pd

from trygghet.blocks import Column, Paragraphs, Table
from trygghet.messages import EN_DASH
from trygghet.nominations import REST, Nominations, agreement_word, by_unit, persons_alpha
from trygghet.pages.parts import columns
from trygghet.picture import POLICE, STAFF, Picture

SHOWN = 10


def units_by_problem(picture: Picture) -> list[Table | Paragraphs]:
    """How many workplaces of each department name each problem, how far they agree, what hangs on one of them."""
    answers = picture.staff_answers(STAFF)
    if answers is None or not len(answers.meetings):
        return []
    problems = [item.id for item in picture.codebook]
    found = by_unit(answers, problems, base=picture.rules.staff_base)
    if found is None:
        return []
    return [_table(picture, found), Paragraphs(texts=(_agreement(picture, found),), language=picture.words.language)]


def _table(picture: Picture, found: Nominations) -> Table:
    words = picture.words
    labels = picture.codebook.labels(words, short=True)
    first = found.total.sort_values(ascending=False, kind="stable").head(SHOWN)
    first, ranges = first[first > 0], found.without_one()
    heads = [Column("problem", words("voices.staff.columns.problem"))]
    heads += [
        Column(f"u{i}", name or words("voices.staff.rest"), "right") for i, name in enumerate(map(str, found.named))
    ]
    heads.append(Column("range", words("voices.staff.columns.range"), "right"))
    answered = [_answered(picture, found, str(name)) for name in found.named]
    rows = [(words("voices.staff.answered"), *answered, EN_DASH)]
    for problem in first.index:
        low, high = ranges.loc[problem]
        cells = [_cell(picture, found, str(problem), str(name)) for name in found.named]
        rows.append((labels[str(problem)], *cells, words.interval(low, high)))
    note = words("voices.staff.note", limit=picture.rules.staff_base)
    if found.merged:
        note += " " + words("voices.staff.merged", units=words.sequence(list(found.merged)))
    return Table(
        id="forvaltningar_problem",
        caption=words("voices.staff.caption"),
        columns=tuple(heads),
        rows=tuple(rows),
        note=note,
        language=words.language,
    )


def _answered(picture: Picture, found: Nominations, unit: str) -> str:
    """How many of a department's workplaces answered, of how many asked where that is known."""
    words, answers = picture.words, picture.staff_answers(STAFF)
    assert answers is not None
    asked = answers.asked.set_index("unit")["n_asked"] if len(answers.asked) else pd.Series(dtype=int)
    members = found.merged if unit == REST else (unit,)
    n = int(found.answered[unit])
    if not all(name in asked.index for name in members):
        return words.number(n)
    return words("voices.staff.of", n=n, asked=int(asked[list(members)].sum()))


def _cell(picture: Picture, found: Nominations, problem: str, unit: str) -> str:
    """``k`` of the group's answers; what all of them named is not told of any group."""
    k, n = int(found.named[unit][problem]), int(found.answered[unit])
    return EN_DASH if k == n else picture.words.number(k)


def _agreement(picture: Picture, found: Nominations) -> str:
    """Whether the departments order the problems alike, and where they differ most."""
    words, alpha = picture.words, found.alpha()
    text = words(f"voices.agreement.units_{agreement_word(alpha)}", alpha=words.number(alpha, 2))
    apart = (found.shares.max(axis=1) - found.shares.min(axis=1)).sort_values(ascending=False, kind="stable")
    problem = str(apart.index[0])
    shares = found.shares.loc[problem]
    high, low = str(shares.idxmax()), str(shares.idxmin())
    if found.named.loc[problem, high] == found.answered[high]:
        return text
    values = {}
    for key, unit in (("high", high), ("low", low)):
        values[f"{key}_unit"] = unit or words("voices.staff.rest_in_text")
        values[f"{key}_k"], values[f"{key}_n"] = str(int(found.named[unit][problem])), str(found.answered[unit])
    name = picture.codebook[problem].name(words, short=True)
    return f"{text} {words('voices.agreement.most_apart', problem=name, **values)}"


def police_agreement(picture: Picture) -> str:
    """How far the police's own people agree, in a sentence; empty without answers."""
    answers, words = picture.staff_answers(POLICE), picture.words
    if answers is None or len(answers.meetings) < picture.rules.staff_base:
        return ""
    alpha = persons_alpha(answers)
    return words(f"voices.agreement.police_{agreement_word(alpha)}", alpha=words.number(alpha, 2))


def reached(picture: Picture) -> Table | None:
    """Contacts and persons by kind of contact; kinds with too few are put together."""
    words = picture.words
    if picture.contacts is None or picture.contacts.frame.empty:
        return None
    frame, least = picture.contacts.frame, picture.rules.count
    kinds = frame["kind"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    small = [str(kind) for kind in kinds.index[kinds < least]]
    large = [str(kind) for kind in kinds.index if str(kind) not in small]
    while small and large and (len(small) < 2 or kinds[small].sum() < least):
        small.insert(0, large.pop())
    if small and kinds[small].sum() < least:
        return None
    rows = [_kind(picture, kind, frame[frame["kind"] == kind]) for kind in large]
    if small:
        name = words("voices.reached.rest", kinds=words.sequence([kind[:1].lower() + kind[1:] for kind in small]))
        rows.append(_kind(picture, name, frame[frame["kind"].isin(small)]))
    rows.append(_kind(picture, words("voices.reached.all"), frame))
    return Table(
        id="natt",
        caption=words("voices.reached.caption"),
        columns=columns(words, "voices.reached.columns", right=("contacts", "people")),
        rows=tuple(rows),
        note=words("voices.reached.note"),
        language=words.language,
    )


def _kind(picture: Picture, name: str, rows: pd.DataFrame) -> tuple[str, str, str]:
    words, people = picture.words, rows["n_people"].dropna()
    return name, words.number(len(rows)), words.number(int(people.sum())) if len(people) else EN_DASH
