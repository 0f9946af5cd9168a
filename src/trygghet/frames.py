"""The estimates table as a DataFrame that shows itself the way it may be shown."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

import pandas as pd

SHOWABLE = ("indicator", "estimate", "ci_low", "ci_high", "n")
"""Columns without which a table is no longer one of estimates, and is shown as any other."""


class Origin:
    """What a table was made for, a `Picture`, which knows its labels and language; never written with the table."""

    def __init__(self, picture: Any = None) -> None:
        self.picture = picture

    def __reduce__(self) -> tuple[type[Origin], tuple[()]]:
        return Origin, ()


class Estimates(pd.DataFrame):
    """A DataFrame like any other, but what a cell or `print` shows of it is labelled, formatted and masked.

    Everything that pandas does works, and gives tables of this class as long as pandas makes them of this one.
    Figures that `trygghet.protect` hid are empty in it; those that nobody has protected yet are hidden in what is
    shown when fewer answers than the rules ask for stand behind them. ``pd.DataFrame(table)`` shows all as it is.
    """

    _metadata: ClassVar[list[str]] = ["_origin"]
    _origin: Origin | None = None

    @property
    def _constructor(self) -> type[Estimates]:
        return Estimates

    def _repr_html_(self) -> str | None:
        shown = self._told()
        return pd.DataFrame(self)._repr_html_() if shown is None else shown.as_html()  # type: ignore[operator,no-any-return]

    def __repr__(self) -> str:
        shown = self._told()
        return repr(pd.DataFrame(self)) if shown is None else shown.as_text()

    def _told(self) -> Any:
        if not set(SHOWABLE) <= set(self.columns) or not len(self):
            return None
        picture = self._origin.picture if self._origin is not None else None
        share = self.attrs.get("method", "t") != "t"
        return import_module("trygghet.reprs.estimates").Telling(pd.DataFrame(self), picture, share=share)


def of_picture(table: pd.DataFrame, picture: Any) -> Estimates:
    """The table, knowing the picture whose labels and language it is to be shown with."""
    result = Estimates(table)
    result.attrs = dict(table.attrs)
    result._origin = Origin(picture)
    return result
