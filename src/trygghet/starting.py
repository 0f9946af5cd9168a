"""A new municipality's folder, ready to be filled: settings, codebook, and where each file goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML

from trygghet import decisions, page_names
from trygghet.errors import Fault, InputError
from trygghet.page_names import slug
from trygghet.resources import shipped
from trygghet.workspace import FILE, read_settings

_TEMPLATE = ("data", "reference", "template", FILE)
_DECISIONS = ("data", "reference", "template", decisions.FILE)
_PROMISES = ("data", "reference", "template", "loften.yml")
_CODEBOOK_HEAD = ("data", "reference", "template", "codebook_head.yml")
_CODEBOOK = ("data", "kristinehamn", "codebook.yml")  # the questionnaire that `trygghet` itself writes


def start(folder: Path, *, name: str, code: str, year: str, areas: Sequence[str], language: str = "sv") -> list[Path]:
    """Make a workspace folder.

    Parameters
    ----------
    folder : new or empty.
    name, code : the municipality's name and four-digit code, as text.
    year : the first year to report on, a year number.
    areas : names of the sub-areas, in the order they should be shown; at least one.

    Returns
    -------
    The files made.

    Raises
    ------
    InputError : something is in the folder, or an answer cannot be used; nothing is made then.
    """
    names = [area.strip() for area in areas if area.strip()]
    faults = _faults(folder, name=name, code=code, year=year, names=names)
    if faults:
        raise InputError(faults)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / year).mkdir()
    settings = folder / FILE
    blanks = _blanks(name, code, year, names, language)
    _write(settings, _text(_TEMPLATE), blanks)
    read_settings(settings)
    codebook, decided, promised = (folder / source[-1] for source in (_CODEBOOK, _DECISIONS, _PROMISES))
    _write(codebook, _text(_CODEBOOK_HEAD) + _text(_CODEBOOK), {})
    _write(decided, _text(_DECISIONS), blanks)
    _write(promised, _text(_PROMISES), blanks)
    return [settings, codebook, decided, promised]


def folder_faults(folder: Path) -> list[Fault]:
    """What is wrong with a folder to make a workspace in: in use, or a name that makes no address of pages."""
    faults = []
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        faults.append(Fault(str(folder), 0, "", "W20-FOLDER-IN-USE"))
    return [*faults, *page_names.folder_faults(folder)]


def _faults(folder: Path, *, name: str, code: str, year: str, names: Sequence[str]) -> list[Fault]:
    faults = folder_faults(folder)
    if not name.strip():
        faults.append(Fault(FILE, 0, "name", "W21-NO-NAME"))
    if not re.fullmatch(r"[0-9]{4}", code):
        faults.append(Fault(FILE, 0, "code", "W22-BAD-CODE"))
    if not re.fullmatch(r"(19|20)[0-9]{2}", year):
        faults.append(Fault(FILE, 0, "reports", "W23-BAD-YEAR"))
    if not names:
        faults.append(Fault(FILE, 0, "areas", "W24-NO-AREAS"))
    elif len({slug(n) for n in names}) < len(names) or not all(slug(n) for n in names):
        faults.append(Fault(FILE, 0, "areas", "W25-SAME-AREA"))
    return faults


def _blanks(name: str, code: str, year: str, names: Sequence[str], language: str) -> dict[str, str]:
    """What fills the blanks of the templates; `year` also gives the years about it and leap-safe dates."""
    number = int(year)
    leap = number % 4 == 0 and (number % 100 != 0 or number % 400 == 0)
    return {
        "NAME": _as_yaml(name.strip()),
        "CODE": code,
        "LANGUAGE": language,
        "AREAS": _as_yaml([{"id": slug(n), "name": n} for n in names]),
        "FIRST_AREA": slug(names[0]),
        "YEAR": year,
        "BEFORE": str(number - 1),
        "TWO_BEFORE": str(number - 2),
        "NEXT": str(number + 1),
        "LAST_OF_FEBRUARY": f"{year}-02-{29 if leap else 28}",
    }


def _text(source: tuple[str, ...]) -> str:
    return shipped(*source).read_text(encoding="utf-8")


def _write(path: Path, template: str, blanks: dict[str, str]) -> None:
    path.write_text(re.sub(r"@([A-Z_]+)@", lambda found: blanks[found[1]], template), encoding="utf-8")


def _as_yaml(value: object) -> str:
    from io import StringIO

    yaml = YAML(typ="safe")
    yaml.default_flow_style = True
    yaml.allow_unicode = True
    yaml.width = 10_000
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue().removesuffix("...\n").strip()
