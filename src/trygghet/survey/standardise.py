"""Direct standardisation, usually by age × sex."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign
from trygghet.errors import DesignError
from trygghet.survey.arrays import Floats, label_text
from trygghet.survey.covariance import Covariance
from trygghet.survey.domains import Domains, read_domains, read_items
from trygghet.survey.results import Query, Results
from trygghet.survey.statistics import compute, influence_matrix
from trygghet.survey.tables import make_table


def standardised(
    design: SurveyDesign,
    y: str | list[str],
    over: list[str],
    population: pd.Series,
    by: str | list[str] | None = None,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Means directly standardised, usually by age × sex: Σ population share × the group's mean in the cell.

    Parameters
    ----------
    over : columns of the standard population, e.g. ``["age_group", "sex"]``.
    population : persons (or shares) indexed by the categories of `over`.
    by : groups to be compared.

    Returns
    -------
    As `mean`. A group without respondents in some cell is standardised over its other cells and flagged
    ``empty_cells:k``. ``attrs["covariance"]`` is the groups' covariance matrix, so that `contrast` can
    compare them.

    References
    ----------
    Fay & Feuer (1997), Statistics in Medicine 16; survey's svystandardize.
    """
    groups, cells = read_domains(design, by), read_domains(design, over)
    shares = _population_shares(cells.labels, over, population)
    inner = _crossed(groups, cells, design.n)
    query = Query("mean", tuple(read_items(design, y)), inner)
    fine = compute(design, query)
    shape = (len(query.items), groups.count, cells.count)
    weight = np.where(fine.n.reshape(shape) > 0, shares, 0.0)
    held = weight.sum(axis=2, keepdims=True)
    weight = np.divide(weight, held, out=np.zeros_like(weight), where=held > 0)
    outer = Query("mean", query.items, groups)
    influence = _standard_influence(design, query, weight)
    results = _standard_results(design, outer, fine, weight, influence)
    table = make_table(design, outer, results, level=level, deff=True)
    missing = ((fine.n.reshape(shape) == 0) & (shares > 0)).sum(axis=2).ravel()
    flags = table["flags"].to_numpy()
    table["flags"] = [
        ",".join(filter(None, [flag, f"empty_cells:{k}" if k and n else ""]))
        for flag, k, n in zip(flags, missing, table["n"], strict=True)
    ]
    table.attrs["covariance"] = Covariance(len(table), lambda: design.covariance(influence))
    return table


def _population_shares(labels: pd.DataFrame, over: list[str], population: pd.Series) -> Floats:
    keys = {
        tuple(label_text(k) for k in (key if isinstance(key, tuple) else (key,))): float(value)
        for key, value in population.items()
    }
    wanted = [tuple(label_text(v) for v in row) for row in labels.itertuples(index=False)]
    strangers = sorted(set(keys) - set(wanted))
    if strangers:
        raise DesignError.said(
            "estimate.strangers", over=tuple(map(str, over)), categories=tuple(" × ".join(one) for one in strangers[:5])
        )
    values = np.array([keys.get(key, 0.0) for key in wanted])
    if not (values >= 0).all() or values.sum() <= 0:
        raise DesignError.said("estimate.standard_population")
    shares: Floats = values / values.sum()
    return shares


def _crossed(groups: Domains, cells: Domains, n: int) -> Domains:
    one, two = groups.rows(n).astype(np.int64), cells.rows(n)
    codes = np.where((one < 0) | (two < 0), -1, one * cells.count + two)
    return Domains(codes, extra=pd.DataFrame(index=range(groups.count * cells.count)))


def _standard_influence(design: SurveyDesign, query: Query, weight: Floats) -> Floats:
    """(n, items × groups) influence of every row on the standardised means."""
    cells = weight.shape[2]
    full = np.nan_to_num(influence_matrix(design, query))
    shares = weight.reshape(-1, cells)
    return np.column_stack([full[:, i * cells : (i + 1) * cells] @ row for i, row in enumerate(shares)])


def _standard_results(design: SurveyDesign, outer: Query, fine: Results, weight: Floats, influence: Floats) -> Results:
    plain = compute(design, outer)
    inside = (weight * np.nan_to_num(fine.estimate).reshape(weight.shape)).sum(2).ravel()
    estimate = np.where(plain.n > 0, inside, np.nan)
    variance = np.where(plain.n > 0, design.variances(influence), np.nan)
    return Results(plain.n, plain.n_eff, estimate, variance, plain.df, plain.spread, plain.population)
