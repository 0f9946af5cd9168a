"""All tables of persons that agree with what is shown: one model, asked again and again."""

from __future__ import annotations

import highspy
import numpy as np

from trygghet.disclosure.release import DisclosureError, Release

MOST_STEPS, MOST_NODES = 200_000, 20_000
SECONDS = 600.0  # of one question's solver in all; the steps end first, so that the answer knows no clock
FREE = (-np.inf, np.inf)


class _Quiet(highspy.Highs):
    """The solver without its banner, which it prints past Python when callbacks are made ready."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the solver's own name
        """Nothing is called back here."""


class Tables:
    """Persons in every atom as unknowns, every number of a release as a row.

    What is hidden is a row without limits, so that hiding and showing change limits alone and the solver goes on
    from its last answer.

    Parameters
    ----------
    release : what is shown, and what a reader concludes of it.
    """

    def __init__(self, release: Release) -> None:
        self._matrix, self._limits = release.matrix, np.zeros((0, 2))
        self._solver = _Quiet()  # type: ignore[no-untyped-call]
        options: dict[str, bool | int | float] = {
            "output_flag": False, "log_to_console": False, "threads": 1, "random_seed": 0, "time_limit": SECONDS,
            "simplex_iteration_limit": MOST_STEPS, "mip_max_nodes": MOST_NODES,
        }  # fmt: skip
        for name, value in options.items():
            self._solver.setOptionValue(name, value)
        self._solver.passModel(_model(release))
        self._limits = np.full((release.matrix.shape[0], 2), FREE)
        self._whole = False
        self.show(release)

    def show(self, release: Release) -> None:
        """Go over to another choice of what is shown of the same numbers."""
        seen = release.visible[:, None]
        limits = np.where(seen, np.column_stack([release.low, release.high]), np.array(FREE))
        for row in np.flatnonzero((limits != self._limits).any(axis=1)):
            self._solver.changeRowBounds(int(row), *map(float, limits[row]))
        self._limits = limits

    def least(
        self, cost: np.ndarray, *, limits: dict[int, tuple[float, float]] | None = None, integral: bool = False
    ) -> np.ndarray | None:
        """(m,) persons at the least cost, none when no table agrees.

        Parameters
        ----------
        cost : (m,) of a person in each atom; what has no least is cut off where no table is larger in earnest.
        limits : of some numbers while the question is asked.
        integral : whole persons only.

        Raises
        ------
        DisclosureError : the solver gave up, so that nothing is known.
        """
        limits = limits or {}
        m = self._matrix.shape[1]
        if integral != self._whole:
            kind = highspy.HighsVarType.kInteger if integral else highspy.HighsVarType.kContinuous
            self._solver.changeColsIntegrality(m, np.arange(m, dtype=np.int32), np.full(m, kind))
            self._whole = integral
        for row, ends in limits.items():
            low, high = self._limits[row]
            self._solver.changeRowBounds(int(row), float(max(low, ends[0])), float(min(high, ends[1])))
        self._solver.changeColsCost(m, np.arange(m, dtype=np.int32), np.asarray(cost, dtype=float))
        self._solver.run()
        status = self._solver.getModelStatus()
        answer = np.array(self._solver.getSolution().col_value)
        for row in limits:
            self._solver.changeRowBounds(int(row), *map(float, self._limits[row]))
        known = highspy.HighsModelStatus
        if status == known.kOptimal:
            return answer
        if status in (known.kInfeasible, known.kUnboundedOrInfeasible):
            return None
        raise DisclosureError.said("disclosure.solver", status=self._solver.modelStatusToString(status))


def _model(release: Release) -> highspy.HighsLp:
    rows, columns = release.matrix.shape
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_ = np.zeros(columns)
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.full(columns, 10.0 * release.atoms.sum() + 100.0)
    model.row_lower_, model.row_upper_ = np.full(rows, -np.inf), np.full(rows, np.inf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = release.matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = release.matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = release.matrix.data.astype(float)
    return model
