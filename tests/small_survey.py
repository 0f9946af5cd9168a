"""A workspace with one small survey whose counts are chosen by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import trygghet as tg

WORKSPACE = """\
name: Granstad
code: "0180"
areas: [{id: norr, name: Norr}, {id: soder, name: Söder}]
indicators: [indicators.yml]
headline: low_trust
groups: [sex, area]
share_digits: 1
sources:
  citizens:
    kind: survey
    evidence_class: probability
    codebook: codebook.yml
    weighting: {method: delivered}
    design: {weight: weight}
    waves: {"2017": {file: answers.csv, from: 2017-02-01, to: 2017-03-18}}
reports: {"2017": [lagesbild]}
"""
CODEBOOK = """\
id: id
weight: weight
variables:
  sex:
    column: sex
    label: {sv: Kön, en: Sex}
    values: {"1": man, "2": woman}
  area:
    column: area
    label: {sv: Delområde, en: Area}
  trust:
    column: trust
    label: {sv: Förtroende, en: Trust}
    values: {"1": very_high, "2": high, "3": low, "4": very_low}
"""
INDICATORS = """\
preset: own
indicators:
  - id: low_trust
    variable: trust
    label: {sv: Litet förtroende, en: Low trust}
    numerator: [low, very_low]
    denominator: [high, very_high]
"""
TRUST = {"very_high": 1, "high": 2, "low": 3, "very_low": 4}


def workspace(folder: Path, people: Mapping[tuple[str, str], Mapping[str, int]]) -> Path:
    """Write the workspace: of each sex and area, how many gave each answer."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["id;weight;sex;area;trust"]
    for (sex, area), counts in people.items():
        for answer, n in counts.items():
            code = {"man": 1, "woman": 2}[sex]
            lines += [f"{len(lines)}{sex}{area}{answer}{i};1;{code};{area};{TRUST[answer]}" for i in range(n)]
    texts = {"workspace.yml": WORKSPACE, "codebook.yml": CODEBOOK, "indicators.yml": INDICATORS}
    texts["answers.csv"] = "\n".join(lines) + "\n"
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def picture_of(folder: Path) -> tg.Picture:
    return tg.Picture(tg.Workspace.open(folder))
