"""Did the place change more than others? Goals with comparison areas, apart from whether their target is passed."""

from __future__ import annotations

from math import isnan, log

from trygghet.blocks import Block, Caption, Figure, Section, Tone, Verdict
from trygghet.charts.effect_dots import AreaEffect, Unit, changed, effect_dots
from trygghet.comparison import CountEffect
from trygghet.did import ShareEffect
from trygghet.effects import Outcome, treated_areas
from trygghet.followup import Followup
from trygghet.goal_effects import CUSTOMARY, Compared, Pair
from trygghet.messages import Words
from trygghet.pages.goals import definition
from trygghet.pages.parts import Blocks
from trygghet.plan_words import describe_effect
from trygghet.retrospect import compared

KEY = "outcome.against"
TONES: dict[str, Tone] = {
    "better": "green", "worse": "amber", "unclear": "muted", "few_areas": "muted", "none": "muted",
}  # fmt: skip


def against(followup: Followup) -> Blocks:
    """A card for every goal with comparison areas; nothing when there is none."""
    words, found = followup.picture.words, compared(followup)
    if followup.interim or not found:
        return Blocks()
    head = Section(id="jamforelse", title=words(f"{KEY}.title"), lead=words(f"{KEY}.lead"), language=words.language)
    blocks: list[Block] = [head]
    return Blocks([*blocks, *(card(followup, item, len(found)) for item in found.values())])


def card(followup: Followup, item: Compared, n_tested: int) -> Verdict:
    """One goal against its comparison: the word, what changed, the areas drawn, and what it takes for granted."""
    words = followup.picture.words
    said = list(_effect_sentences(item, words))
    return Verdict(
        id=f"jamfor_{item.goal.id}",
        goal_title=words.pick(item.goal.title),
        verdict=words(f"{KEY}.verdicts.{item.verdict}"),
        tone=TONES[item.verdict],
        sentence=" ".join(said[:2]),
        facts=_facts(followup, item),
        figure=_figure(followup, item),
        details=tuple(_details(followup, item, n_tested, said[2:])),
        language=words.language,
    )


def _effect_sentences(item: Compared, words: Words) -> tuple[str, ...]:
    if item.effect is None:
        return (words(f"{KEY}.none"),)
    return describe_effect(item.effect, words, p=item.p)


def own_name(followup: Followup, item: Compared) -> str:
    """The goal's own area as readers call it."""
    labels = followup.ws.area_labels
    return followup.picture.words.sequence([labels.get(str(name), str(name)) for name in treated_areas(item.goal)])


def _facts(followup: Followup, item: Compared) -> tuple[tuple[str, str], ...]:
    words = followup.picture.words
    if item.own is None or item.effect is None:
        return ()
    others = words(f"{KEY}.others", n=len(item.areas))
    together = words(f"{KEY}.others_hidden") if item.others is None else _pair_text(followup, item, item.others)
    low, high = _limits(item.effect)
    key = "change_percent" if item.goal.is_count else "change_points"
    values = {"value": words.points(item.size), "low": words.points(low), "high": words.points(high)}
    size = words(f"report.evaluation.{key}", **values)
    return (
        (own_name(followup, item), _pair_text(followup, item, item.own)),
        (others, together),
        (words(f"{KEY}.difference_label"), size),
    )


def _pair_text(followup: Followup, item: Compared, pair: Pair) -> str:
    words, limit = followup.picture.words, followup.picture.rules.incidents
    if item.goal.is_count:
        shown = [
            words("tables.below", n=limit) if 0 < v < limit else words.number(v) for v in (pair.before, pair.after)
        ]
        return words(f"{KEY}.count_pair", before=shown[0], after=shown[1])
    values = {"before": words.percent(pair.before), "after": words.percent(pair.after)}
    return words(f"{KEY}.share_pair", **values, n_before=pair.n_before, n_after=pair.n_after)


def _unit(item: Compared) -> Unit:
    return "percent" if item.goal.is_count else "points"


def _limits(effect: ShareEffect | CountEffect) -> tuple[float, float]:
    if isinstance(effect, ShareEffect):
        return effect.lo, effect.hi
    return effect.lo - 1, effect.hi - 1


def _figure(followup: Followup, item: Compared) -> Figure | None:
    """The goal's own area among the areas where nothing was done."""
    words, areas = followup.picture.words, placebos(followup, item)
    if item.effect is None or not areas:
        return None
    low, high = _limits(item.effect)
    own = AreaEffect(own_name(followup, item), item.size, low, high, own=True)
    key = "finding_alone" if _alone(item) else "finding_among"
    caption = Caption(
        id=f"jamfordiagram_{item.goal.id}",
        title=words(f"{KEY}.{key}", area=own.label),
        reading=words(f"{KEY}.reading", area=own.label),
        definition=definition(followup, item.goal),
    )
    order = sorted(areas, key=lambda area: area.change, reverse=item.goal.direction == "increase")
    return effect_dots([own, *order], words, caption, unit=_unit(item))


