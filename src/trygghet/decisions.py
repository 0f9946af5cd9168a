"""What people decided after reading the picture: ``prioriteringar.yml``, a decision a year, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import ConfigDict, Field

from trygghet import problems as problem_list
from trygghet.errors import Fault, InputError
from trygghet.model_faults import validated
from trygghet.workspace import Model, Slug, Workspace, Year
from trygghet.yamlfile import read_yaml

FILE = "prioriteringar.yml"
Text = dict[str, str] | str
Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Strict(Model):
    model_config = ConfigDict(allow_inf_nan=False)


class Decided(_Strict):
    """Who decided, in which role, and when."""

    by: Text = ""
    role: Text = ""
    date: date


class Priority(_Strict):
    """A problem that was chosen, and why; ``title`` is the focus area's own name."""

    problem: str
    motivering: Text = ""
    title: Text = ""
    areas: list[Slug] = Field(default_factory=list)


class NotChosen(_Strict):
    """A problem that was not chosen although the material points at it, and why."""

    problem: str
    motivering: Text = ""


class Cause(_Strict):
    """A supposed cause of a problem and how to find out whether it holds: never a finding."""

    problem: str
    hypothesis: Text = ""
    how_to_test: Text = ""


class Decision(_Strict):
    """A year's decision; any part may be empty."""

    decided: Decided | None = None
    severity: dict[str, Weight] = Field(default_factory=dict)
    severity_source: Text = ""
    priorities: list[Priority] = Field(default_factory=list)
    not_chosen: list[NotChosen] = Field(default_factory=list)
    causes: list[Cause] = Field(default_factory=list)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The chosen problems, in the order that was decided."""
        return tuple(item.problem for item in self.priorities)


class DecisionFile(_Strict):
    """The whole of ``prioriteringar.yml``."""

    years: dict[Year, Decision] = Field(default_factory=dict)


class _Broken(NamedTuple):
    """A broken rule and where it stands, as keys and positions from the top of the file."""

    at: tuple[str | int, ...]
    rule: str
    values: Mapping[str, Any] = {}


def load(ws: Workspace) -> Decision | None:
    """The decision of the workspace's year; None where there is no file, or nothing for the year.

    Raises
    ------
    InputError : every fault of the file at once (also those of other years), with row, key and rule.
    """
    path = ws.folder / FILE
    if not path.is_file():
        return None
    known = [item.id for item in problem_list.load(ws)]
    waves = {year for source in ws.settings.sources.values() for year in source.waves}
    years = sorted({*ws.years, *waves})  # a year that is no longer reported keeps its decision
    content = read(path, problems=known, years=years, areas=list(ws.area_labels))
    return content.years.get(ws.year)


def read(
    path: str | Path, *, problems: Sequence[str], years: Sequence[str] = (), areas: Sequence[str] = ()
) -> DecisionFile:
    """Decisions from a file.

    Parameters
    ----------
    path : a YAML file with ``years:``.
    problems, years, areas : what the file may refer to; no years or areas means that they are not checked.

    Raises
    ------
    InputError : every fault of the file at once, with row, key and rule.
    """
    file = Path(path)
    data = read_yaml(file) or {}
    if not isinstance(data, Mapping):
        raise InputError(Fault(file.name, 0, "", "W02-NOT-YAML"))
    content = validated(DecisionFile, data, file.name)
    broken = [item for year, made in content.years.items() for item in _rules(year, made, problems, areas)]
    broken += [
        _Broken(("years", year), "D05-UNKNOWN-YEAR", {"year": year, "known": ", ".join(sorted(years))})
        for year in content.years
        if years and year not in years
    ]
    if broken:
        raise InputError(sorted(_fault(item, data, file.name) for item in broken))
    return content


def severity_level(weight: float, weights: Mapping[str, float]) -> int:
    """3, 2 or 1: the top, middle and bottom third of the scale from 0 to the year's largest weight."""
    share = weight / max(weights.values())
    return 3 if share > 2 / 3 else 2 if share > 1 / 3 else 1


