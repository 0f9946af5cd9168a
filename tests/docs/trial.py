"""Runs the code blocks of a page of the docs, in order, in a folder of their own.

``sh`` is run, and a ``text`` block right after it is what must be printed (``...`` stands for anything);
``pycon`` is tried as a doctest; ``yaml title="FILE"`` is merged into that file, or written where there is none;
with `` (hela filen)`` after its name the file is replaced; ``csv`` with a title is written. A comment that begins with
``prepared`` is Python that is run first: it makes the files a reader would already have. Other languages (``bat``,
``bash``) are not run here.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(
    r'^(?:```|<!-- )(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^(?:```|-->)$', re.MULTILINE | re.DOTALL
)
WHOLE = " (hela filen)"
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    kind: str
    title: str
    body: str
    row: int


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, with the row each begins at."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(m["kind"], m["title"] or "", m["body"], text.count("\n", 0, m.start()) + 1) for m in FENCE.finditer(text)
    ]


def runnable(page: Path) -> bool:
    return any(block.kind in ("sh", "pycon") for block in blocks(page))


def merged(old: object, new: object) -> object:
    """Mappings joined key by key; anything else is replaced."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}
    return new


class Reader:
    """Does what a page says, as a reader would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict = {}

    def follow(self, page: Path) -> None:
        found = blocks(page)
        for block, after in zip(found, [*found[1:], None], strict=True):
            place = f"{page.relative_to(DOCS)}:{block.row}"
            if block.kind == "sh":
                self._shell(block, after.body if after and after.kind == "text" else None, place)
            elif block.kind == "pycon":
                self._doctest(block, place)
            elif block.kind == "prepared":
                self._shell(Block("sh", "", f"python - <<'END'\n{block.body}END", block.row), None, place)
            elif block.title and block.kind in ("yaml", "csv"):
                self._write(block)

    def _shell(self, block: Block, expected: str | None, place: str) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        env = os.environ | {"PATH": path, "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(
            ["bash", "-e", "-c", block.body], cwd=self.folder, env=env, stdout=-1, stderr=-2, text=True, check=False
        )
        assert expected is not None or done.returncode == 0, f"{place}\n{done.stdout}"
        if expected is not None:
            wanted, got = (text.replace("\N{NO-BREAK SPACE}", " ") for text in (expected, done.stdout))
            shown = f"{place}\nexpected:\n{wanted}\nprinted:\n{got}"
            assert doctest.OutputChecker().check_output(wanted, got, LOOSE), shown

    def _doctest(self, block: Block, place: str) -> None:
        test = doctest.DocTestParser().get_doctest(block.body, self.names, place, place, block.row)
        before, told = Path.cwd(), []
        os.chdir(self.folder)
        try:
            doctest.DocTestRunner(optionflags=LOOSE).run(test, out=told.append, clear_globs=False)
        finally:
            os.chdir(before)
        self.names = test.globs
        assert not told, "".join(told)

    def _write(self, block: Block) -> None:
        target = self.folder / block.title.removesuffix(WHOLE)
        target.parent.mkdir(parents=True, exist_ok=True)
        if block.kind == "yaml" and target.exists() and not block.title.endswith(WHOLE):
            yaml = YAML(typ="safe")
            new = merged(yaml.load(target.read_text(encoding="utf-8")), yaml.load(block.body))
            with target.open("w", encoding="utf-8") as stream:
                yaml.dump(new, stream)
        else:
            target.write_text(block.body, encoding="utf-8")
