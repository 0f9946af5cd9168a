"""Where crime happens and where people feel unsafe: grids, surfaces, hot cells, concentration, rates by area."""

from trygghet.place.common import PlaceError
from trygghet.place.concentration import concentration, gini, persistence
from trygghet.place.density import kde, suggest_bandwidth
from trygghet.place.fear import fear_vs_crime
from trygghet.place.grid import Pile, grid_counts, neighbours, piles
from trygghet.place.hot_cells import gi_star, hot_cells
from trygghet.place.mapped import mappable
from trygghet.place.quadtree import merged_squares
from trygghet.place.rates import area_rates, funnel_limits
from trygghet.place.squares import (
    Window,
    busiest_window,
    clusters,
    finest_size,
    hot_by_period,
    in_window,
    square_counts,
)

__all__ = [
    "Pile",
    "PlaceError",
    "Window",
    "area_rates",
    "busiest_window",
    "clusters",
    "concentration",
    "fear_vs_crime",
    "finest_size",
    "funnel_limits",
    "gi_star",
    "gini",
    "grid_counts",
    "hot_by_period",
    "hot_cells",
    "in_window",
    "kde",
    "mappable",
    "merged_squares",
    "neighbours",
    "persistence",
    "piles",
    "square_counts",
    "suggest_bandwidth",
]
