"""The fast route: everything from sums over (stratum × auxiliary cell × domain), exactly.

Residual e = u − x'B with u the influence of a domain's mean or total. Within a cell x is constant, so

    Σ w e   = Σ w u − (Σ w) x'B
    Σ w² e² = Σ w² u² − 2 (Σ w² u) x'B + (Σ w²) (x'B)²

and with α = (1 − f) n/(n − 1) of each stratum the variance of every domain × item needs only

    Q = Σ α w² u²,  z = Σ α w² u x,  M = Σ α w² x x',  t_h = Σ_h w u,  G_h = Σ_h w x:
    V = Q − 2 z'B + B'M B − Σ_h (α_h/n_h) (t_h − G_h'B)².

The sums hold whether or not weights vary inside a cell; where they do not, they follow from counts.
Clusters: the same t and G by sampling unit, V = Σ_h α_h Σ_i (t_i − G_i'B − mean)².
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trygghet.design import SurveyDesign
from trygghet.survey.adjustment import Adjustment
from trygghet.survey.arrays import Codes, Floats, combine, first_rows
from trygghet.survey.domains import Item
from trygghet.survey.results import Query, Results
from trygghet.survey.variance import stratum_factors

NOISE = 1e-13
MOST_UNIT_SUMS = 4_000_000


@dataclass(frozen=True, eq=False)
class Cells:
    """The rows' cells and what is constant or summed in each.

    Attributes
    ----------
    row : (n,) cell of each row.
    stratum, auxiliary, domain : (cells,) codes; the domain code `groups` is outside all domains.
    n : (cells,) rows.
    w, d : (cells,) final weight and the weight of the residual regression where constant within cells, else None.
    sw, sw2, sd : (cells,) sums of w, w² and d.
    row_w, row_d : (n,) weights, for cells in which they vary.
    """

    row: Codes
    stratum: Codes
    auxiliary: Codes
    domain: Codes
    groups: int
    n: Floats
    w: Floats | None
    d: Floats | None
    sw: Floats
    sw2: Floats
    row_w: Floats
    row_d: Floats

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.n)


@dataclass(frozen=True, eq=False)
class ItemSums:
    """Sums by cell of the items, (cells, items): r marks valid answers, y is 0 where there is none."""

    r: Floats
    wr: Floats
    dr: Floats
    w2r: Floats
    wy: Floats
    dy: Floats
    w2y: Floats
    wyy: Floats
    w2yy: Floats


def fast_route(design: SurveyDesign, query: Query) -> bool:
    """Whether the design and the question allow the cell formulas."""
    if design.replicates is not None or len(design.stages) > 1 or query.kind == "ratio" or design.lonely_domain:
        return False
    stage = design.stages[0]
    if ((stage.sampled == 1) & (stratum_factors(stage) > 0)).any():
        return False
    if stage.unit is not None and stage.units * (query.domains.count + 1) > MOST_UNIT_SUMS:
        return False
    steps = design.adjustments
    if any(step.kind != "fixed" for step in steps[:-1]):
        return False
    return not steps or steps[-1].kind == "fixed" or _plain_regression(steps[-1])


def _plain_regression(step: Adjustment) -> bool:
    return (
        step.kind == "regression"
        and step.heteroscedasticity is None
        and step.auxiliaries is not None
        and step.auxiliaries.cell is not None
    )


def compute_by_cells(design: SurveyDesign, query: Query) -> Results:
    """Every row of the table; equal to the row-level route but for rounding."""
    step = design.adjustments[-1] if design.adjustments else None
    step = step if step is not None and step.kind == "regression" else None
    cells = build_cells(design, query, step)
    sums = _item_sums(cells, query.items)
    inside = np.flatnonzero(cells.domain < cells.groups)
    by_group = _grouped(cells, sums, inside)
    estimate = _estimates(query, by_group)
    clustered = design.stages[0].unit is not None
    if clustered:
        variance, units = _clustered(design, query, cells, sums, estimate, by_group, step)
    else:
        variance, units = _elements(design, query, cells, sums, estimate, by_group, step)
    return _results(query, cells, by_group, sums, estimate, variance, units)


def build_cells(design: SurveyDesign, query: Query, step: Adjustment | None) -> Cells:
    """The occupied combinations of auxiliary vector, stratum and domain."""
    stage, groups = design.stages[0], query.domains.count
    weights = design.weights if step is None else _full_weights(design, step)
    before = weights if step is None else step.before
    domain = _domain_codes(design, query)
    aux = None if step is None else step.auxiliaries
    auxiliary = (np.zeros(design.n, np.int8), 1) if aux is None else (np.asarray(aux.cell), aux.cells)
    row, parts = _combined([auxiliary, (stage.stratum, stage.strata), (domain, groups + 1)], design.n)
    size = len(parts[0])
    n = np.bincount(row, minlength=size).astype(float)
    pick = first_rows(row, size)
    w = weights[pick] if (weights[pick][row] == weights).all() else None
    d = w if before is weights else (before[pick] if (before[pick][row] == before).all() else None)
    sw = w * n if w is not None else np.bincount(row, weights=weights, minlength=size)
    sw2 = w**2 * n if w is not None else np.bincount(row, weights=weights**2, minlength=size)
    return Cells(row, parts[1], parts[0], parts[2], groups, n, w, d, sw, sw2, weights, before)


def _full_weights(design: SurveyDesign, step: Adjustment) -> Floats:
    """The calibrated weights also outside the domain of a subset."""
    return design.weights if design.weights.all() else step.before * step.factor


def _domain_codes(design: SurveyDesign, query: Query) -> Codes:
    groups = query.domains.count
    codes = np.zeros(design.n, np.int8) if query.domains.codes is None else query.domains.codes
    lowest = codes.min()
    whole = bool(design.weights.all())
    if lowest >= 0 and whole:
        return codes
    outside = codes < 0 if whole else (codes < 0) | ~design.active
    return np.where(outside, groups, codes)


def _combined(parts: list[tuple[Codes, int]], n: int) -> tuple[Codes, list[Codes]]:
    """Row codes of the occupied combinations, and each part's code per combination.

    A part that is constant within the combinations so far (a domain that is also a margin, strata
    nested in areas) adds nothing to the radix: one gather and one comparison find that out.
    """
    row, size = parts[0][0].astype(np.intp), parts[0][1]
    kept = [np.arange(size)]
    for codes, k in parts[1:]:
        if k == 1:
            kept.append(np.zeros(size, dtype=np.intp))
            continue
        constant = codes[first_rows(row, size)]
        if (constant[row] == codes).all():
            kept.append(constant.astype(np.intp))
            continue
        mixed, total = combine([(row, size), (codes, k)])
        used = np.flatnonzero(np.bincount(mixed, minlength=total)) if total <= 8 * n + 65536 else np.unique(mixed)
        row = _renumbered(mixed, used, total)
        old, new = np.divmod(used, k)
        kept = [part[old] for part in kept] + [new]
        size = len(used)
    return row, kept


def _renumbered(codes: Codes, used: Codes, total: int) -> Codes:
    if total > 8 * len(codes) + 65536:
        return np.searchsorted(used, codes)
    lookup = np.zeros(total, dtype=np.intp)
    lookup[used] = np.arange(len(used))
    return lookup[codes]


def _item_sums(cells: Cells, items: tuple[Item, ...]) -> ItemSums:
    parts = [_one_item(cells, item) for item in items]
    return ItemSums(*(np.column_stack(column) for column in zip(*parts, strict=True)))


def _one_item(cells: Cells, item: Item) -> tuple[Floats, ...]:
    """r, wr, dr, w2r, wy, dy, w2y, wyy, w2yy by cell."""
    r = cells.n if item.valid is None else np.bincount(cells.row[item.valid], minlength=cells.size).astype(float)
    if cells.w is not None and cells.d is not None:
        y = sum_by_cell(cells, item.values)
        yy = y if item.binary else sum_by_cell(cells, np.square(item.values, dtype=float))
        w, d = cells.w, cells.d
        return r, w * r, d * r, w**2 * r, w * y, d * y, w**2 * y, w * yy, w**2 * yy
    valid = np.ones(len(cells.row)) if item.valid is None else item.valid
    w, d, y = cells.row_w, cells.row_d, item.values
    wr, wy, dy = w * valid, w * y, d * y
    wyy = wy if item.binary else wy * y
    weighted = (wr, d * valid, w * wr, wy, dy, w * wy, wyy, w * wyy)
    return r, *(sum_by_cell(cells, part) for part in weighted)


def sum_by_cell(cells: Cells, values: Floats) -> Floats:
    """Row values summed by cell."""
    return np.bincount(cells.row, weights=values, minlength=cells.size)


def _grouped(cells: Cells, sums: ItemSums, inside: Codes) -> ItemSums:
    """The sums by domain, (groups, items)."""
    return ItemSums(*(_by(cells.domain[inside], part[inside], cells.groups) for part in vars(sums).values()))


def _by(codes: Codes, values: Floats, size: int) -> Floats:
    """Sums of rows by code, for all columns in one bincount."""
    width = values.shape[1]
    flat = codes.astype(np.intp)[:, None] * width + np.arange(width)
    return np.bincount(flat.ravel(), weights=values.ravel(), minlength=size * width).reshape(size, width)


def _estimates(query: Query, by_group: ItemSums) -> Floats:
    if query.kind == "total":
        return np.where(by_group.r > 0, by_group.wy, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(by_group.r > 0, by_group.wy / by_group.wr, np.nan)


@dataclass(frozen=True, eq=False)
class Influence:
    """Sums by cell (cells, items) of d u, w u, w² u, w² u²; zero outside domains."""

    du: Floats
    wu: Floats
    w2u: Floats
    w2uu: Floats


def _centre_and_scale(query: Query, estimate: Floats, by_group: ItemSums) -> tuple[Floats, Floats]:
    """u = (y − centre·r) / scale, by group and item."""
    if query.kind == "total":
        return np.zeros_like(estimate), np.ones_like(estimate)
    return np.nan_to_num(estimate), np.where(by_group.wr > 0, by_group.wr, 1.0)


def _influence(query: Query, cells: Cells, sums: ItemSums, estimate: Floats, by_group: ItemSums) -> Influence:
    centre, scale = _centre_and_scale(query, estimate, by_group)
    empty = np.zeros((1, centre.shape[1]))
    p = np.vstack([centre, empty])[cells.domain]
    inverse = np.vstack([1 / scale, empty])[cells.domain]
    return Influence(
        (sums.dy - p * sums.dr) * inverse,
        (sums.wy - p * sums.wr) * inverse,
        (sums.w2y - p * sums.w2r) * inverse,
        (sums.w2yy - 2 * p * sums.w2y + p**2 * sums.w2r) * inverse**2,
    )


def _elements(
    design: SurveyDesign,
    query: Query,
    cells: Cells,
    sums: ItemSums,
    estimate: Floats,
    by_group: ItemSums,
    step: Adjustment | None,
) -> tuple[Floats, Floats]:
    """Variances (groups, items) of a design whose rows are the sampling units, and the units per row of the table."""
    stage, a, j = design.stages[0], cells.groups, len(query.items)
    factor = stratum_factors(stage)
    u = _influence(query, cells, sums, estimate, by_group)
    alpha = factor[cells.stratum]
    outside_too = a + 1
    at = cells.stratum * outside_too + cells.domain
    unit_totals = _by(at, u.wu, stage.strata * outside_too).reshape(stage.strata, outside_too, j)[:, :a]
    q = _by(cells.domain, alpha[:, None] * u.w2uu, outside_too)[:a]
    variance = q.copy()
    if step is not None:
        columns = step.basis.columns[cells.auxiliary]
        b = step.basis.coefficients(_moments(columns, cells, u.du)).reshape(-1, a, j)
        z = _moments(columns, cells, alpha[:, None] * u.w2u).reshape(-1, a, j)
        m = columns.T @ ((alpha * cells.sw2)[:, None] * columns)
        g = _by(cells.stratum, cells.sw[:, None] * columns, stage.strata)
        mb = np.tensordot(m, b, 1)
        variance += ((mb - 2 * z) * b).sum(axis=0)
        unit_totals = unit_totals - np.tensordot(g, b, 1)
    variance -= np.tensordot(factor / stage.sampled, unit_totals**2, 1)
    return np.where(variance < NOISE * q, 0.0, variance), by_group.r


def _moments(columns: Floats, cells: Cells, values: Floats) -> Floats:
    """Σ x v by domain, (p, groups × items), cells taken domain by domain."""
    a, j = cells.groups, values.shape[1]
    out = np.zeros((columns.shape[1], a, j))
    order = np.argsort(cells.domain, kind="stable")
    edges = np.searchsorted(cells.domain[order], np.arange(a + 1))
    for group in range(a):
        at = order[edges[group] : edges[group + 1]]
        out[:, group] = columns[at].T @ values[at]
    return out.reshape(columns.shape[1], a * j)


def _clustered(
    design: SurveyDesign,
    query: Query,
    cells: Cells,
    sums: ItemSums,
    estimate: Floats,
    by_group: ItemSums,
    step: Adjustment | None,
) -> tuple[Floats, Floats]:
    """Variances (groups, items) of a one-stage cluster design, and the units per row of the table."""
    stage, a = design.stages[0], cells.groups
    assert stage.unit is not None
    centre, scale = _centre_and_scale(query, estimate, by_group)
    at = stage.unit * np.intp(a + 1) + cells.domain[cells.row]
    coefficients = g = None
    if step is not None:
        columns = step.basis.columns[cells.auxiliary]
        u = _influence(query, cells, sums, estimate, by_group)
        coefficients = step.basis.coefficients(_moments(columns, cells, u.du)).reshape(-1, a, len(query.items))
        g = _unit_auxiliaries(stage.unit, stage.units, cells, step)
    variance, units = np.zeros((a, len(query.items))), np.zeros((a, len(query.items)))
    factor = stratum_factors(stage)[stage.unit_stratum]
    for j, item in enumerate(query.items):
        top, bottom, rows = _unit_sums(at, stage.units, a, cells, item)
        totals = (top - centre[:, j] * bottom) / scale[:, j]
        if g is not None and coefficients is not None:
            totals = totals - g @ coefficients[:, :, j]
        means = _by(stage.unit_stratum, totals, stage.strata) / stage.sampled[:, None]
        variance[:, j] = factor @ (totals - means[stage.unit_stratum]) ** 2
        units[:, j] = (rows > 0).sum(axis=0)
    return variance, units


def _unit_auxiliaries(unit: Codes, units: int, cells: Cells, step: Adjustment) -> Floats:
    """Σ w x by sampling unit, (units, p)."""
    pairs = unit.astype(np.int64) * cells.size + cells.row
    distinct, place = np.unique(pairs, return_inverse=True)
    weight = np.bincount(place.reshape(-1), weights=cells.row_w)
    of_unit, of_cell = np.divmod(distinct, cells.size)
    return _by(of_unit, weight[:, None] * step.basis.columns[cells.auxiliary[of_cell]], units)


def _unit_sums(at: Codes, units: int, groups: int, cells: Cells, item: Item) -> tuple[Floats, Floats, Floats]:
    """Σ w y, Σ w r and the rows by sampling unit and domain, each (units, groups)."""
    size, shape = units * (groups + 1), (units, groups + 1)
    r = np.ones(len(at)) if item.valid is None else item.valid
    parts = (cells.row_w * item.values, cells.row_w * r, r)
    return tuple(np.bincount(at, weights=v, minlength=size).reshape(shape)[:, :groups] for v in parts)  # type: ignore[return-value]


def _results(
    query: Query,
    cells: Cells,
    by_group: ItemSums,
    sums: ItemSums,
    estimate: Floats,
    variance: Floats,
    units: Floats,
) -> Results:
    n = by_group.r
    with np.errstate(divide="ignore", invalid="ignore"):
        n_eff = np.where(n > 0, by_group.wr**2 / by_group.w2r, 0.0)
        mean = by_group.wy / by_group.wr
        s2 = np.maximum(by_group.wyy / by_group.wr - mean**2, 0.0) * n / (n - 1)
        s2 = np.where(s2 < 1e-14 * mean**2, 0.0, s2)
        spread = s2 / n * (by_group.wr**2 if query.kind == "total" else 1.0)
    df = units - _strata_touched(cells, sums, by_group)
    variance = np.where(n > 0, variance, np.nan)
    table = (n, n_eff, estimate, variance, df, spread, by_group.wr)
    return Results(*(part.T.ravel() for part in table))


def _strata_touched(cells: Cells, sums: ItemSums, by_group: ItemSums) -> Floats:
    """Strata with a valid answer, by group and item."""
    a, strata = cells.groups, int(cells.stratum.max()) + 1
    at = cells.domain * strata + cells.stratum
    rows = _by(at, sums.r, (a + 1) * strata)
    touched: Floats = (rows.reshape(a + 1, strata, -1)[:a] > 0).sum(axis=1).astype(float)
    return touched
