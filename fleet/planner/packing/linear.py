"""Linear programs that are solved again and again: HiGHS on one thread, warm from the last solution."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fleet.planner.milp import quiet_solver, run

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INFINITY = float("inf")


class Linear:
    """Minimise cost over columns between rows' ends. Rows first, then columns as they are found."""

    def __init__(self, lows: Sequence[float] | Floats, highs: Sequence[float] | Floats) -> None:
        """A program of empty rows."""
        self._solver = quiet_solver()
        for option, value in _OPTIONS.items():
            self._solver.setOptionValue(option, value)
        self.rows = len(lows)
        empty = np.zeros(self.rows, dtype=np.int32)
        self._solver.addRows(
            self.rows,
            np.asarray(lows, dtype=np.double),
            np.asarray(highs, dtype=np.double),
            0,
            empty,
            np.zeros(0, dtype=np.int32),
            np.zeros(0, dtype=np.double),
        )

    def add(self, costs: Floats, matrix: Floats, highs: Floats | None = None) -> None:
        """Columns from zero up: their costs and their (column, row) coefficients."""
        rows, columns = np.nonzero(matrix)
        starts = np.searchsorted(rows, np.arange(len(costs)))
        tops = np.full(len(costs), INFINITY) if highs is None else highs
        self._solver.addCols(
            len(costs),
            np.asarray(costs, dtype=np.double),
            np.zeros(len(costs)),
            np.asarray(tops, dtype=np.double),
            len(rows),
            starts.astype(np.int32),
            columns.astype(np.int32),
            matrix[rows, columns].astype(np.double),
        )

    def bound_row(self, row: int, low: float, high: float) -> None:
        """Other ends for a row."""
        self._solver.changeRowBounds(row, low, high)

    def run(self) -> bool:
        """Solve; whether there is an optimum."""
        import highspy  # noqa: PLC0415  (importing fleet must not load the solver)

        run(self._solver)
        return bool(self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    @property
    def cost(self) -> float:
        """Cost of the last solution."""
        return float(self._solver.getInfo().objective_function_value)

    @property
    def values(self) -> Floats:
        """Columns of the last solution."""
        return np.array(self._solver.getSolution().col_value)

    @property
    def duals(self) -> Floats:
        """A price for each row of the last solution."""
        return np.array(self._solver.getSolution().row_dual)

    @property
    def reduced(self) -> Floats:
        """Reduced cost of each column of the last solution."""
        return np.array(self._solver.getSolution().col_dual)


_OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "presolve": "off",
    "solver": "simplex",
    "simplex_strategy": 4,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}
