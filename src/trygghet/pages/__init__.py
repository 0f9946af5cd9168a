"""The parts of the pages, each a call that a notebook makes; ``outcome`` holds the evaluation's."""

from trygghet.pages import outcome
from trygghet.pages.crime import crime
from trygghet.pages.method import method
from trygghet.pages.opening import header, summary
from trygghet.pages.problems import problems
from trygghet.pages.quality import sources_and_quality
from trygghet.pages.safety import safety
from trygghet.pages.staffview import staff
from trygghet.pages.together import together

__all__ = [
    "crime",
    "header",
    "method",
    "outcome",
    "problems",
    "safety",
    "sources_and_quality",
    "staff",
    "summary",
    "together",
]
