"""What a build is to make: which reports of which workspaces, with parameters checked before anything starts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from trygghet import own_notebooks
from trygghet.errors import Fault, InputError
from trygghet.model_faults import validated
from trygghet.page_names import folder_faults, reserved
from trygghet.partitions import COPIES
from trygghet.report.catalogue import LATEST
from trygghet.resources import shipped
from trygghet.workspace import CITIZENS, FILE, LOCK_SUFFIX, REPORTS, Workspace, Year

NOTEBOOKS = {"halvar": "utvardering"}
"""Reports that another one's notebook makes; each with a parameter of its own in `Job.parameters`."""


class Parameters(BaseModel):
    """The typed `parameters` cell of every shipped notebook; codes and years are text and stay text."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    workspace: str
    year: Year
    language: str = "sv"
    interim: bool = False


@dataclass(frozen=True)
class Job:
    """One report to make.

    Attributes
    ----------
    workspace : absolute path of the analyst's folder.
    slug : the folder's name, and its place under the reports.
    report : name of the shipped notebook, or of one of the workspace's own.
    own : whether it is the workspace's own, put there and named in ``workspace.yml`` by its owner.
    missing : files that the workspace's reports need and that are not there; the report is not begun.
    """

    workspace: Path
    slug: str
    year: str
    report: str
    language: str
    own: bool = False
    missing: tuple[Fault, ...] = ()

    @property
    def notebook(self) -> Path:
        """The shipped notebook; out of the input folder only one that the workspace names as its own."""
        if self.own:
            return own_notebooks.path(self.workspace, self.report)
        return shipped("notebooks", f"{NOTEBOOKS.get(self.report, self.report)}.ipynb")

    @property
    def parameters(self) -> dict[str, str | bool]:
        """Parameters for the notebook, validated; ``interim`` only where a half-year follow-up is made."""
        values: dict[str, str | bool] = {"workspace": str(self.workspace), "year": self.year, "language": self.language}
        if self.report == "halvar":
            values["interim"] = True
        return validated(Parameters, values, self.notebook.name).model_dump(exclude_unset=True)

    @property
    def place(self) -> str:
        """Where under the reports the page lies, with forward slashes."""
        return f"{self.slug}/{self.year}/{self.report}.html"


def jobs(
    folders: Iterable[Path],
    *,
    years: Sequence[str] = (),
    reports: Sequence[str] = (),
    language: str | None = None,
) -> list[Job]:
    """Every report asked for, in order; faults of all workspaces together.

    A workspace whose files are not all there stops no other: its reports say what they miss (`Job.missing`).

    Parameters
    ----------
    folders : workspaces.
    years, reports : only these; all that the workspaces name when empty.
    language : overrides the workspaces' own.

    Raises
    ------
    InputError : a workspace that cannot be read, no workspace with all the files that it names, a year or report
        that no workspace has.
    """
    found: list[Job] = []
    faults: list[Fault] = []
    for folder in folders:
        try:
            found += _of_workspace(folder, years, reports, language)
        except InputError as error:
            faults += error.faults
    lacking = list(dict.fromkeys(fault for job in found for fault in job.missing))
    if faults or (found and all(job.missing for job in found)):
        raise InputError([*faults, *lacking])
    if not found:
        asked = ", ".join([*years, *reports])
        raise InputError(Fault(FILE, 0, "reports", "W06-NOTHING-TO-BUILD", {"asked": asked}))
    slugs = {(job.slug, job.workspace) for job in found}
    if len(slugs) != len({slug for slug, _ in slugs}):
        raise InputError(Fault(FILE, 0, "", "W07-SAME-NAME"))
    return found


def _of_workspace(folder: Path, years: Sequence[str], reports: Sequence[str], language: str | None) -> list[Job]:
    ws = Workspace.open(folder)
    named = [*folder_faults(folder), *reserved([*ws.years, *ws.settings.notebooks], FILE)]
    if named:
        raise InputError(named)
    if LATEST in ws.years:
        raise InputError(Fault(FILE, 0, "reports", "W08-RESERVED-YEAR", {"year": LATEST}))
    found = [
        Job(ws.folder.resolve(), ws.slug, year, report, language or ws.settings.language, own)
        for year in ws.years
        if not years or year in years
        for report, own in _in_order(ws, year)
        if not reports or report in reports
    ]
    lacking = missing_files(ws, dict.fromkeys(job.year for job in found))
    faults = own_notebooks.naming_faults(ws)
    for name in dict.fromkeys(job.report for job in found if job.own):
        faults += own_notebooks.file_faults(ws, name)
    if faults:
        raise InputError([*lacking, *faults])
    return [replace(job, missing=tuple(lacking)) for job in found]


def missing_files(ws: Workspace, years: Iterable[str]) -> list[Fault]:
    """A fault for every file that the reports of these years need and that is not there, each file once."""
    paths = dict.fromkeys(path for year in years for path in _needed(ws, year))
    return list(dict.fromkeys(_gone(ws, path) for path in paths if not path.is_file()))


def _gone(ws: Workspace, path: Path) -> Fault:
    if path.is_relative_to(ws.folder.joinpath(*COPIES)):  # what a build has fetched of a register is all it holds
        return Fault(FILE, 0, "code", "S19-NOT-IN-REGISTER", {"code": ws.settings.code})
    return Fault(os.path.relpath(path, ws.folder).replace(os.sep, "/"), 0, "", "T01-NO-FILE")


def _needed(ws: Workspace, year: str) -> Iterator[Path]:
    """The files that `workspace.yml` names for a year, and the survey's of the years it is compared with.

    Not the lock: promises that nobody has locked have none.
    """
    yield from (path for path in ws.files(year) if not path.name.endswith(LOCK_SUFFIX))
    survey = ws.settings.sources.get(CITIZENS)
    for earlier in survey.waves if survey else ():
        if earlier < year:
            yield from (item.path for item in ws.source_waves(earlier) if item.name == CITIZENS)


def _in_order(ws: Workspace, year: str) -> list[tuple[str, bool]]:
    """A year's reports, then the workspace's own notebooks of that year, each with whether it is one."""
    ours = sorted(ws.settings.reports[year], key=REPORTS.index)
    return [*((report, False) for report in ours), *((name, True) for name in own_notebooks.of_year(ws, year))]
