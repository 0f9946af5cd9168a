"""The functions of R's survey and srvyr that make or weigh a design, as calls of this package."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trygghet import replicate, weights
from trygghet.design import SurveyDesign
from trygghet.errors import phrase
from trygghet.interop.syntax import Call, Formula, InteropError, Literal, Name, Node
from trygghet.interop.values import FREQUENCY, Data, Opaque, Vector, column, expression, plain, said, terms_of, texts_of

_ARGUMENTS = {
    "svydesign": "ids probs strata variables fpc data nest check.strata weights pps variance",
    "as_survey_design": ".data ids probs strata variables fpc nest check_strata weights pps variance",
    "svrepdesign": "variables repweights weights data type combined.weights rho bootstrap.average scale rscales fpc "
    "fpctype mse",
    "as.svrepdesign": "design type fay.rho fpc fpctype separate.replicates compress mse",
    "postStratify": "design strata population partial",
    "rake": "design sample.margins population.margins control compress",
    "calibrate": "design formula population aggregate.stage stage variance bounds calfun maxit epsilon verbose force "
    "trim bounds.const sparse",
    "trimWeights": "design upper lower strict",
    "subset": "x subset",
}
SIGNATURES = {function: names.split() for function, names in _ARGUMENTS.items()}
"""The arguments of each function in R's order (survey 4.1 to 4.5, srvyr 1.2)."""
SAME_AS = {"as_survey": "as_survey_design"}
_TIDY = ("as_survey", "as_survey_design")
_WITHOUT_EFFECT = {  # what an argument must be when it cannot be followed
    "variables": None, "pps": False, "partial": False, "aggregate.stage": None, "stage": 0.0, "force": False,
    "trim": None, "bounds.const": False, "rho": None, "bootstrap.average": None,
}  # fmt: skip
Margins = dict[Hashable, pd.Series]
_DISTANCES = ("linear", "raking", "logit")


@dataclass(frozen=True)
class Context:
    """What is known where a call stands: the data, and the values that were given names."""

    data: Data
    known: Mapping[str, Any]
    design_of: Callable[[Node], SurveyDesign]


@dataclass(frozen=True)
class Arguments:
    """A call's arguments by R's names for them."""

    call: Call
    given: Mapping[str, Node]
    context: Context

    def __contains__(self, name: str) -> bool:
        node = self.given.get(name)
        return node is not None and not (isinstance(node, Literal) and node.value is None)

    def node(self, name: str) -> Node:
        """An argument that must be there."""
        if name not in self.given:
            raise self.error("missing", name=name)
        return self.given[name]

    def value(self, name: str, default: Any = None) -> Any:
        """An argument's value, which needs no data."""
        return plain(self.given[name], self.context.known) if name in self.given else default

    def error(self, key: str, **values: Any) -> InteropError:
        """An error that names the line and the function; the key is of the messages' ``errors.r``."""
        what = phrase(f"r.{key}", **values)
        return InteropError.said("r.call", line=self.call.line, function=self.call.name, what=what)


def arguments_of(call: Call, context: Context) -> Arguments:
    """The arguments under their full names: R takes any beginning of a name that only one argument has.

    Raises
    ------
    InteropError : an unknown argument, or one that cannot be followed.
    """
    formal = SIGNATURES[SAME_AS.get(call.name, call.name)]
    given: dict[str, Node] = {}
    loose = []
    for name, node in call.arguments:
        if name is None:
            loose.append(node)
            continue
        near = [name] if name in formal else [one for one in formal if one.startswith(name)]
        if len(near) != 1 or near[0] in given:
            raise InteropError.said("r.call", line=call.line, function=call.name, what=phrase("r.argument", name=name))
        given[near[0]] = node
    free = [name for name in formal if name not in given]
    if len(loose) > len(free):
        raise InteropError.said("r.call", line=call.line, function=call.name, what=phrase("r.too_many"))
    given |= dict(zip(free, loose, strict=False))
    found = Arguments(call, given, context)
    for name, harmless in _WITHOUT_EFFECT.items():
        if name in given and found.value(name) != harmless:
            raise found.error("set_to", name=name, value=said(given[name]))
    return found


