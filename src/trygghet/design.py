"""The survey design: who was drawn how, with which weights."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from trygghet.errors import DesignError, WeightError
from trygghet.reprs import Shown
from trygghet.survey.adjustment import Adjustment
from trygghet.survey.arrays import Floats
from trygghet.survey.replicates import Replicates
from trygghet.survey.structure import Stage, build_stages
from trygghet.survey.variance import LONELY, total_covariance, total_variances

__all__ = ["SurveyDesign", "WeightEvent"]


@dataclass(frozen=True)
class WeightEvent:
    """Something that weighting did on its own rule and that a report should tell.

    Attributes
    ----------
    kind : short stable name, e.g. ``"margin_scaled"``, ``"unknown_category"``, ``"merged"``, ``"trimmed"``.
    margin : the margin or column concerned; empty when none.
    detail : the figures.
    """

    kind: str
    margin: str = ""
    detail: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, eq=False, repr=False)
class SurveyDesign(Shown):
    """A sample with its design and weights; never changed, only derived from.

    Parameters
    ----------
    frame : one row per unit of analysis.
    weight : column of design (or delivered) weights. None: the inverse of the sampling fractions
        when `fpc` is given, else 1 for everyone.
    strata : column of strata; a list with one for each stage.
    cluster : column of sampling units, or two columns for two stages; None when the rows were drawn.
    fpc : column of population sizes (all at least 1) or sampling fractions (all at most 1), one for
        each stage, constant within strata.
    lonely_psu : what a stratum with one sampled unit does: ``"error"``, ``"certainty"`` (or ``"remove"``:
        adds no variance), ``"adjust"`` (centred at the mean of all units), ``"average"``
        (the mean variance of the other strata).
    lonely_domain : treat strata with one unit in the domain the same way ("adjust" and "average" only).
    nested : cluster ids count within their stratum; False makes an id in two strata an error.

    Attributes
    ----------
    weights : (n,) weights now; zero outside a domain.
    base : (n,) weights before any step.
    stages : strata and units of each stage, coded.
    replicates : replicate weights, or None.
    adjustments : the weighting steps, oldest first; the variance accounts for each.
    events : what the weighting steps did on their own rule.
    language : of what JupyterLab shows of the design.

    Raises
    ------
    DesignError : a column that is missing or incomplete, impossible population sizes.
    WeightError : weights that are missing, negative, infinite, or all zero.

    References
    ----------
    Lumley (2010), Complex Surveys, chapters 2–3. Same conventions as R survey 4.5.
    """

    _teller: ClassVar[str] = "design"
    frame: pd.DataFrame
    weight: str | None = None
    strata: str | list[str] | None = None
    cluster: str | list[str] | None = None
    fpc: str | list[str] | None = None
    lonely_psu: str = "error"
    lonely_domain: bool = False
    nested: bool = True
    weights: Floats = field(init=False, repr=False)
    base: Floats = field(init=False, repr=False)
    stages: tuple[Stage, ...] = field(init=False, repr=False)
    adjustments: tuple[Adjustment, ...] = field(init=False, repr=False, default=())
    replicates: Replicates | None = field(init=False, repr=False, default=None)
    events: tuple[WeightEvent, ...] = field(init=False, repr=False, default=())
    language: str = field(init=False, repr=False, default="sv")

    def __post_init__(self) -> None:
        if not isinstance(self.frame, pd.DataFrame) or len(self.frame) == 0:
            raise DesignError.said("empty_frame")
        if self.lonely_psu not in LONELY:
            raise DesignError.said("one_of", name="lonely_psu", known=LONELY, given=self.lonely_psu)
        repeated = self.frame.columns[self.frame.columns.duplicated()].unique()
        if len(repeated):
            raise DesignError.said("columns_twice", names=tuple(map(str, repeated)))
        stages = build_stages(self.frame, self.strata, self.cluster, self.fpc, self.nested)
        weights = _initial_weights(self.frame, self.weight, stages)
        object.__setattr__(self, "stages", stages)
        object.__setattr__(self, "base", weights)
        object.__setattr__(self, "weights", weights)

    @property
    def n(self) -> int:
        """Rows of the design, domains' outside included."""
        return len(self.frame)

    @property
    def active(self) -> NDArray[np.bool_]:
        """Rows whose weight is not zero: the sample, or the domain of a subset.

        Linear calibration can make weights negative; such rows still count.
        """
        return np.asarray(self.weights != 0)

    @property
    def df(self) -> int:
        """Degrees of freedom: sampling units less strata with a positive weight; of replicates, their rank − 1."""
        if self.replicates is not None:
            return self.replicates.df()
        return self.df_of(self.active)

    @property
    def constraints(self) -> int:
        """Independent totals, besides the population size, that the latest calibration meets; 0 without one."""
        for step in reversed(self.adjustments):
            if step.auxiliaries is not None:
                return len(step.basis.kept) - (step.auxiliaries.constant is not None)
        return 0

    def df_of(self, rows: NDArray[np.bool_]) -> int:
        """Degrees of freedom of the units and strata that `rows` touch."""
        stage = self.stages[0]
        units = int(rows.sum()) if stage.unit is None else len(np.unique(stage.unit[rows]))
        return units - len(np.unique(stage.stratum[rows]))

    def evolve(self, **state: Any) -> SurveyDesign:
        """A copy with parts replaced; no checks are repeated."""
        new = copy.copy(self)
        for name, value in state.items():
            object.__setattr__(new, name, value)
        return new

    def with_columns(self, **columns: ArrayLike) -> SurveyDesign:
        """A design with more (or replaced) columns and the same weights.

        Raises
        ------
        DesignError : a column whose length is not that of the frame, or a Series with another index.
        """
        for name, values in columns.items():
            if isinstance(values, pd.Series) and not values.index.equals(self.frame.index):
                raise DesignError.said("other_index", name=name)
            if np.ndim(values) > 0 and len(values) != self.n:  # type: ignore[arg-type]
                raise DesignError.said("other_length", name=name, values=len(values), rows=self.n)  # type: ignore[arg-type]
        return self.evolve(frame=self.frame.assign(**columns))  # type: ignore[arg-type]

    def subset(self, mask: ArrayLike) -> SurveyDesign:
        """The domain where `mask` holds: weights become zero outside, no row is dropped.

        Raises
        ------
        DesignError : a mask of another length, or with missing values.
        """
        if isinstance(mask, pd.Series) and mask.isna().any():
            raise DesignError.said("domain.missing", n=int(mask.isna().sum()))
        if isinstance(mask, pd.Series):
            if not mask.index.equals(self.frame.index):
                raise DesignError.said("domain.other_index")
            mask = mask.to_numpy(dtype=bool) if pd.api.types.is_bool_dtype(mask.dtype) else mask.to_numpy()
        keep = np.asarray(mask)
        if keep.shape != (self.n,) or keep.dtype != bool:
            raise DesignError.said("domain.true_false", n=self.n)
        replicates = None if self.replicates is None else self.replicates.only(keep)
        return self.evolve(weights=np.where(keep, self.weights, 0.0), replicates=replicates)

    def linearised(self, influence: Floats) -> Floats:
        """(n, m) influence values of the final weights to weighted values that know the calibration.

        With steps d → g₁d → g₂g₁d the last step's auxiliaries are taken out first, in a regression
        weighted by the weights before that step (Deville & Särndal 1992). One step is R survey's calibrate; of
        several R takes the oldest out first, and so leaves a total that the last step fixes a standard error.
        """
        if not self.adjustments:
            return self.base[:, None] * influence
        values = influence
        for step in reversed(self.adjustments):
            values = step.residual(values)
        return self.base[:, None] * values

    def covariance(self, influence: Floats) -> Floats:
        """Covariance (m, m) of statistics with (n, m) influence values (zero outside the domain)."""
        values = self.linearised(influence)
        return total_covariance(self.stages, values, self.lonely_psu, self.active, self.lonely_domain)

    def variances(self, influence: Floats) -> Floats:
        """Variances (m,) of statistics with (n, m) influence values."""
        values = self.linearised(influence)
        return total_variances(self.stages, values, self.lonely_psu, self.active, self.lonely_domain)


def _initial_weights(frame: pd.DataFrame, name: str | None, stages: tuple[Stage, ...]) -> Floats:
    if name is None:
        weights = np.ones(len(frame))
        for stage in stages:
            if stage.fraction is not None:
                weights = weights / stage.fraction[stage.stratum]
        return weights
    if name not in frame.columns:
        raise DesignError.said("no_column", role="weight", name=name)
    try:
        weights = frame[name].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise WeightError.said("weight_not_numeric", name=name) from error
    return checked_weights(weights, name)


def checked_weights(weights: Floats, name: str) -> Floats:
    """Weights that are finite, not negative and not all zero, or an error that counts the bad rows."""
    low, total = weights.min(), weights.sum()
    if not (np.isfinite(total) and low >= 0):  # the two passes see NaN, infinity and negatives
        missing, negative = int(np.sum(~np.isfinite(weights))), int(np.sum(weights < 0))
        raise WeightError.said("weights_unusable", name=name, missing=missing, negative=negative)
    if total <= 0:
        raise WeightError.said("weights_zero", name=name)
    return weights