def placebos(followup: Followup, item: Compared) -> list[AreaEffect]:
    """Each comparison area's change beyond the other ones; areas with so few crimes that they stay hidden left out."""
    if item.effect is None:
        return []
    labels, limit = followup.ws.area_labels, followup.picture.rules.incidents
    table, column = item.effect.placebo, "did" if isinstance(item.effect, ShareEffect) else "irr"
    shift = 0 if column == "did" else 1
    found = []
    for name, value in zip(table["area"].astype(str), table[column].astype(float), strict=True):
        if item.goal.is_count and min(item.crimes.get(name, (0, 0))) < limit:
            continue
        found.append(AreaEffect(labels.get(name, name), value - shift))
    return found


def _alone(item: Compared) -> bool:
    """Whether no comparison area changed as much."""
    return item.effect is not None and round(item.effect.placebo_p * (len(item.effect.placebo) + 1)) == 1


def _details(followup: Followup, item: Compared, n_tested: int, said: list[str]) -> list[str]:
    words, effect = followup.picture.words, item.effect
    if effect is None:
        return [_left_out(followup, item)]
    lines = [*said]
    if len(effect.placebo):
        lines.append(words(f"{KEY}.smallest", n=len(effect.placebo) + 1))
    lines.append(words(f"{KEY}.assumption", area=own_name(followup, item)) + " " + _pretrend(followup, item))
    hidden = len(item.areas) - len(placebos(followup, item))
    notes = []
    if hidden:
        notes.append(words(f"{KEY}.hidden", n=hidden))
    if item.goal.is_count:
        notes.append(words(f"{KEY}.moved"))
    if n_tested > 1:
        notes.append(words(f"{KEY}.holm", n=n_tested))
    evidence = Outcome(item.goal, None, effect).evidence.sentence(words)
    told = [*lines, _left_out(followup, item), " ".join(notes), *_checks(item, words), evidence]
    return [line for line in told if line]


def _pretrend(followup: Followup, item: Compared) -> str:
    """How the area went against the others before anything was done."""
    words, effect = followup.picture.words, item.effect
    if effect is None or isnan(effect.pretrend):
        return words(f"{KEY}.no_pretrend")
    if isinstance(effect, ShareEffect):
        half = 1.959964 * effect.pretrend_se
        size, low, high = effect.pretrend, effect.pretrend - half, effect.pretrend + half
    else:
        size, low, high = (value - 1 for value in (effect.pretrend, effect.pretrend_lo, effect.pretrend_hi))
    key = "pretrend_differs" if low > 0 or high < 0 else "pretrend_alike"
    limits = {"low": words.points(low, 0), "high": words.points(high, 0)}
    return words(f"{KEY}.{key}", size=changed(size, _unit(item), words), **limits)


def _left_out(followup: Followup, item: Compared) -> str:
    """Which areas take no part, and why; empty when all do."""
    words, labels, limit = followup.picture.words, followup.ws.area_labels, followup.picture.rules.survey_base
    few, hidden = ([labels.get(name, name) for name in areas] for areas in (item.left_out, item.kept_back))
    key = "_and_".join(name for name, areas in (("few", few), ("kept_back", hidden)) if areas)
    if not key:
        return ""
    listed = {"few": words.sequence(few), "hidden": words.sequence(hidden), "all": words.sequence([*few, *hidden])}
    return words(f"{KEY}.{key}", n=len(few) + len(hidden), limit=limit, **listed)


def _checks(item: Compared, words: Words) -> list[str]:
    """The same question reckoned another way, for a count."""
    effect = item.effect
    if not isinstance(effect, CountEffect) or item.check is None:
        return []
    values = {"low": _crimes(item.check.lo, words), "high": _crimes(item.check.hi, words)}
    key = "check_fewer" if item.check.total < 0 else "check_more"
    lines = [words(f"{KEY}.{key}", size=words.number(abs(item.check.total)), **values)]
    if not isnan(effect.nb_log_se):
        # Two models of the spread between months: they should say the same of chance.
        beyond = abs(log(effect.nb_irr)) > 1.959964 * effect.nb_log_se
        same = beyond == (effect.p <= CUSTOMARY)
        lines.append(words(f"{KEY}.{'nb_same' if same else 'nb_other'}"))
    return [" ".join(lines)]


def _crimes(difference: float, words: Words) -> str:
    """``71 färre`` or ``30 fler``."""
    if round(difference) == 0:
        return words("evaluation.outcome.same")
    return words(f"evaluation.outcome.{'fewer' if difference < 0 else 'more'}", change=words.number(abs(difference)))
