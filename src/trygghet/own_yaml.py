"""YAML that comes with the package, read by libyaml: many times as fast as by the reader that keeps rows.

For a user's file use `trygghet.yamlfile`, which tells the row of every fault.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_SCALARS = {  # of YAML 1.2: unlike in 1.1, yes and no are words
    "null": (r"~|null|Null|NULL|", "~nN"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+", "-+0123456789"),
    "float": (r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
}


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Safe, with the scalars of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the library's own way of naming them


for _name, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), [*_first, *([""] if _name == "null" else [])]
    )


def load_own(text: str) -> Any:
    """What stands in one of the package's own YAML files, as plain dicts, lists, texts and numbers.

    Parameters
    ----------
    text : in plain YAML 1.2, no key twice; a test holds that every file reads as by the reader that keeps rows.
    """
    return yaml.load(text, _Loader)
