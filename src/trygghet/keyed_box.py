"""A box of form fields that JupyterLab leaves the keys of to whoever is in it."""

from __future__ import annotations

import ipywidgets as widgets
from IPython.display import Javascript, display

MARK = "tg-keyed"
SUPPRESS = "data-lm-suppress-shortcuts"
"""JupyterLab has no shortcut of its own in an element that bears this attribute; one around it is not enough."""
_SCRIPT = f"""if (!window.{MARK.replace("-", "_")}) {{
  window.{MARK.replace("-", "_")} = true;
  document.addEventListener("focusin", (event) => {{
    const field = event.target;
    if (field.closest && field.closest(".{MARK}")) field.setAttribute("{SUPPRESS}", "true");
  }}, true);
}}"""


class KeyedBox(widgets.VBox):
    """A column of fields whose lists can be worked with the arrow keys and by letters.

    JupyterLab takes those keys for its own while a list, unlike a text field, has the focus, and moves to another
    cell (ipywidgets issue 3912). Python cannot set the attribute that stops it, so a few lines of script do, where
    the notebook is trusted; without them the mouse and the Tab key still work.
    """

    def __init__(self, *children: widgets.Widget, **kwargs: object) -> None:
        super().__init__(children, **kwargs)
        self.add_class(MARK)

    def _ipython_display_(self) -> None:
        display(super()._repr_mimebundle_(), raw=True)
        display(Javascript(_SCRIPT))
