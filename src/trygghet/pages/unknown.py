"""What the year's sources cannot say, in a few short points."""

from __future__ import annotations

from trygghet import estimates as est
from trygghet.blocks import Note
from trygghet.pages.parts import capital, in_text, invited_number
from trygghet.picture import CITIZENS, Picture
from trygghet.priorities import problem_ranks

MOST_UNKNOWN = 8
"""Most groups without a figure that the summary names one by one."""


def unknown_note(picture: Picture) -> Note | None:
    """The points as a list under a heading; none when there is nothing to say."""
    words, items = picture.words, tuple(unknowns(picture))
    if not items:
        return None
    return Note(title=words("report.summary.unknown_title"), text="", items=items, language=words.language)


def unknowns(picture: Picture) -> list[str]:
    """What the year's sources cannot say, a point each."""
    words, points = picture.words, _groups(picture)
    if picture.absent:
        missing = [words(f"sources.names_in_text.{name}") for name in picture.absent]
        points.append(words("report.summary.unknown_sources", sources=words.sequence(missing)))
    invited = invited_number(picture)
    if invited and picture.survey is not None:
        share = words.percent(1 - len(picture.survey.answers) / invited)
        points.append(words("report.summary.unknown_nonresponse", share=share))
    wave = picture.wave(CITIZENS)
    if wave is not None and wave.source.weighting is not None and wave.source.weighting.method == "delivered":
        points.append(words("report.summary.unknown_delivered"))
    if picture.incidents is not None:
        points.append(words("report.summary.unknown_crime"))
    return [*points, *_order(picture)]


def _groups(picture: Picture) -> list[str]:
    """The groups without a figure, by why: few answers or uneven weights in one point, protection in another."""
    words, limit = picture.words, picture.rules.survey_base
    rows = est.pick(picture.survey_estimates, picture.headline.id)
    rows = rows[rows["suppressed"].astype(bool) & (rows["n"] > 0)]
    if len(rows) > MOST_UNKNOWN:
        return [words("report.summary.unknown_groups_many", n=len(rows))]
    names: dict[str, list[str]] = {"groups": [], "uneven": [], "protected": []}
    for row in rows.to_dict("records"):
        small = "small_base" in str(row["flags"])
        why = "groups" if row["n"] < limit else "uneven" if small else "protected"
        names[why].append(in_text(picture, row["group_by"], row["group"]))
    said = {
        why: words(f"report.summary.unknown_{why}", groups=words.sequence(groups))
        for why, groups in names.items()
        if groups
    }
    small_ones = [said.pop(why) for why in ("uneven", "groups") if why in said]
    return [capital(text) for text in (" ".join(small_ones), *said.values()) if text]


def _order(picture: Picture) -> list[str]:
    """What nobody can say of the problems: their order, and why they are there."""
    words, ranks = picture.words, problem_ranks(picture)
    if ranks.empty:
        return []
    sure = int((ranks["tier"] == "A").sum())
    order = words("focus.unknown_order", n=sure) if sure else words("focus.unknown_order.none")
    return [f"{order} {words('focus.unknown_causes')}"]
