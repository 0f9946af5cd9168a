"""A goal further back in time, and whether the starting point is still the one that was locked."""

from __future__ import annotations

from trygghet.blocks import Block, Caption, Figure, Paragraphs, Section, Table
from trygghet.charts.goal_line import goal_line
from trygghet.followup import Followup, Result
from trygghet.frozen import Frozen
from trygghet.goal_series import GoalSeries
from trygghet.messages import Words
from trygghet.pages.goals import aim, definition
from trygghet.pages.parts import Blocks, columns
from trygghet.retrospect import frozen, series

SERIES, FROZEN = "outcome.series", "outcome.frozen"
ENOUGH_WAVES = 3


def over_time(followup: Followup) -> Blocks:
    """A line for every goal that was measured at least three times; nothing when there is none."""
    words = followup.picture.words
    drawn = [_figure(followup, result) for result in followup.results]
    figures = [item for item in drawn if item is not None]
    if not figures:
        return Blocks()
    head = Section(id="over_tid", title=words(f"{SERIES}.title"), lead=words(f"{SERIES}.lead"), language=words.language)
    return Blocks([head, *figures])


def _figure(followup: Followup, result: Result) -> Figure | None:
    words, goal = followup.picture.words, result.goal
    found = series(followup, goal)
    if sum(point.shown for point in found.points) < ENOUGH_WAVES:
        return None
    marked = [found.points[-1].label]
    if goal.is_count:
        marked.insert(0, found.points[-2].label)
    else:
        marked.insert(0, goal.baseline.year)
    caption = Caption(
        id=f"serie_{goal.id}",
        title=words.pick(goal.title),
        reading=_finding(result, found, words) + " " + words(f"{SERIES}.reading"),
        definition=(*_gap_lines(found, words), *definition(followup, goal)),
    )
    return goal_line(
        found, aim(result, words), words, caption, unit="count" if goal.is_count else "share", marked=marked
    )


def _finding(result: Result, found: GoalSeries, words: Words) -> str:
    """Where the latest figure stands among the ones it may be compared with."""
    piece = found.pieces()[-1]
    last, earlier = piece[-1], piece[:-1]
    if result.goal.is_count:
        shown = [words.number(value) for value in _ends([point.estimate for point in earlier] or [last.estimate])]
    else:
        shown = [words.percent(value) for value in _ends([point.estimate for point in earlier] or [last.estimate])]
    now = words.number(last.estimate) if result.goal.is_count else words.percent(last.estimate)
    if not earlier:
        return words(f"{SERIES}.alone", now=now)
    values = [point.estimate for point in earlier]
    key = "lowest" if last.estimate < min(values) else "highest" if last.estimate > max(values) else "within"
    kind = "count" if result.goal.is_count else "share"
    return words(f"{SERIES}.{key}_{kind}", n=len(earlier), now=now, low=shown[0], high=shown[1])


def _ends(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)


def _gap_lines(found: GoalSeries, words: Words) -> list[str]:
    return [
        words(
            f"{SERIES}.gap_{gap.kind}_line", before=gap.before, after=gap.after, codes=words.sequence(list(gap.codes))
        )
        for gap in found.gaps
    ]


def starting_point(followup: Followup) -> Blocks:
    """Every goal's locked baseline beside the same measurement reckoned anew, and why they differ where they do."""
    words, items = followup.picture.words, frozen(followup)
    if not items:
        return Blocks()
    differ = [item for item in items if item.differs]
    locked = followup.lock.current
    lead = words(f"{FROZEN}.lead_locked", day=words.day(locked.day)) if locked else words(f"{FROZEN}.lead_stated")
    head = Section(id="utgangsvarden", title=words(f"{FROZEN}.title"), lead=lead, language=words.language)
    said = words(f"{FROZEN}.differ", n=len(differ), of=len(items)) if differ else words(f"{FROZEN}.all_same")
    table = Table(
        id="utgangsvardetabell",
        caption=words(f"{FROZEN}.caption"),
        columns=columns(words, f"{FROZEN}.columns", right=("locked", "measured")),
        rows=tuple(_row(item, words, followup.picture.rules.incidents) for item in items),
        collapsed=not differ,
        language=words.language,
    )
    blocks: list[Block] = [head, Paragraphs(texts=(said,), language=words.language), table]
    return Blocks(blocks)


def _row(item: Frozen, words: Words, limit: int) -> dict[str, str]:
    small = item.goal.is_count and 0 < item.locked < limit
    return {
        "goal": words.pick(item.goal.title),
        "locked": words("tables.below", n=limit) if small else _shown(item.locked, item.locked_n, words),
        "measured": words("charts.hidden") if item.cause == "hidden" else _shown(item.measured, item.measured_n, words),
        "why": words(f"{FROZEN}.causes.{item.cause}"),
    }


def _shown(value: float, n: int | None, words: Words) -> str:
    """A share with a decimal, so that what was locked can be told from what was measured, and its answers."""
    if n is None:
        return words.number(value) if value >= 1 else words.percent(value, 1)
    return words(f"{FROZEN}.share", share=words.percent(value, 1), n=n)
