"""Design specifications of R's survey and srvyr, read into a `SurveyDesign`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign
from trygghet.interop.calls import SAME_AS, SIGNATURES, Context, make
from trygghet.interop.syntax import Assignment, Call, InteropError, Literal, Name, Node, parse
from trygghet.interop.values import Data, Opaque, expression, plain, said
from trygghet.survey.adjustment import Adjustment

_LONELY = {"fail": "error", "remove": "remove", "certainty": "certainty", "adjust": "adjust", "average": "average"}
_READERS = ("read.csv", "read.csv2", "read.table", "read_csv", "read_csv2", "read_sav", "read_dta", "read_parquet")
_SILENT = (
    "library",
    "require",
    "suppressPackageStartupMessages",
    "set.seed",
    "data",
    "print",
    "summary",
    "head",
    "str",
)
_DERIVED = ("weights", "confint", "coef", "SE", "vcov", "cv", "degf", "deff")


def from_r(
    text: str,
    frame: pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    name: str | None = None,
    objects: Mapping[str, Any] | None = None,
) -> SurveyDesign:
    """The design that an R script of survey or srvyr makes, with R's standard errors.

    Read are ``svydesign``, ``as_survey_design`` (also in pipes), ``svrepdesign(type = "other")``, ``postStratify``,
    ``rake``, ``calibrate``, ``trimWeights``, ``subset`` by a column, ``options(survey.lonely.psu = )``, and population
    totals written as ``data.frame(…, Freq = )`` or ``c(…)``. Estimates (``svymean`` and the like) are passed over.

    Parameters
    ----------
    text : the script. Nothing of it is run: only what is listed here is understood, all else is an error.
    frame : the data, columns called as in R; a mapping by R's names when the script uses more than one.
    name : R's name of the design wanted; the last one made when omitted.
    objects : what the script takes from elsewhere, by R's names: totals as a Series, a DataFrame with ``Freq`` or a
        mapping, or a design.

    Returns
    -------
    SurveyDesign. Totals are met to 1e-10, more strictly than R's ``rake`` and ``calibrate`` meet them by default.

    Raises
    ------
    InteropError : what is not understood, by line.
    DesignError, WeightError, ConvergenceError : as `SurveyDesign` and the functions of `trygghet.weights` raise them.

    References
    ----------
    Lumley (2010), Complex Surveys; the survey package's reference manual 4.5; srvyr 1.2.
    """
    pairs: list[tuple[str | None, pd.DataFrame]]
    pairs = [(None, frame)] if isinstance(frame, pd.DataFrame) else [*frame.items()]
    script = _Script(Data(dict(pairs)), dict(objects or {}))
    for statement in parse(text):
        script.run(statement)
    return script.result(name)


class _Script:
    """The names that a script has given so far."""

    def __init__(self, data: Data, known: dict[str, Any]) -> None:
        self.data, self.known = data, known
        self.last: SurveyDesign | None = None
        self.lonely: dict[str, Any] = {}

    def run(self, statement: Node) -> None:
        """One statement."""
        if isinstance(statement, Assignment):
            self._assign(statement)
        elif isinstance(statement, Call) and statement.name == "options":
            self._options(statement)
        elif not (isinstance(statement, Name) and statement.name in self.known):
            self._value(statement)

    def result(self, name: str | None) -> SurveyDesign:
        """The design asked for, with the options in force at the end, as R's estimates would see it."""
        found = self.last if name is None else self.known.get(name)
        if not isinstance(found, SurveyDesign):
            made = tuple(key for key, value in self.known.items() if isinstance(value, SurveyDesign))
            raise InteropError.said("r.makes_none", made=made) if made else InteropError.said("r.makes_nothing")
        return found.evolve(**self.lonely)

    def _assign(self, statement: Assignment) -> None:
        target, value = statement.target, statement.value
        if isinstance(target, Call) and target.name == "$":
            self._assign_column(target, value)
            return
        if isinstance(target, Literal) and isinstance(target.value, str):
            target = Name(target.value, target.line)
        if not isinstance(target, Name):
            raise InteropError.said("r.cannot_assign", line=statement.line, text=said(target))
        if isinstance(value, Call) and value.name in _READERS:
            self.data.frame(target.name, statement.line)
            return
        self.known[target.name] = self._value(value)

    def _assign_column(self, target: Call, value: Node) -> None:
        (_, owner), (_, name) = target.arguments
        if not isinstance(owner, Name) or not isinstance(name, Name):
            raise InteropError.said("r.cannot_assign", line=target.line, text=said(target))
        if said(value) == f"rev({said(target)})" and name.name == "postStrata":
            return  # turns R's order of the steps round, into the one that a design here has
        if isinstance(self.known.get(owner.name), SurveyDesign):
            self.last = self.known[owner.name] = self._factored(self.known[owner.name], target, value)
            return
        frame = self.data.frame(owner.name, target.line)
        self.data.replace(owner.name, frame.assign(**{name.name: expression(frame, value)}))

    @staticmethod
    def _factored(design: SurveyDesign, target: Call, value: Node) -> SurveyDesign:
        """A design whose weights are multiplied by a column: ``d$prob <- d$prob / frame$column``."""
        parts = [part for _, part in value.arguments] if isinstance(value, Call) and value.name == "/" else []
        if said(target.arguments[1][1]) != "prob" or len(parts) != 2 or parts[0] != target:
            raise InteropError.said("r.not_understood", line=target.line, text=said(target))
        factor = np.asarray(expression(design.frame, parts[1]), dtype=float) * np.ones(design.n)
        if not (np.isfinite(factor).all() and (factor >= 0).all()):
            raise InteropError.said("r.numbers", line=target.line, text=said(parts[1]))
        step = Adjustment("fixed", design.weights, factor)
        return design.evolve(weights=design.weights * factor, adjustments=(*design.adjustments, step))

    def _options(self, call: Call) -> None:
        for name, node in call.arguments:
            value = plain(node, self.known)
            if name == "survey.lonely.psu":
                if value not in _LONELY:
                    raise InteropError.said("r.not_understood", line=call.line, text=f"survey.lonely.psu={said(node)}")
                self.lonely["lonely_psu"] = _LONELY[value]
            elif name == "survey.adjust.domain.lonely":
                self.lonely["lonely_domain"] = bool(value)
            elif name is not None and name.startswith("survey.") and value:
                raise InteropError.said("r.not_understood", line=call.line, text=f"options({name})")

    def _value(self, node: Node) -> Any:
        """What an expression is worth: a design, totals, or something that no design needs."""
        if isinstance(node, Call) and SAME_AS.get(node.name, node.name) in SIGNATURES:
            self.last = make(node, Context(self.data, self.known, self._design))
            return self.last
        if isinstance(node, Call) and (node.name in _SILENT + _DERIVED or node.name.startswith("svy")):
            return Opaque(said(node))
        if isinstance(node, Name) and self.data.holds(node.name):
            return Opaque(node.name)
        return plain(node, self.known)

    def _design(self, node: Node) -> SurveyDesign:
        found = self._value(node)
        if not isinstance(found, SurveyDesign):
            raise InteropError.said("r.no_design", line=node.line, text=said(node))
        return found
