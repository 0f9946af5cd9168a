"""Workspaces and reports at addresses: fetched to a private folder, built there by the same code, and put back."""

from __future__ import annotations

from trygghet.report.far.borrowed import Workspaces, workspaces
from trygghet.report.far.published import Reports, copied, reports, target

__all__ = ["Reports", "Workspaces", "copied", "reports", "target", "workspaces"]
