"""YAML as text: parsed with the rows of its nodes kept, or one fault that says why not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from trygghet.errors import Fault, InputError


def parsed_yaml(path: Path, file: str) -> Any:
    """The content of a file that exists.

    Parameters
    ----------
    file : its name in messages.

    Raises
    ------
    InputError : W28 empty, W02 not YAML, W03 not UTF-8, W04 a reference to what is not there.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(Fault(file, 0, "", "W03-NOT-UTF8")) from error
    if not text.strip():
        raise InputError(Fault(file, 0, "", "W28-EMPTY-FILE"))
    try:
        return YAML(typ="rt").load(text)
    except ReaderError as error:  # a character that no YAML file may hold
        raise InputError(Fault(file, text.count("\n", 0, error.position) + 1, "", "W02-NOT-YAML")) from error
    except MarkedYAMLError as error:
        raise InputError(_marked(error, file)) from error
    except (YAMLError, ValueError, RecursionError) as error:
        # a day that the calendar does not have is read as a date before anything can be said of its row
        raise InputError(Fault(file, 0, "", "W02-NOT-YAML")) from error


def _marked(error: MarkedYAMLError, file: str) -> Fault:
    """The fault of a file that cannot be parsed; `*often` whose `&often` was taken away is told apart."""
    row = error.problem_mark.line + 1 if error.problem_mark else 0
    lost = re.search(r"undefined alias '(.*)'", error.problem or "")
    return Fault(file, row, "", "W04-NO-ANCHOR", {"name": lost[1]}) if lost else Fault(file, row, "", "W02-NOT-YAML")
