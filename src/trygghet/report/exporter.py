"""nbconvert's ``trygghet`` format: ``jupyter nbconvert --to trygghet notebook.ipynb``.

The same page comes from ``jupyter nbconvert --to html --template trygghet``: the template is installed where nbconvert
looks for templates, and names the preprocessor that makes the page.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets import default

from trygghet.report.notebook import is_report
from trygghet.report.publish import TEMPLATES, render_page
from trygghet.report.publish import published_blocks as blocks_of


class TrygghetExporter(HTMLExporter):
    """A notebook as one accessible page that holds everything it needs; of a report nothing but its blocks."""

    export_from_notebook = "trygghet"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "trygghet"

    @default("extra_template_basedirs")
    def _default_extra_template_basedirs(self) -> list[str]:
        return [str(TEMPLATES)]

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of a notebook, in the language of its head or of its metadata."""
        if not is_report(nb):
            return super().from_notebook_node(nb, resources, **kw)
        language = next(block.language for block in blocks_of(nb) if block.kind == "header")
        return render_page(nb, language=language), {**(resources or {}), "output_extension": ".html"}
