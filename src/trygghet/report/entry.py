"""What papermill finds of us when it starts (`papermill --engine trygghet`): the engine is imported when it is used.

papermill imports what is registered with it while it is itself being imported, and the engine needs papermill.
"""

from __future__ import annotations

from typing import Any


class Engine:
    """Stands for `engine.ReportingEngine`."""

    @staticmethod
    def execute_notebook(*args: Any, **kwargs: Any) -> Any:
        """See papermill's `Engine.execute_notebook`."""
        from trygghet.report.engine import ReportingEngine

        return ReportingEngine.execute_notebook(*args, **kwargs)

    @staticmethod
    def nb_kernel_name(nb: Any, name: str | None = None) -> str:
        """See papermill's `Engine.nb_kernel_name`."""
        from trygghet.report.engine import ReportingEngine

        kernel: str = ReportingEngine.nb_kernel_name(nb, name)
        return kernel

    @staticmethod
    def nb_language(nb: Any, language: str | None = None) -> str:
        """See papermill's `Engine.nb_language`."""
        from trygghet.report.engine import ReportingEngine

        found: str = ReportingEngine.nb_language(nb, language)
        return found
