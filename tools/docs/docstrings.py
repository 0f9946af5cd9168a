"""numpydoc docstrings as Markdown."""

from __future__ import annotations

import re
import textwrap

_CODE = re.compile(r"(``.+?``|`[^`]+`)", re.DOTALL)
_ENTRY = re.compile(r"^(?P<names>\**[A-Za-z_][\w.]*(?:, ?\**[\w.]+)*) : (?P<text>.*)$")


def inline(text: str) -> str:
    """Running text: code spans kept, everything that Markdown would take for markup escaped."""
    parts = []
    for part in _CODE.split(" ".join(text.split())):
        if part.startswith("`"):
            parts.append("`` " + part.strip("`") + " ``")
        else:
            parts.append(re.sub(r"[\\*_<>\[\]|{}#]", lambda found: f"&#{ord(found[0])};", part))
    return "".join(parts)


def to_markdown(text: str) -> str:
    """A docstring's paragraphs, then its sections with names and what they mean."""
    blocks: list[str] = []
    heading = ""
    for section in _sections(text):
        heading, body = section
        if heading:
            blocks.append(f"**{heading}**")
        blocks += _entries(body) if heading in ("Parameters", "Attributes", "Returns", "Raises") else _paragraphs(body)
    return "\n\n".join(block for block in blocks if block.strip())


def _sections(text: str) -> list[tuple[str, list[str]]]:
    """Heading (empty for the first) and lines of each section."""
    lines = textwrap.dedent(text).splitlines()
    found: list[tuple[str, list[str]]] = [("", [])]
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if line.strip() and re.fullmatch(r"-{3,}", below.strip()):
            found.append((line.strip(), []))
        elif not re.fullmatch(r"-{3,}", line.strip()):
            found[-1][1].append(line)
    return found


def _paragraphs(lines: list[str]) -> list[str]:
    made = []
    for block in "\n".join(lines).strip("\n").split("\n\n"):
        rows = block.splitlines()
        if rows and all(row.startswith("    ") or not row.strip() for row in rows):
            made.append("```python\n" + textwrap.dedent(block).strip("\n") + "\n```")
        elif block.lstrip().startswith(">>>"):
            made.append("```pycon\n" + textwrap.dedent(block).strip("\n") + "\n```")
        else:
            made.append(inline(block))
    return made


def _entries(lines: list[str]) -> list[str]:
    """``name : meaning`` with its indented continuation as a list; other text as paragraphs."""
    items: list[str] = []
    for line in "\n".join(lines).strip().splitlines():
        entry = _ENTRY.match(line)
        if entry:
            items.append(f"- ``{entry['names']}``: {entry['text']}")
        elif line.startswith(" ") and items:
            items[-1] += " " + line.strip()
        elif line.strip():
            items.append(line.strip() if not items or items[-1].startswith("- ") else items.pop() + " " + line.strip())
    return ["\n".join(f"- {inline(item[2:])}" for item in group) if listed else inline(group[0])
            for listed, group in _grouped(items)]  # fmt: skip


def _grouped(items: list[str]) -> list[tuple[bool, list[str]]]:
    groups: list[tuple[bool, list[str]]] = []
    for item in items:
        listed = item.startswith("- ")
        if listed and groups and groups[-1][0]:
            groups[-1][1].append(item)
        else:
            groups.append((listed, [item]))
    return groups
