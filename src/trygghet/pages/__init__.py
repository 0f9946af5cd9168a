"""The parts of the pages, each a call that a notebook makes; the modules hold pages of their own."""

from trygghet.pages import action_plan, easy, outcome, promise
from trygghet.pages.causes import causes
from trygghet.pages.compared import compared
from trygghet.pages.crime import crime
from trygghet.pages.downloads import downloads
from trygghet.pages.focus import focus
from trygghet.pages.groups import groups
from trygghet.pages.in_figures import in_figures
from trygghet.pages.method import method
from trygghet.pages.opening import header, summary
from trygghet.pages.problems import problems
from trygghet.pages.quality import sources_and_quality
from trygghet.pages.safety import safety
from trygghet.pages.staffview import staff
from trygghet.pages.together import together
from trygghet.pages.voices import voices
from trygghet.pages.when import when
from trygghet.pages.where import where

__all__ = [
    "action_plan",
    "causes",
    "compared",
    "crime",
    "downloads",
    "easy",
    "focus",
    "groups",
    "header",
    "in_figures",
    "method",
    "outcome",
    "problems",
    "promise",
    "safety",
    "sources_and_quality",
    "staff",
    "summary",
    "together",
    "voices",
    "when",
    "where",
]
