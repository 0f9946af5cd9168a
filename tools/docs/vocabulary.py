"""The headings of the pages made from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

WORDS: dict[str, Any] = YAML(typ="safe").load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
