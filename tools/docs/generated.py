"""The pages of reference that are made from the code, by their path in the docs."""

from __future__ import annotations

import commands
import rules
import signatures


def pages() -> dict[str, str]:
    """Path in the docs to Markdown."""
    return {
        "referens/kommandon.md": commands.page(),
        "referens/regler.md": rules.page("sv"),
        "referens/rules.md": rules.page("en"),
        **signatures.pages(),
    }
