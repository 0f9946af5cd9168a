"""Focus areas: what people decided and why, beside what the material says; or what it points at when nobody has."""

from __future__ import annotations

from trygghet.blocks import Block, Finding, Findings, Note, Section, Table
from trygghet.criteria import decided, row_of
from trygghet.decisions import Decided, Decision, Priority
from trygghet.messages import EN_DASH, Words
from trygghet.pages.evidence import places, pointed
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import Picture
from trygghet.priorities import problem_ranks

FOCUS, MOST, LEAST = "fokus", 5, 3


def focus(picture: Picture) -> Blocks:
    """The section; none where nothing is decided and the sources cannot rank any problem."""
    decision = decided(picture)
    if decision is not None and decision.priorities:
        return Blocks(_decided(picture, decision))
    return Blocks(_open(picture)) if len(problem_ranks(picture)) else Blocks()


def _decided(picture: Picture, decision: Decision) -> list[Block]:
    words = picture.words
    lead = words("focus.lead", **signed(decision.decided, words))
    head = Section(id=FOCUS, title=words("focus.title"), lead=lead, language=words.language)
    chosen = Findings(items=tuple(_chosen(picture, item) for item in decision.priorities), language=words.language)
    unexplained = [name for name in _pointed_at(picture, "A") if name not in _mentioned(decision)]
    blocks: list[Block] = [head, chosen]
    table = _left_out(picture, decision, unexplained)
    if table is not None:
        blocks.append(table)
    if unexplained:
        names = words.sequence([f"”{picture.codebook[name].name(words, short=True)}”" for name in unexplained])
        text = words("focus.asked", problems=names)
        blocks.append(Note(title=words("focus.asked_title"), text=text, tone="warning", language=words.language))
    return blocks


def signed(by: Decided | None, words: Words) -> dict[str, str]:
    """Who decided and when, as values for a message."""
    if by is None:
        return {"who": EN_DASH, "by": EN_DASH, "day": EN_DASH}
    name, role = words.pick(by.by), words.pick(by.role)
    who = words("focus.who", by=name, role=role) if role else name
    return {"who": _small(who), "by": _small(name), "day": words.day(by.date)}


def _small(text: str) -> str:
    """A name inside a sentence: a common noun loses its capital, ``BRÅ`` and ``Anna Berg`` keep theirs."""
    first, rest = text.split(" ", maxsplit=1)[0], text.split(" ")[1:]
    name = first.isupper() or any(word[:1].isupper() for word in rest)
    return text if name else text[:1].lower() + text[1:]


def _mentioned(decision: Decision) -> set[str]:
    return {*decision.chosen, *(item.problem for item in decision.not_chosen)}


def _pointed_at(picture: Picture, tiers: str) -> list[str]:
    """Problems in any of some tiers, in order."""
    table = problem_ranks(picture)
    return [str(name) for name in table.index[table["tier"].isin(list(tiers))]]


def _chosen(picture: Picture, item: Priority) -> Finding:
    words = picture.words
    name = picture.codebook[item.problem].name(words)
    text = words(
        "focus.chosen", problem=name, reason=words.pick(item.motivering).strip(), data=beside(picture, item.problem)
    )
    if item.areas:
        areas = words.sequence([picture.ws.area_labels[area] for area in item.areas])
        text += " " + words("focus.areas", areas=areas)
    title = words.pick(item.title)
    if not title:
        title, text = name, text.removeprefix(f"{name}. ")
    return Finding(title, text, _tags(picture, item.problem))


def _tags(picture: Picture, problem: str) -> tuple[str, ...]:
    row = row_of(problem_ranks(picture), problem)
    if row is None:
        return ()
    return picture.words(f"priorities.tiers.{row['tier']}"), pointed(picture, problem)


def beside(picture: Picture, problem: str) -> str:
    """What the material says of a problem that people chose."""
    words, row = picture.words, row_of(problem_ranks(picture), problem)
    if row is None:
        return words("focus.data.none")
    return words(f"focus.data.{row['tier']}", place=places(row))


def _left_out(picture: Picture, decision: Decision, unexplained: list[str]) -> Table | None:
    """What was not chosen and why; the problems of tier A first, also those without a reason."""
    words, ranks = picture.words, problem_ranks(picture)
    reasons = {item.problem: words.pick(item.motivering).strip() for item in decision.not_chosen}
    reasons |= {problem: words("focus.reason_missing") for problem in unexplained}
    if not reasons:
        return None
    order = [str(name) for name in ranks.index if name in reasons]
    order += [problem for problem in reasons if problem not in order]
    rows = []
    for problem in order:
        tags = _tags(picture, problem)
        rows.append((picture.codebook[problem].name(words), tags[0] if tags else EN_DASH, reasons[problem]))
    pointed_at = set(_pointed_at(picture, "AB")) & set(order)
    return Table(
        id="inte_valda",
        caption=words("focus.left_caption" if pointed_at else "focus.left_plain"),
        columns=columns(words, "focus.left_columns"),
        rows=tuple(rows),
        language=words.language,
    )


def _open(picture: Picture) -> list[Block]:
    words, ranks = picture.words, problem_ranks(picture)
    head = Section(id=FOCUS, title=words("focus.title_open"), lead=words("focus.lead_open"), language=words.language)
    rows = []
    for problem in proposed(picture):
        row = row_of(ranks, problem)
        assert row is not None
        tier = words(f"priorities.tiers.{row['tier']}")
        rows.append((picture.codebook[problem].name(words), tier, places(row), pointed(picture, problem)))
    table = Table(
        id="forslag",
        caption=words("focus.open_caption"),
        columns=columns(words, "focus.open_columns", right=("place",)),
        rows=tuple(rows),
        note=words("focus.open_note"),
        language=words.language,
    )
    return [head, table]


def proposed(picture: Picture) -> list[str]:
    """The problems of tier A and B, at most five; at least the first three of the order."""
    ranked = [str(name) for name in problem_ranks(picture).index]
    found = _pointed_at(picture, "AB")[:MOST]
    return found if len(found) >= LEAST else ranked[:LEAST]