def _rules(year: str, made: Decision, problems: Sequence[str], areas: Sequence[str]) -> Iterator[_Broken]:
    top = ("years", year)
    if (made.priorities or made.severity) and (made.decided is None or _blank(made.decided.by)):
        yield _Broken((*top, "decided"), "D04-NOBODY-DECIDED")
    for problem in made.severity:
        yield from _known((*top, "severity", problem), problem, problems)
    named = {"priorities": [p.problem for p in made.priorities], "not_chosen": [p.problem for p in made.not_chosen]}
    for section, ids in {**named, "causes": [cause.problem for cause in made.causes]}.items():
        for i, problem in enumerate(ids):
            yield from _known((*top, section, i, "problem"), problem, problems)
    for section, chosen in (("priorities", made.priorities), ("not_chosen", made.not_chosen)):
        yield from _reasons((*top, section), chosen)
    yield from _tests((*top, "causes"), made.causes)
    for i, priority in enumerate(made.priorities):
        for area in priority.areas:
            if areas and area not in areas:
                near = _near(area, areas)
                yield _Broken((*top, "priorities", i, "areas"), "D09-UNKNOWN-AREA", {"value": area, "near": near})
    for i, row in enumerate(made.not_chosen):
        if row.problem in made.chosen:
            yield _Broken((*top, "not_chosen", i, "problem"), "D06-CHOSEN-AND-NOT", {"value": row.problem})


def _reasons(at: tuple[str | int, ...], rows: Sequence[Priority | NotChosen]) -> Iterator[_Broken]:
    """Every choice has its reason, and no problem is chosen twice."""
    seen: set[str] = set()
    for i, row in enumerate(rows):
        if _blank(row.motivering):
            yield _Broken((*at, i, "motivering"), "D01-NO-REASON", {"value": row.problem})
        if row.problem in seen:
            yield _Broken((*at, i, "problem"), "D03-TWICE", {"value": row.problem})
        seen.add(row.problem)


def _tests(at: tuple[str | int, ...], causes: Sequence[Cause]) -> Iterator[_Broken]:
    """Every supposed cause says what it is and how to test it."""
    for i, cause in enumerate(causes):
        if _blank(cause.hypothesis):
            yield _Broken((*at, i, "hypothesis"), "D08-NO-HYPOTHESIS")
        if _blank(cause.how_to_test):
            yield _Broken((*at, i, "how_to_test"), "D07-NO-TEST")


def _known(at: tuple[str | int, ...], problem: str, problems: Sequence[str]) -> Iterator[_Broken]:
    if problem not in problems:
        yield _Broken(at, "D02-UNKNOWN-PROBLEM", {"value": problem, "near": _near(problem, problems)})


def _near(value: str, known: Sequence[str]) -> str:
    found = get_close_matches(value, sorted(known), n=1, cutoff=0.4)
    return found[0] if found else "–"


def _blank(text: Text) -> bool:
    """Whether there is no word in it, in any language."""
    texts = text.values() if isinstance(text, dict) else (text,)
    return not any(value.strip() for value in texts)


def _fault(item: _Broken, data: Any, file: str) -> Fault:
    return Fault(file, _row(data, item.at), ".".join(str(part) for part in item.at), item.rule, dict(item.values))


def _row(data: Any, at: tuple[str | int, ...]) -> int:
    """Row of a key in the file, from 1; its nearest parent's where it is not there."""
    row, node = 0, data
    for part in at:
        marks = getattr(node, "lc", None)
        key = part if isinstance(node, list) else next((k for k in node or () if str(k) == str(part)), None)
        if marks is None or key is None:
            break
        row = (marks.item(key) if isinstance(node, list) else marks.key(key))[0] + 1
        node = node[key]
    return row
