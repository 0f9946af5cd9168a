"""The place beside others: similar municipalities, the county, the country, and itself last year."""

from trygghet.reference.moving import TREND, trends
from trygghet.reference.rates import Rates, band, dispersion, figures, first_years, rates, summed
from trygghet.reference.standing import DEVIATION, deviation, deviations, group_deviations

__all__ = [
    "DEVIATION",
    "TREND",
    "Rates",
    "band",
    "deviation",
    "deviations",
    "dispersion",
    "figures",
    "first_years",
    "group_deviations",
    "rates",
    "summed",
    "trends",
]
