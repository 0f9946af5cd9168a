"""nbconvert's ``trygghet`` format: ``jupyter nbconvert --to trygghet notebook.ipynb``."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

from trygghet.blocks import Header
from trygghet.report.publish import published_blocks, render_page


class TrygghetExporter(HTMLExporter):
    """The blocks of a notebook as a page that holds everything it needs; all other output is left out."""

    export_from_notebook = "trygghet"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The page of a notebook, in the language of its head."""
        language = next((block.language for block in published_blocks(nb) if isinstance(block, Header)), "sv")
        return render_page(nb, language=language), {**(resources or {}), "output_extension": ".html"}
