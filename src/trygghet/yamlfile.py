"""YAML files of definitions: read as UTF-8, validated, every fault with its row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel
from ruamel.yaml.comments import CommentedMap

from trygghet.errors import Fault, InputError
from trygghet.model_faults import validated
from trygghet.yamltext import parsed_yaml

M = TypeVar("M", bound=BaseModel)


def shown_name(path: Path, root: str | Path | None) -> str:
    """A file's name in messages: relative to its workspace where it lies in it."""
    if root is not None:
        try:
            return path.resolve().relative_to(Path(root).resolve()).as_posix()
        except ValueError:
            return path.name
    return path.name


def read_yaml(path: Path, *, root: Path | None = None) -> Any:
    """A YAML file with the rows of its nodes kept.

    Raises
    ------
    InputError : T01 no file; as `parsed_yaml`.
    """
    file = shown_name(path, root)
    if not path.is_file():
        raise InputError(Fault(file, 0, "", "T01-NO-FILE"))
    return parsed_yaml(path, file)


def read_model(model: type[M], path: Path, *, root: Path | None = None, as_list: str = "") -> M:
    """A YAML file as a model.

    Parameters
    ----------
    as_list : the model's field that takes the whole file when the file is a list.

    Raises
    ------
    InputError : every fault of the file at once.
    """
    data = read_yaml(path, root=root)
    if as_list and isinstance(data, list):
        rows = data
        data = CommentedMap({as_list: rows})
        data.lc.add_kv_line_col(as_list, [0, 0, 0, 0])
    if not isinstance(data, Mapping):
        raise InputError(Fault(shown_name(path, root), 0, "", "W02-NOT-YAML"))
    return validated(model, data, shown_name(path, root))
