"""The problems the page begins with: those people chose, or those the material points at, with their evidence."""

from __future__ import annotations

import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Finding
from trygghet.criteria import decided, row_of
from trygghet.evaluation import adjust
from trygghet.pages.evidence import pointed
from trygghet.pages.focus import proposed, signed
from trygghet.pages.parts import limits
from trygghet.picture import POLICE, STAFF, Picture
from trygghet.priorities import problem_ranks

MOST, MOST_TYPES = 5, 3
FALSE_DISCOVERY = 0.05


def who_chose(picture: Picture) -> str:
    """Who stands behind the choice of problems; empty where there are none."""
    words, decision = picture.words, decided(picture)
    if decision is not None and decision.priorities:
        return words("focus.summary_decided", **signed(decision.decided, words))
    return words("focus.summary_open") if len(problem_ranks(picture)) else ""


def problem_findings(picture: Picture) -> list[Finding]:
    """Up to five problems with what each source says of them and how strong the evidence is."""
    words, decision = picture.words, decided(picture)
    if decision is not None and decision.priorities:
        titles = {item.problem: words.pick(item.title) for item in decision.priorities}
        return [_finding(picture, name, title, chosen=True) for name, title in list(titles.items())[:MOST]]
    if problem_ranks(picture).empty:
        return []
    return [_finding(picture, problem) for problem in proposed(picture)]


def _finding(picture: Picture, problem: str, title: str = "", *, chosen: bool = False) -> Finding:
    words, row = picture.words, row_of(problem_ranks(picture), problem)
    name = picture.codebook[problem].name(words)
    sentences = ([f"{name}."] if title else []) + problem_sentences(picture, problem)
    tags = [words("focus.tag_decided")] if chosen else []
    if row is not None:
        tags += [words(f"priorities.tiers.{row['tier']}"), pointed(picture, problem)]
    return Finding(title or name, " ".join(sentences), tuple(tags))


def problem_sentences(picture: Picture, problem: str) -> list[str]:
    """One sentence from each source that saw the problem."""
    words, name = picture.words, est.STAFF + problem
    sentences = []
    row = est.one(est.pick(picture.survey_estimates), name)
    if row is not None and not row["suppressed"]:
        share = words.number(100 * row["estimate"])
        sentences.append(words("report.summary.problem_survey", share=share, **limits(row, words)))
    for source, key in ((STAFF, "problem_staff"), (POLICE, "problem_police")):
        row = est.one(picture.staff_estimates(source), name)
        if row is not None and row["n"] > 0:
            k = round(row["estimate"] * row["n"])
            if k == 0 and source == STAFF:
                sentences.append(words("report.summary.problem_staff_none", n=int(row["n"])))
            elif k > 2 or source == STAFF:
                sentences.append(words(f"report.summary.{key}", k=k, n=int(row["n"])))
    sentences += _crime_sentence(picture, problem)
    return sentences


def _crime_sentence(picture: Picture, problem: str) -> list[str]:
    words = picture.words
    change = crime_change(picture, problem)
    if change is None:
        return []
    verdict = words(f"report.crime.verdict_{direction(change)}")
    text = words("report.summary.problem_crime", now=int(change["now"]), before=int(change["before"]), verdict=verdict)
    if picture.codebook[problem].detection_driven:
        text += " " + words("report.summary.detection")
    return [text]


def crime_change(picture: Picture, problem: str) -> pd.Series | None:
    """The change of the one offence group that stands for a problem, when there is just one with any crimes."""
    groups = picture.codebook[problem].offence_groups
    rows = picture.incident_changes
    rows = rows[rows["group"].isin(groups) & ((rows["now"] > 0) | (rows["before"] > 0))]
    return rows.iloc[0] if len(rows) == 1 else None


def direction(change: pd.Series) -> str:
    """``up``, ``down`` or ``none``: whether a count differs beyond chance (5 %)."""
    if not change["p"] < 0.05:
        return "none"
    return "up" if change["ratio"] > 1 else "down"


def crime_finding(picture: Picture) -> list[Finding]:
    """What reported crime says where no other source says anything: the types that have changed, and all together."""
    rows, words = picture.incident_changes, picture.words
    now, before = (int(rows[column].sum()) if len(rows) else 0 for column in ("now", "before"))
    if not now + before:
        return []
    text = words("report.summary.crime_text", now=now, before=before)
    if picture.survey is None:
        text = f"{text} {words('report.summary.crime_alone')}"
    return [Finding(types_title(picture, rows[(rows["now"] > 0) | (rows["before"] > 0)]), text)]


def types_title(picture: Picture, rows: pd.DataFrame) -> str:
    """The certain changes of the offence groups in words, at most three, allowing for how many were looked at."""
    words, plain = picture.words, picture.offences.labels(picture.words)
    tested = rows[rows["p"].notna()]
    sure = tested[adjust(tested["p"].to_numpy(), "bh") <= FALSE_DISCOVERY].sort_values("now", ascending=False)
    if sure.empty:
        return words("report.crime.types_title_none")
    parts: list[str] = []
    for _, row in sure.iterrows():
        label = plain[row["group"]]
        label = label[0].lower() + label[1:] if parts else label
        parts.append(words(f"report.crime.types_{direction(row)}", label=label))
    more = words("report.crime.types_more", n=len(parts) - MOST_TYPES) if len(parts) > MOST_TYPES else ""
    return words.sequence([*parts[:MOST_TYPES], *([more] if more else [])])
