"""The pages in easy words: short sentences with one thought each, so many of a hundred, no percent signs.

Source of the rules: Myndigheten för tillgängliga medier, on easy-to-read Swedish.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, isnan

import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Paragraphs, Section
from trygghet.followup import Followup, Result
from trygghet.messages import Words
from trygghet.pages.opening import headline_change, people
from trygghet.pages.parts import Blocks, hundred, lowered, pair, place_name, predicate, separate, shown
from trygghet.pages.problems import problem_rows
from trygghet.pages.promised import Promised, today, too_few
from trygghet.picture import CITIZENS, Picture
from trygghet.promise_model import Goal

ANCHOR = "lattlast"
MOST = 3


def situation(picture: Picture) -> Blocks:
    """The lägesbild in easy words; nothing without a survey."""
    row = est.one(picture.survey_estimates, picture.headline.id)
    if picture.survey is None or row is None or row["suppressed"]:
        return Blocks()
    words = picture.words
    asked = words("easy.asked", n=len(picture.survey.answers), place=_plain(place_name(picture)))
    share = words("easy.share", share=hundred(row["estimate"], words), predicate=predicate(picture))
    texts = [asked, share, *_groups(picture), *_since(picture, row), *_problems(picture), words("easy.sample")]
    return _section(texts, picture)


def _plain(place: str) -> str:
    """A place without what stands in brackets after it, which no running sentence can bear."""
    return place.partition(" (")[0]


def promises(followup: Followup) -> Blocks:
    """The promises in easy words: what is promised, how it is now, and what it is to become."""
    promised, words = Promised(followup), followup.picture.words
    if not promised.promises:
        return Blocks()
    texts = [words("easy.promises", n=len(promised.promises))]
    for promise in promised.promises:
        said = [words("easy.promise", title=words.pick(promise.title))]
        for goal in followup.registry.goals_of(promise):
            said += _goal(followup.picture, goal)
        texts.append(" ".join(said))
    years = sorted({goal.follow_up for goal in promised.goals})
    texts.append(words("easy.told", years=words.sequence(years)) if years else "")
    return _section(texts, followup.picture)


def outcome(followup: Followup) -> Blocks:
    """How it went in easy words; nothing at the half-year, when nothing is measured."""
    words, results = followup.picture.words, followup.results
    if followup.interim or not results:
        return Blocks()
    reached = sum(result.label == "reached" for result in results)
    texts = [words("easy.goals", n=len(results)), words("easy.reached" if reached else "easy.none_reached", n=reached)]
    texts += [" ".join(_result(result, words)) for result in results]
    unsure = any(result.label == "undecided" for result in results)
    return _section([*texts, words("easy.why_unknown") if unsure else ""], followup.picture)


def _section(texts: list[str], picture: Picture) -> Blocks:
    words = picture.words
    simulated = [words("easy.simulated")] if picture.ws.settings.simulated else []
    head = Section(id=ANCHOR, title=words("easy.title"), lead=words("easy.lead"), language=words.language)
    body = Paragraphs(texts=tuple(filter(None, [*simulated, *texts])), language=words.language)
    return Blocks([head, body])


def _groups(picture: Picture) -> Iterator[str]:
    words, groups = picture.words, pair(picture, picture.headline.id)
    if groups is None:
        return
    high, low = ({"people": people(picture, row), "share": hundred(row["estimate"], words)} for row in groups)
    said = [words("easy.group", **high), words("easy.group", **low)]
    if not separate(*groups):
        said.append(words("easy.groups_unsure"))
    yield " ".join(said)


def _since(picture: Picture, row: pd.Series) -> Iterator[str]:
    words, change = picture.words, headline_change(picture)
    if change is None:
        return
    key = "unknown" if not change["p"] < 0.05 else "up" if change["change"] > 0 else "down"
    before = hundred(change["before"], words)
    yield " ".join([words("easy.before", year=change["year"], share=before), words(f"easy.change.{key}")])


def _problems(picture: Picture) -> Iterator[str]:
    # The whole names, for the short ones are cut to fit a chart.
    words = picture.words
    names = {est.STAFF + name: text for name, text in picture.codebook.labels(words).items()}
    rows = shown(problem_rows(picture)).sort_values("estimate", ascending=False, kind="stable").head(MOST)
    if rows.empty or picture.wave(CITIZENS) is None:
        return
    said = [
        words("easy.problem", name=names[name], share=hundred(share, words))
        for name, share in rows[["indicator", "estimate"]].itertuples(index=False)
    ]
    yield from (words("easy.problems"), *said)


def _goal(picture: Picture, goal: Goal) -> Iterator[str]:
    """How it is now and what it is to become."""
    words, end = picture.words, goal.target_value
    start = goal.baseline.value
    small = goal.is_count and start is not None and 0 < start < picture.rules.incidents
    if start is not None and not too_few(picture, goal) and not small:
        yield words("easy.now", today=lowered(today(picture, goal)))
    if end is None or small:
        return
    scale = 1 if goal.is_count else 100
    # On the safe side of the target, as on the rest of the page.
    aimed = int(scale * end + 1e-9) if goal.direction == "decrease" else ceil(scale * end - 1e-9)
    yield words(f"easy.aim.{'count' if goal.is_count else 'share'}_{goal.direction}", target=aimed)


def _result(result: Result, words: Words) -> Iterator[str]:
    yield words("easy.goal", title=words.pick(result.goal.title))
    yield words(f"easy.verdict.{result.label}")
    levels = (result.before, result.after)
    if result.hidden or any(isnan(level.estimate) for level in levels):
        yield words("easy.too_few")
        return
    unit = "count" if result.goal.is_count else "share"
    for level in levels:
        value = words.number(level.estimate) if result.goal.is_count else hundred(level.estimate, words)
        yield words(f"easy.level_{unit}", value=value, year=level.year)
