"""Strata, sampling units and population sizes of each stage, checked once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trygghet.errors import DesignError
from trygghet.survey.arrays import Codes, Floats, as_list, combine, compress, encode, first_rows


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of sampling.

    Attributes
    ----------
    stratum : (n,) stratum code of each row.
    unit : (n,) code of each row's sampling unit, unique over strata; None when the rows are the units.
    unit_stratum : (units,) stratum of each unit.
    sampled : (strata,) units drawn.
    fraction : (strata,) sampling fraction, or None without finite population correction.
    labels : (strata,) what the strata are called in messages.
    """

    stratum: Codes
    unit: Codes | None
    unit_stratum: Codes
    sampled: Floats
    fraction: Floats | None
    labels: tuple[str, ...]

    @property
    def strata(self) -> int:
        """Number of strata."""
        return len(self.sampled)

    @property
    def units(self) -> int:
        """Number of sampling units."""
        return len(self.unit_stratum)


def build_stages(frame: pd.DataFrame, strata: object, cluster: object, fpc: object, nested: bool) -> tuple[Stage, ...]:
    """The stages that strata, cluster and fpc columns describe (up to two)."""
    clusters, layers, sizes = as_list(cluster), as_list(strata), as_list(fpc)
    depth = max(len(clusters), 1)
    if depth > 2:
        raise DesignError.said("stages", depth=depth)
    if len(layers) > depth or len(sizes) > depth:
        raise DesignError.said("more_than_stages")
    if depth == 2 and len(sizes) == 1:
        raise DesignError.said("fpc_of_both")
    stages: list[Stage] = []
    for level in range(depth):
        parent = stages[-1].unit if stages else None
        stratum, labels = _strata(frame, layers[level] if level < len(layers) else None, parent)
        unit = _units(frame, clusters[level], stratum, len(labels), nested) if clusters else None
        stages.append(_stage(frame, stratum, labels, unit, sizes[level] if sizes else None))
    return tuple(stages)


def _column(frame: pd.DataFrame, name: object, role: str) -> pd.Series:
    if name not in frame.columns:
        raise DesignError.said("no_column", role=role, name=name)
    return frame[name]


def _complete_codes(frame: pd.DataFrame, name: object, role: str) -> tuple[Codes, pd.Index]:
    codes, labels = encode(_column(frame, name, role))
    missing = int(np.sum(codes < 0))
    if missing:
        raise DesignError.said("no_label", role=role, name=name, rows=missing)
    return codes, labels


def _strata(frame: pd.DataFrame, name: object | None, parent: Codes | None) -> tuple[Codes, tuple[str, ...]]:
    parts, names = [], []
    if parent is not None:
        parts.append((parent, int(parent.max()) + 1))
        names.append(pd.Index([str(i) for i in range(int(parent.max()) + 1)]))
    if name is not None:
        codes, labels = _complete_codes(frame, name, "strata")
        parts.append((codes, len(labels)))
        names.append(labels)
    if not parts:
        return np.zeros(len(frame), dtype=np.int8), ("",)
    dense, used = compress(*combine(parts))
    grid = np.unravel_index(used, [k for _, k in parts])
    texts = tuple(", ".join(str(n[i]) for n, i in zip(names, at, strict=True)) for at in zip(*grid, strict=True))
    return dense, texts


def _units(frame: pd.DataFrame, name: object, stratum: Codes, strata: int, nested: bool) -> Codes:
    codes, labels = _complete_codes(frame, name, "cluster")
    dense, used = compress(*combine([(stratum, strata), (codes, len(labels))]))
    if not nested:
        twice = len(used) - len(np.unique(used % len(labels)))
        if twice:
            raise DesignError.said("ids_twice", name=name, ids=twice)
    return dense


def _stage(
    frame: pd.DataFrame, stratum: Codes, labels: tuple[str, ...], unit: Codes | None, fpc: object | None
) -> Stage:
    unit_stratum = stratum if unit is None else stratum[first_rows(unit, int(unit.max()) + 1)]
    sampled = np.bincount(unit_stratum, minlength=len(labels)).astype(float)
    fraction = None if fpc is None else _fractions(frame, fpc, stratum, sampled, labels)
    return Stage(stratum, unit, unit_stratum, sampled, fraction, labels)


def _fractions(frame: pd.DataFrame, name: object, stratum: Codes, sampled: Floats, labels: tuple[str, ...]) -> Floats:
    """Sampling fraction by stratum from population sizes (all ≥ 1) or fractions (all ≤ 1), as R's svydesign."""
    values = pd.to_numeric(_column(frame, name, "fpc"), errors="coerce").to_numpy(dtype=float)
    if np.isnan(values).any() or (values <= 0).any():
        raise DesignError.said("fpc_positive", name=name)
    per = values[first_rows(stratum, len(labels))]
    varying = np.flatnonzero(np.bincount(stratum, weights=values != per[stratum], minlength=len(labels)))
    if len(varying):
        raise DesignError.said("fpc_differs", name=name, stratum=labels[varying[0]])
    if not (per > 1).any():
        return per
    if (per < 1).any():
        raise DesignError.said("fpc_mixes", name=name)
    small = np.flatnonzero(per < sampled)
    if len(small):
        h = small[0]
        raise DesignError.said("fpc_small", stratum=labels[h], sampled=int(sampled[h]), population=int(per[h]))
    fractions: Floats = sampled / per
    return fractions
