"""Linear, quasi-binomial and quasi-Poisson regression with design-based covariance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from trygghet.design import SurveyDesign
from trygghet.errors import ConvergenceError, DesignError
from trygghet.survey.arrays import Floats, as_list, encode, label_text
from trygghet.survey.domains import Item, read_items, require_column
from trygghet.survey.intervals import wald

STEPS = 60
TOLERANCE = 1e-13


@dataclass(frozen=True)
class Family:
    """Inverse link, its derivative by the linear predictor, variance function and start of the mean."""

    mean: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    variance: Callable[[Floats], Floats]
    link: Callable[[Floats], Floats]
    start: Callable[[Floats, float], Floats]


def _expit(eta: Floats) -> Floats:
    mean: Floats = 1 / (1 + np.exp(-np.clip(eta, -700, 700)))
    return mean


FAMILIES = {
    "gaussian": Family(lambda e: e, np.ones_like, np.ones_like, lambda m: m, lambda y, _: y),
    "quasibinomial": Family(
        _expit,
        lambda e: _expit(e) * (1 - _expit(e)),
        lambda m: m * (1 - m),
        lambda m: np.log(m / (1 - m)),
        lambda y, _: (y + 0.5) / 2,
    ),
    "quasipoisson": Family(np.exp, np.exp, lambda m: m, np.log, lambda y, mean: (y + mean) / 2 + 0.1 * mean),
}


@dataclass(frozen=True, eq=False)
class Regression:
    """A fitted regression.

    Attributes
    ----------
    table : term, estimate, se, ci_low, ci_high, statistic (t), p.
    covariance : (p, p) design-based.
    df : residual degrees of freedom, the design's + 1 − p.
    dispersion : estimated variance of the Pearson residuals.
    n : rows used.
    """

    table: pd.DataFrame
    covariance: Floats
    df: int
    dispersion: float
    n: int

    def wald_test(self, variable: str) -> pd.Series:
        """F test that every coefficient of a variable is zero (R's regTermTest): F, df, ddf, p.

        Raises
        ------
        DesignError : a variable that is not in the model.
        """
        at = [i for i, term in enumerate(self.table["term"]) if term == variable or term.startswith(f"{variable}=")]
        if not at:
            raise DesignError.said("regression.not_in", name=variable)
        b = self.table["estimate"].to_numpy()[at]
        f = float(b @ np.linalg.solve(self.covariance[np.ix_(at, at)], b)) / len(at)
        return pd.Series({"F": f, "df": len(at), "ddf": self.df, "p": stats.f.sf(f, len(at), self.df)})


def regression(
    design: SurveyDesign,
    y: str,
    x: str | list[str],
    *,
    family: str = "gaussian",
    level: float = 0.95,
) -> Regression:
    """Regression of one variable on others, weighted, with design-based covariance.

    Parameters
    ----------
    y : numeric (or 0/1 for "quasibinomial") column.
    x : columns; categorical ones become indicators against their first category.
    family : "gaussian", "quasibinomial" (logit) or "quasipoisson" (log).
    level : confidence level.

    Raises
    ------
    DesignError : unknown columns or family, terms that are not independent.
    ConvergenceError : coefficients that do not settle (perfect prediction).

    References
    ----------
    Binder (1983), International Statistical Review 51, 279–292; R survey's svyglm.
    """
    if family not in FAMILIES:
        raise DesignError.said("one_of", name="family", known=tuple(FAMILIES), given=family)
    if design.weights.min() < 0:
        raise DesignError.said("weights.negative")
    item = _response(design, y)
    terms, matrix, complete = _model_matrix(design, as_list(x))
    used = complete & design.active & (True if item.valid is None else item.valid)
    values = np.where(used, item.values.astype(float), 0.0)
    matrix = np.where(used[:, None], matrix, 0.0)
    domain = design if used.all() else design.subset(used)
    kind = FAMILIES[family]
    beta = _fit(matrix[used], values[used], domain.weights[used], kind)
    covariance = _covariance(domain, matrix, values, used, beta, kind)
    df = domain.df + 1 - len(terms)
    return _result(domain, (terms, matrix, values, used), beta, covariance, kind, df, level)


def _response(design: SurveyDesign, y: str) -> Item:
    items = read_items(design, y)
    if len(items) != 1:
        raise DesignError.said("regression.numeric", name=str(y))
    return items[0]


def _model_matrix(design: SurveyDesign, names: list[str]) -> tuple[list[str], Floats, np.ndarray]:
    terms, columns = ["(constant)"], [np.ones(design.n)]
    complete = np.ones(design.n, dtype=bool)
    for name in names:
        require_column(design.frame, name)
        column = design.frame[name]
        if pd.api.types.is_numeric_dtype(column.dtype) and not isinstance(column.dtype, pd.CategoricalDtype):
            values = column.to_numpy(dtype=float, na_value=np.nan)
            complete &= np.isfinite(values)
            terms.append(str(name))
            columns.append(np.nan_to_num(values))
            continue
        codes, labels = encode(column)
        complete &= codes >= 0
        used = np.unique(codes[(codes >= 0) & design.active])
        terms += [f"{name}={label_text(labels[k])}" for k in used[1:]]
        columns += [(codes == k).astype(float) for k in used[1:]]
    return terms, np.column_stack(columns), complete


def _fit(x: Floats, y: Floats, weight: Floats, family: Family) -> Floats:
    """Iteratively reweighted least squares, by QR."""
    mean = float(weight @ y / weight.sum())
    eta = family.link(family.start(y, mean))
    beta: Floats = np.zeros(x.shape[1])
    scale = weight / weight.mean()
    for _ in range(STEPS):
        with np.errstate(all="ignore"):
            mu, slope = family.mean(eta), family.slope(eta)
            working = eta + (y - mu) / slope
            root = np.sqrt(scale * slope**2 / family.variance(mu))
        if not (np.isfinite(working).all() and np.isfinite(root).all()):
            break
        new, _, rank, _ = np.linalg.lstsq(root[:, None] * x, root * working, rcond=1e-12)
        if rank < x.shape[1]:
            raise DesignError.said("regression.dependent")
        eta = x @ new
        settled = np.abs(new - beta).max() <= TOLERANCE * max(1.0, np.abs(new).max())
        beta = new
        if settled:
            return beta
    if _nearly_settled(x, y, scale, family, beta):
        return beta
    raise ConvergenceError.said("regression.unsettled")


def _nearly_settled(x: Floats, y: Floats, weight: Floats, family: Family, beta: Floats) -> bool:
    """Whether the estimating equations hold to rounding."""
    eta = x @ beta
    mu = family.mean(eta)
    if not (family.variance(mu) > 0).all():
        return False
    part = x * (weight * family.slope(eta) * (y - mu) / family.variance(mu))[:, None]
    return bool(np.isfinite(part).all() and (np.abs(part.sum(0)) <= 1e-9 * np.abs(part).sum(0)).all())


def _influence(x: Floats, y: Floats, weight: Floats, family: Family, beta: Floats, used: np.ndarray) -> Floats:
    """Influence values (n, p) of the coefficients, zero outside the rows used."""
    eta = x @ beta
    mu, slope = family.mean(eta), family.slope(eta)
    ratio = np.where(used, slope / family.variance(mu), 0.0)
    information = x.T @ ((weight * ratio * slope)[:, None] * x)
    return (x * np.where(used, ratio * (y - mu), 0.0)[:, None]) @ np.linalg.inv(information)


def _covariance(design: SurveyDesign, x: Floats, y: Floats, used: np.ndarray, beta: Floats, family: Family) -> Floats:
    if design.replicates is None:
        return design.covariance(_influence(x, y, design.weights, family, beta, used))
    weights = design.replicates.weights
    each = [_fit(x[w > 0], y[w > 0], w[w > 0], family) for w in weights.T]
    return design.replicates.covariance(np.array(each), beta)


def _result(
    design: SurveyDesign,
    data: tuple[list[str], Floats, Floats, np.ndarray],
    beta: Floats,
    covariance: Floats,
    family: Family,
    df: int,
    level: float,
) -> Regression:
    terms, x, y, used = data
    mu = family.mean(x @ beta)
    weight = design.weights[used]
    pearson = ((y - mu) / np.sqrt(family.variance(mu)))[used]
    n = int(used.sum())
    spread = weight @ (pearson - weight @ pearson / weight.sum()) ** 2 / weight.sum() * n / (n - 1)
    se = np.sqrt(np.diag(covariance))
    low, high = wald(beta, se, np.full(len(beta), float(df)), level)
    statistic = beta / se
    table = pd.DataFrame({"term": terms, "estimate": beta, "se": se, "ci_low": low, "ci_high": high})
    table["statistic"], table["p"] = statistic, 2 * stats.t.sf(np.abs(statistic), df)
    return Regression(table, covariance, df, float(spread), n)


def predicted_shares(design: SurveyDesign, y: str, x: list[str]) -> Floats:
    """(n,) fitted probabilities of a 0/1 column by weighted logistic regression.

    Raises
    ------
    DesignError : missing values in the predictors.
    """
    _, matrix, complete = _model_matrix(design, x)
    if not complete.all():
        raise DesignError.said("regression.missing", names=tuple(map(str, x)), n=int((~complete).sum()))
    used = design.active
    values = _response(design, y).values.astype(float)
    beta = _fit(matrix[used], values[used], design.weights[used], FAMILIES["quasibinomial"])
    return _expit(matrix @ beta)
