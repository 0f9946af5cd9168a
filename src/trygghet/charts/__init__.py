"""The only makers of published charts. Each takes a table and words and returns a `Figure` block."""

from trygghet.blocks import Caption
from trygghet.charts.bars import counts_bars, staff_bars
from trygghet.charts.diverging import diverging_bars
from trygghet.charts.dots import Look, change_dots, group_dots, ranked_dots
from trygghet.charts.funnel import funnel
from trygghet.charts.goals import Level, Target, goal_chart
from trygghet.charts.grid_map import grid_map
from trygghet.charts.heat import week_heatmap
from trygghet.charts.maps import area_map
from trygghet.charts.months import month_line, trend_dots
from trygghet.charts.paired import paired_dots
from trygghet.charts.pairs import Measure, compared_shares
from trygghet.charts.profiles import day_profiles
from trygghet.charts.slope import slopes
from trygghet.charts.year import year_strip

__all__ = [
    "Caption",
    "Level",
    "Look",
    "Measure",
    "Target",
    "area_map",
    "change_dots",
    "compared_shares",
    "counts_bars",
    "day_profiles",
    "diverging_bars",
    "funnel",
    "goal_chart",
    "grid_map",
    "group_dots",
    "month_line",
    "paired_dots",
    "ranked_dots",
    "slopes",
    "staff_bars",
    "trend_dots",
    "week_heatmap",
    "year_strip",
]
