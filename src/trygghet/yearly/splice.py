"""Entries put into a YAML file without touching anything else in it: comments, order and layout stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode


class Insertion(NamedTuple):
    """A text, and the position before which it goes."""

    at: int
    text: str


def composed(text: str) -> MappingNode:
    """The nodes of a YAML file, which know where in the text they stand."""
    node = YAML(typ="rt").compose(StringIO(text))
    assert isinstance(node, MappingNode)
    return node


def child(node: Node | None, *keys: str) -> Node | None:
    """What stands under keys, from the outermost in; None where there is no such key."""
    for key in keys:
        pairs = node.value if isinstance(node, MappingNode) else ()
        node = next((value for name, value in pairs if name.value == key), None)
    return node


def as_yaml(value: Any) -> str:
    """A value on one line, as YAML."""
    yaml = YAML(typ="safe")
    yaml.default_flow_style = True
    yaml.allow_unicode = True
    yaml.width = 100_000
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue().removesuffix("...\n").strip()


def entry(text: str, node: MappingNode, key: str, value: Any, comment: str = "") -> list[Insertion]:
    """An entry after the last of a mapping.

    Parameters
    ----------
    key : a text, written within quotes, since years are texts.
    comment : on a line of its own above it; above the whole mapping where that stands on one line.
    """
    written = f'"{key}": {as_yaml(value)}'
    end = _end(text, node.value[-1][1])
    if not node.flow_style:
        indent = " " * node.value[0][0].start_mark.column
        note = f"\n{indent}# {comment}" if comment else ""
        return [Insertion(_end_of_line(text, end), f"{note}\n{indent}{written}")]
    made = [Insertion(end, f", {written}")]
    if comment:
        start = text.rfind("\n", 0, node.start_mark.index) + 1
        indent = text[start : len(text) - len(text[start:].lstrip(" "))]
        made.append(Insertion(start, f"{indent}# {comment}\n"))
    return made


def item(text: str, node: SequenceNode, value: str) -> Insertion:
    """An item, a text, after the last of a list."""
    end = _end(text, node.value[-1])
    if node.flow_style:
        return Insertion(end, f', "{value}"')
    return Insertion(_end_of_line(text, end), f'\n{" " * node.start_mark.column}- "{value}"')


def spliced(text: str, insertions: Iterable[Insertion]) -> str:
    """The text with everything put in."""
    for one in sorted(insertions, key=lambda insertion: insertion.at, reverse=True):
        text = text[: one.at] + one.text + text[one.at :]
    return text


def _end(text: str, node: Node) -> int:
    """Where a node ends, without the blank lines and comments that follow it."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    return len(text[: node.end_mark.index].rstrip())


def _end_of_line(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found