def make(call: Call, context: Context) -> SurveyDesign:
    """The design that a call gives."""
    return _MAKERS[SAME_AS.get(call.name, call.name)](arguments_of(call, context))


def _columns(given: Arguments, name: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The columns an argument names: ``~a + b``; with srvyr also ``a``, ``c(a, b)`` or texts."""
    if name not in given:
        return frame, []
    node = given.node(name)
    parts: list[Node]
    if isinstance(node, Formula):
        parts, _ = terms_of(node.terms)
    elif isinstance(node, Literal) and node.value in (0.0, 1.0):
        parts = []
    elif given.call.name not in _TIDY and not (isinstance(node, Call) and node.name == "$"):
        raise given.error("formula", name=name)
    elif isinstance(node, Call) and node.name == "c":
        parts = [part for _, part in node.arguments]
    else:
        parts = [node]
    names = []
    for part in parts:
        frame, found = column(frame, _as_term(part))
        names.append(found)
    return frame, names


def _as_term(part: Node) -> Node:
    """A column by name, whether it was written as a name, as a text or as ``frame$column``."""
    if isinstance(part, Literal) and isinstance(part.value, str):
        return Name(part.value, part.line)
    if isinstance(part, Call) and part.name == "$":
        return part.arguments[1][1]
    return part


def _frame(given: Arguments, name: str) -> pd.DataFrame:
    node = given.node(name)
    if not isinstance(node, Name):
        raise given.error("prepared_data", text=said(node))
    return given.context.data.frame(node.name, given.call.line)


def _design(given: Arguments) -> SurveyDesign:
    frame = _frame(given, "data" if given.call.name == "svydesign" else ".data")
    frame, clusters = _columns(given, "ids", frame)
    frame, strata = _columns(given, "strata", frame)
    frame, sizes = _columns(given, "fpc", frame)
    frame, weight = _columns(given, "weights", frame)
    frame, chances = _columns(given, "probs", frame)
    if chances and not weight:
        frame = frame.assign(**{f"1/{chances[0]}": 1.0 / frame[chances[0]].astype(float)})
        weight = [f"1/{chances[0]}"]
    if len(weight) > 1 or len(chances) > 1:
        raise given.error("several_weights")
    nest = given.value("nest", False)
    if strata and clusters and not nest and given.value("check.strata", given.value("check_strata", True)):
        _require_nested(given, frame, clusters[0], strata[0])
    return SurveyDesign(
        frame,
        weight=weight[0] if weight else None,
        strata=strata or None,
        cluster=clusters or None,
        fpc=sizes or None,
    )


def _require_nested(given: Arguments, frame: pd.DataFrame, cluster: str, stratum: str) -> None:
    twice = int((frame.groupby(cluster, observed=True)[stratum].nunique() > 1).sum())
    if twice:
        raise given.error("nested", n=twice, name=cluster)


def _replicates(given: Arguments) -> SurveyDesign:
    frame = _frame(given, "data")
    frame, weight = _columns(given, "weights", frame)
    if given.value("type") != "other" or "scale" not in given:
        raise given.error("type_other")
    if len(weight) != 1:
        raise given.error("one_weight")
    design = SurveyDesign(frame, weight=weight[0])
    rscales = given.value("rscales")
    each = None if rscales is None else np.array(rscales.values if isinstance(rscales, Vector) else [rscales], float)
    names = _repeated(given, frame)
    if each is not None and len(each) == 1:
        each = np.repeat(each, len(names))
    return replicate.supplied(
        design,
        names,
        scale=float(given.value("scale")),
        rscales=each,
        mse=bool(given.value("mse", False)),
        combined=bool(given.value("combined.weights", True)),
    )


def _jackknife(given: Arguments) -> SurveyDesign:
    if given.value("type", "auto") not in ("auto", "JK1", "JKn"):
        raise given.error("jackknife")
    return replicate.jackknife(given.context.design_of(given.node("design")), mse=bool(given.value("mse", False)))


def _repeated(given: Arguments, frame: pd.DataFrame) -> list[str]:
    """Columns of replicate weights, by formula or by a regular expression on their names."""
    node = given.node("repweights")
    if isinstance(node, Formula):
        return _columns(given, "repweights", frame)[1]
    pattern = given.value("repweights")
    if not isinstance(pattern, str):
        raise given.error("repweights")
    names = [str(name) for name in frame.columns if frame[name].dtype.kind in "fiu"]
    return list(pd.Index(names)[pd.Index(names).str.contains(pattern)])


def _post_stratify(given: Arguments) -> SurveyDesign:
    design = given.context.design_of(given.node("design"))
    frame, names = _columns(given, "strata", design.frame)
    totals = _totals(given, names, given.value("population"))
    design = design.evolve(frame=frame)
    return weights.post_stratify(design, tuple(names), totals, variance="residual_means")


def _rake(given: Arguments) -> SurveyDesign:
    design = given.context.design_of(given.node("design"))
    frame, margins = _margins(given, design.frame, "sample.margins", "population.margins")
    return weights.rake(design.evolve(frame=frame), margins, variance="residual_means")


def _margins(given: Arguments, frame: pd.DataFrame, formulas: str, totals: str) -> tuple[pd.DataFrame, Margins]:
    """Margins from R's two lists: formulas, and totals in the same order."""
    samples, populations = given.value(formulas), given.value(totals)
    if not (isinstance(samples, Vector) and isinstance(populations, Vector | list | tuple)):
        raise given.error("lists", names=(formulas, totals))
    tables = populations.values if isinstance(populations, Vector) else tuple(populations)
    if len(samples.values) != len(tables):
        raise given.error("margins", margins=len(samples.values), tables=len(tables))
    margins: Margins = {}
    for formula, table in zip(samples.values, tables, strict=True):
        if not isinstance(formula, Formula):
            raise given.error("formulas", name=formulas)
        names = []
        for term in terms_of(formula.terms)[0]:
            frame, name = column(frame, term)
            names.append(name)
        margins[names[0] if len(names) == 1 else tuple(names)] = _totals(given, names, table)
    return frame, margins


def _totals(given: Arguments, names: list[str], table: Any) -> pd.Series:
    """Population totals by category: a data frame with ``Freq``, a Series, a mapping or a named vector."""
    if not names:
        raise given.error("no_column_named")
    if isinstance(table, pd.Series):
        return table
    if isinstance(table, pd.DataFrame):
        missing = [name for name in (*names, FREQUENCY) if name not in table.columns]
        if missing:
            raise given.error("population_lacks", names=tuple(missing))
        return table.set_index(names if len(names) > 1 else names[0])[FREQUENCY].astype(float)
    if isinstance(table, Vector) and len(names) == 1:
        return pd.Series(table.numbers())
    if isinstance(table, Mapping) and len(names) == 1:
        return pd.Series(dict(table))
    what = table.what if isinstance(table, Opaque) else type(table).__name__
    raise given.error("population_table", what=what, names=(*names, FREQUENCY))


def _calibrate(given: Arguments) -> SurveyDesign:
    design = given.context.design_of(given.node("design"))
    options = _calibration_options(given)
    frame = design.frame
    if "variance" in given:
        found = expression(frame, given.node("variance"))
        if not isinstance(found, pd.Series):
            raise given.error("variance_column")
        frame = frame.assign(**{"(variance)": found})
        options["heteroscedasticity"] = "(variance)"
    formula = given.value("formula")
    if isinstance(formula, Vector):
        frame, margins = _margins(given, frame, "formula", "population")
        return weights.calibrate(design.evolve(frame=frame), categorical=margins, **options)
    if not isinstance(formula, Formula):
        raise given.error("formula_or_list")
    terms, intercept = terms_of(formula.terms)
    frame, parts = _split(given, frame, terms, intercept)
    return weights.calibrate(design.evolve(frame=frame), **parts, **options)


def _calibration_options(given: Arguments) -> dict[str, Any]:
    distance = given.value("calfun", "linear")
    if distance not in _DISTANCES:
        raise given.error("calfun", known=_DISTANCES, text=said(given.node("calfun")))
    bounds = given.value("bounds")
    limits = None
    if bounds is not None:
        if not isinstance(bounds, Vector) or len(bounds.values) != 2:
            raise given.error("bounds")
        low, high = (float(value) for value in bounds.values)
        limits = None if np.isneginf(low) and np.isposinf(high) else (low, high)
    return {"distance": distance, "bounds": limits}


def _split(
    given: Arguments, frame: pd.DataFrame, terms: list[Node], intercept: bool
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """R's totals of the columns of a model matrix as margins, numeric totals and the population's size."""
    population = given.value("population")
    totals = dict(population) if isinstance(population, Mapping | pd.Series) else None
    if totals is None:
        if not isinstance(population, Vector):
            raise given.error("population_names")
        totals = population.numbers()
    size = totals.pop("(Intercept)", None)
    if intercept and size is None:
        raise given.error("no_total", names=("(Intercept)",))
    numeric, categorical = {}, {}
    for term in terms:
        frame, name = column(frame, term)
        if pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_bool_dtype(frame[name]):
            if name not in totals:
                raise given.error("no_total", names=(name,))
            numeric[name] = float(totals.pop(name))
        else:
            categorical[name] = _levels(given, frame[name], totals, size)
    if totals:
        raise given.error("no_term", names=tuple(map(str, totals)))
    return frame, {"numeric": numeric or None, "categorical": categorical or None, "total": size}


def _levels(given: Arguments, values: pd.Series, totals: dict[str, float], size: float | None) -> pd.Series:
    """Totals of every category; R leaves out the first one, which has what is left of the population."""
    own = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else values.dropna().unique()
    labels = [text.upper() if isinstance(one, bool | np.bool_) else text for one, text in _texts(own)]
    named = {label: float(totals.pop(f"{values.name}{label}")) for label in labels if f"{values.name}{label}" in totals}
    left = [label for label in labels if label not in named]
    if len(left) > 1 or (left and size is None):
        raise given.error("no_total", names=tuple(f"{values.name} {label}" for label in left))
    if left and size is not None:
        named[left[0]] = size - sum(named.values())
    lower = {text.upper(): text for _, text in _texts(own)} if pd.api.types.is_bool_dtype(values) else {}
    return pd.Series({lower.get(label, label): total for label, total in named.items()})


def _texts(labels: Any) -> list[tuple[object, str]]:
    return list(zip(labels, texts_of(pd.Series(labels, dtype=object)), strict=True))


def _trim(given: Arguments) -> SurveyDesign:
    design = given.context.design_of(given.node("design"))
    limits = {name: given.value(name) for name in ("upper", "lower")}
    bounds = {name: None if value is None or np.isinf(value) else float(value) for name, value in limits.items()}
    return weights.trim(design, **bounds, strict=bool(given.value("strict", False)), recalibrate=False)


def _subset(given: Arguments) -> SurveyDesign:
    design = given.context.design_of(given.node("x"))
    node = given.node("subset")
    if not isinstance(node, Name):
        raise given.error("true_false_first", text=said(node))
    _, name = column(design.frame, node)
    values = design.frame[name]
    if not pd.api.types.is_bool_dtype(values):
        raise given.error("true_false", name=name)
    return design.subset(values)


_MAKERS: dict[str, Callable[[Arguments], SurveyDesign]] = {
    "svydesign": _design,
    "as_survey_design": _design,
    "svrepdesign": _replicates,
    "as.svrepdesign": _jackknife,
    "postStratify": _post_stratify,
    "rake": _rake,
    "calibrate": _calibrate,
    "trimWeights": _trim,
    "subset": _subset,
}
