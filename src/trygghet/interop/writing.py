"""A `SurveyDesign` as an R script for the survey package, with its data beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign
from trygghet.interop.syntax import InteropError
from trygghet.messages import Words
from trygghet.survey.adjustment import Adjustment
from trygghet.survey.arrays import as_list, label_texts
from trygghet.survey.margins import Margin
from trygghet.survey.recipe import Recipe

ANSWERS, DESIGN = "answers", "design"
"""What the script calls the data and the design."""
_LONELY = {"error": "fail"}
_PLAIN = re.compile(r"(?:[^\W\d_]|\.(?!\d))[\w.]*")
_RESERVED = {"TRUE", "FALSE", "NULL", "NA", "Inf", "NaN", "if", "else", "for", "while", "repeat", "function", "in"}
_REPLICATE = "replicate_"
_EXACT = "control = list(maxit = 1000, epsilon = 1e-13)"
MADE = ".trygghet_"
"""How the names of columns begin that are added for the script."""


@dataclass
class _Script:
    """Lines of R, the columns that the data get for them, and those read as factors with these categories."""

    design: SurveyDesign
    columns: dict[str, object] = field(default_factory=dict)
    factors: dict[str, list[str]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def add(self, name: str, values: object) -> str:
        """A column of the data beside the script."""
        self.columns[name] = values
        return name


def to_r(design: SurveyDesign, *, data: str = f"{ANSWERS}.csv", words: Words | None = None) -> str:
    """The R script that makes the same design: weights, calibration and standard errors.

    Parameters
    ----------
    design : may be calibrated, raked, post-stratified, trimmed, a domain, or hold replicate weights.
    data : file name of the data, which `write_r` lays beside the script.
    words : language of the comment on top; Swedish when omitted.

    Returns
    -------
    Text for R with survey 4.1 or later. It reads the csv, makes factors of the margins and ends with ``design``.
    Weights, estimates and standard errors are the same; of a design calibrated more than once the script turns
    round R's list of the steps, which R takes out of the residuals first to last and `SurveyDesign` last to first.

    Raises
    ------
    InteropError : a design that R's package cannot hold: one weighted within a domain and the like.
    """
    return _scripted(design, data, words or Words("sv"))[0]


def write_r(design: SurveyDesign, path: Path | str, *, words: Words | None = None) -> list[Path]:
    """Write `to_r` to a file, and the data it reads, every column and row, beside it as csv.

    The data are the answers themselves: as secret as the file they came from.

    Returns
    -------
    The two paths.
    """
    script = Path(path)
    data = script.with_suffix(".csv")
    text, frame = _scripted(design, data.name, words or Words("sv"))
    frame.to_csv(data, index=False, lineterminator="\n", encoding="utf-8")
    script.write_text(text, encoding="utf-8", newline="\n")
    return [script, data]


def _scripted(design: SurveyDesign, data: str, words: Words) -> tuple[str, pd.DataFrame]:
    from trygghet import __version__

    script = _Script(design)
    if design.replicates is not None:
        _replicated(script)
    else:
        _drawn(script)
        for number, step in enumerate(design.adjustments, start=1):
            _weigh(script, step, number)
        if sum(step.recipe is not None for step in design.adjustments) > 1:
            # R takes the steps out of the residuals first to last, `SurveyDesign` last to first, as they were made
            script.lines.append(f"{DESIGN}$postStrata <- rev({DESIGN}$postStrata)")
        _domain(script)
    made = pd.DataFrame(script.columns, index=design.frame.index)
    frame = pd.concat([design.frame, made], axis=1)
    lonely = _LONELY.get(design.lonely_psu, design.lonely_psu)
    head = [
        f"# {words('interop.r_head', version=__version__)}",
        "library(survey)",
        f"options(survey.lonely.psu = {_text(lonely)}, survey.adjust.domain.lonely = {_logical(design.lonely_domain)})",
        f'{ANSWERS} <- read.csv({_text(data)}, check.names = FALSE, na.strings = "", fileEncoding = "UTF-8"'
        f"{_classes(script, frame)})",
    ]
    for name, labels in script.factors.items():
        column, levels = f"{ANSWERS}${_name(name)}", ", ".join(map(_text, labels))
        head.append(f"{column} <- factor({column}, levels = c({levels}))")
    return "\n".join([*head, *script.lines]) + "\n", frame


def _classes(script: _Script, frame: pd.DataFrame) -> str:
    """Columns of categories that R must not take for numbers: 01 would become 1."""
    design = script.design
    used = dict.fromkeys([*script.factors, *as_list(design.strata), *as_list(design.cluster)])
    texts = [name for name in used if frame[name].dtype.kind not in "iuf"]
    given = ", ".join(f'{_quoted(str(name))} = "character"' for name in texts)
    return f", colClasses = c({given})" if texts else ""


def _drawn(script: _Script) -> None:
    """`svydesign`; base weights that no column holds get one."""
    design = script.design
    clusters = [_name(one) for one in as_list(design.cluster)]
    parts = [f"ids = ~{' + '.join(clusters) or '1'}"]
    for argument, columns in (("strata", design.strata), ("fpc", design.fpc)):
        if as_list(columns):
            parts.append(f"{argument} = ~{' + '.join(_name(one) for one in as_list(columns))}")
    if design.weight is not None:
        parts.append(f"weights = ~{_name(design.weight)}")
    elif not as_list(design.fpc):
        parts.append(f"weights = ~{_name(script.add(MADE + 'one', 1))}")
    if clusters and as_list(design.strata):
        parts.append(f"nest = {_logical(design.nested)}")
    script.lines.append(f"{DESIGN} <- svydesign({', '.join([*parts, f'data = {ANSWERS}'])})")


def _replicated(script: _Script) -> None:
    replicates = script.design.replicates
    assert replicates is not None
    weight = script.add(f"{MADE}weight", script.design.weights)
    for number in range(replicates.count):
        script.add(f"{MADE}{_REPLICATE}{number + 1}", replicates.weights[:, number])
    scales = ", ".join(_number(one) for one in replicates.rscales)
    script.lines += [
        f"{DESIGN} <- svrepdesign(weights = ~{_name(weight)}, "
        f"repweights = {_text('^' + re.escape(MADE + _REPLICATE))}, data = {ANSWERS},",
        f'  type = "other", scale = {_number(replicates.scale)}, combined.weights = TRUE, '
        f"mse = {_logical(replicates.mse)},",
        f"  rscales = c({scales}))",
    ]


def _weigh(script: _Script, step: Adjustment, number: int) -> None:
    """One step of weighting."""
    design = script.design
    if ((step.before == 0) & (design.base != 0)).any():
        raise InteropError.said("r.within_domain")
    if step.recipe is None:
        factor = script.add(f"{MADE}factor_{number}", step.factor)
        script.lines.append(f"{DESIGN}$prob <- {DESIGN}$prob / {ANSWERS}${_name(factor)}")
    elif step.recipe.variance == "residual_means":
        _rake(script, step.recipe, number)
    else:
        _calibrate(script, step.recipe, number)


def _rake(script: _Script, recipe: Recipe, number: int) -> None:
    formulas, tables = [], []
    for place, margin in enumerate(recipe.margins, start=1):
        name = _factor(script, margin, f"{number}_{place}")
        table = f"totals_{number}_{place}"
        labels, counts = ", ".join(map(_text, margin.labels)), ", ".join(map(_number, margin.targets))
        script.lines.append(f"{table} <- data.frame({_name(name)} = c({labels}), Freq = c({counts}))")
        formulas.append(f"~{_name(name)}")
        tables.append(table)
    if len(formulas) == 1:
        script.lines.append(f"{DESIGN} <- postStratify({DESIGN}, {formulas[0]}, {tables[0]})")
        return
    lists = f"list({', '.join(formulas)}), list({', '.join(tables)})"
    script.lines.append(f"{DESIGN} <- rake({DESIGN}, {lists}, {_EXACT})")


def _calibrate(script: _Script, recipe: Recipe, number: int) -> None:
    """`calibrate` on the columns of a model matrix: all categories of a factor but the first, and the numbers."""
    terms, totals = [], {}
    for place, margin in enumerate(recipe.margins, start=1):
        name = _factor(script, margin, f"{number}_{place}")
        terms.append(_name(name))
        totals["(Intercept)"] = float(recipe.margins[0].targets.sum())
        totals |= {f"{name}{label}": t for label, t in list(zip(margin.labels, margin.targets, strict=True))[1:]}
    for place, (name, total) in enumerate(zip(recipe.numeric_names, recipe.numeric_totals, strict=True)):
        if name == "total" and (np.asarray(recipe.auxiliaries.numeric)[:, place] == 1).all():
            totals.setdefault("(Intercept)", total)
        else:
            terms.append(_name(name))
            totals[name] = total
    constant = "(Intercept)" in totals
    formula = " + ".join(terms) if terms else "1"
    given = ", ".join(f"{_quoted(name)} = {_number(total)}" for name, total in totals.items())
    calls = [f"~{formula if constant else formula + ' - 1'}", f"totals_{number}"]
    script.lines += [
        f"totals_{number} <- c({given})",
        f"{DESIGN} <- calibrate({DESIGN}, {', '.join(calls + _distance(script, recipe, number))})",
    ]


def _distance(script: _Script, recipe: Recipe, number: int) -> list[str]:
    """The options of `calibrate`."""
    kind = "linear" if recipe.distance == "truncated" else recipe.distance
    options = [f"calfun = {_text(kind)}"]
    if recipe.bounds is not None:
        options.append(f"bounds = c({', '.join(map(_number, recipe.bounds))})")
    if kind != "linear" or recipe.bounds is not None:
        options.append("maxit = 500, epsilon = 1e-12")
    if recipe.heteroscedasticity is not None:
        if kind != "linear" or recipe.bounds is not None:
            raise InteropError.said("r.unequal_variances")
        name = script.add(f"{MADE}variance_{number}", recipe.heteroscedasticity)
        options.append(f"variance = {ANSWERS}${_name(name)}")
    return options


def _factor(script: _Script, margin: Margin, number: str) -> str:
    """The column of a margin as a factor: its own where its labels are the data's, else one made for the script."""
    frame, labels = script.design.frame, list(margin.labels)
    name: Any = margin.columns[0]
    numbers = {one for step in script.design.adjustments if step.recipe for one in step.recipe.numeric_names}
    own = len(margin.columns) == 1 and isinstance(name, str) and name not in numbers
    own = own and script.factors.get(name, labels) == labels
    if not own or label_texts(pd.Index(frame[name].astype(object))) != [labels[i] for i in margin.codes]:
        name = script.add(f"{MADE}margin_{number}", np.array(labels, dtype=object)[margin.codes])
    script.factors[name] = labels
    return str(name)


def _domain(script: _Script) -> None:
    design = script.design
    outside = ~design.active & (design.base != 0)
    if outside.any():
        inside = script.add(f"{MADE}inside", np.where(outside, "FALSE", "TRUE"))
        script.lines.append(f"{DESIGN} <- subset({DESIGN}, {_name(inside)})")


def _name(name: object) -> str:
    """A name as it stands in R's code."""
    text = str(name)
    if "`" in text or "\n" in text:
        raise InteropError.said("r.cannot_be_named", name=text)
    return text if _PLAIN.fullmatch(text) and text not in _RESERVED else f"`{text}`"


def _quoted(name: str) -> str:
    return f"`{name}`" if "`" not in name else _text(name)


def _text(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def _number(value: float) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _logical(value: bool) -> str:
    return "TRUE" if value else "FALSE"
