"""Figures for other programs: SPSS, Stata, R and Power BI, with labels and without anything that is hidden."""

from trygghet.exporting.estimated import export
from trygghet.exporting.files import FORMATS
from trygghet.exporting.published import export_published

__all__ = ["FORMATS", "export", "export_published"]
