"""trygghet: from four local sources to an honest lägesbild, promises that can be evaluated, and their evaluation.

One line to begin: ``ws = trygghet.Workspace.open("data/kristinehamn", year=2017)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from trygghet import (
        charts,
        estimate,
        indicators,
        interop,
        pages,
        place,
        planning,
        promises,
        replicate,
        sources,
        tables,
        texts,
        timing,
        weights,
    )
    from trygghet.design import SurveyDesign
    from trygghet.disclosure import protect
    from trygghet.errors import ConvergenceError, DesignError, InputError, TrygghetError, WeightError
    from trygghet.exploring import explore
    from trygghet.exploring_panel import panel
    from trygghet.exporting import export
    from trygghet.followup import Followup
    from trygghet.messages import Words
    from trygghet.picture import Picture
    from trygghet.planning_form import plan_form
    from trygghet.weighting import weigh
    from trygghet.weights import calibrate, post_stratify, rake, trim
    from trygghet.workspace import Workspace

# Name to the module that holds it: read when first used, so that `import trygghet` costs next to nothing.
_NAMES = {
    "ConvergenceError": "errors",
    "DesignError": "errors",
    "Followup": "followup",
    "InputError": "errors",
    "Picture": "picture",
    "SurveyDesign": "design",
    "TrygghetError": "errors",
    "WeightError": "errors",
    "Words": "messages",
    "Workspace": "workspace",
    "calibrate": "weights",
    "explore": "exploring",
    "export": "exporting",
    "panel": "exploring_panel",
    "plan_form": "planning_form",
    "post_stratify": "weights",
    "protect": "disclosure",
    "rake": "weights",
    "trim": "weights",
    "weigh": "weighting",
}
_MODULES = (
    "charts",
    "estimate",
    "indicators",
    "interop",
    "pages",
    "place",
    "planning",
    "promises",
    "replicate",
    "sources",
    "tables",
    "texts",
    "timing",
    "weights",
)

__all__ = [
    "ConvergenceError",
    "DesignError",
    "Followup",
    "InputError",
    "Picture",
    "SurveyDesign",
    "TrygghetError",
    "WeightError",
    "Words",
    "Workspace",
    "calibrate",
    "charts",
    "estimate",
    "explore",
    "export",
    "indicators",
    "interop",
    "pages",
    "panel",
    "place",
    "plan_form",
    "planning",
    "post_stratify",
    "promises",
    "protect",
    "rake",
    "replicate",
    "sources",
    "tables",
    "texts",
    "timing",
    "trim",
    "weigh",
    "weights",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"trygghet.{name}")
    if name in _NAMES:
        value = getattr(import_module(f"trygghet.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'trygghet' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What Tab lists: the public names, and those every module has."""
    return sorted([*(name for name in globals() if name.startswith("__")), *__all__])
