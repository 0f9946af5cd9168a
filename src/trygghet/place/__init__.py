"""Where crime happens and where people feel unsafe: grids, surfaces, hot cells, concentration, rates by area."""

from trygghet.place.common import PlaceError
from trygghet.place.concentration import concentration, gini, persistence
from trygghet.place.density import kde, suggest_bandwidth
from trygghet.place.fear import fear_vs_crime
from trygghet.place.grid import Pile, grid_counts, neighbours, piles
from trygghet.place.hot_cells import gi_star, hot_cells
from trygghet.place.rates import area_rates, funnel_limits

__all__ = [
    "Pile",
    "PlaceError",
    "area_rates",
    "concentration",
    "fear_vs_crime",
    "funnel_limits",
    "gi_star",
    "gini",
    "grid_counts",
    "hot_cells",
    "kde",
    "neighbours",
    "persistence",
    "piles",
    "suggest_bandwidth",
]
