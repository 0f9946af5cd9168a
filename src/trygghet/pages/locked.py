"""The lock of the promises as a reader meets it: since when, by which hash, and what was changed afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trygghet.blocks import Block, Note, Paragraphs, Table
from trygghet.followup import Followup
from trygghet.lock import Change
from trygghet.messages import EN_DASH, Words
from trygghet.pages.parts import columns
from trygghet.promises import changed_files

KEY = "report.promise.lock"


def lock_blocks(followup: Followup) -> list[Block]:
    """Day and whole hash of the lock, whether the baseline's files are the same, and a table of its amendments.

    When nothing is locked, that is said with the hash of the promises as they stand.
    """
    words, lock = followup.picture.words, followup.lock
    if lock.current is None:
        text = words(f"{KEY}.none", sha256=followup.registry.sha256)
        return [Paragraphs(texts=(text,), language=words.language)]
    first, amendments = lock.entries[0], lock.amendments
    texts = [words(f"{KEY}.locked", day=words.day(first.day)), words(f"{KEY}.hash", sha256=lock.current.sha256)]
    texts.append(words(f"{KEY}.amended", n=len(amendments)) if amendments else words(f"{KEY}.unchanged"))
    stale = changed_files(followup.ws, followup.registry, lock.current.baseline)
    if not stale:
        texts.append(words(f"{KEY}.same_files"))
    blocks: list[Block] = [Paragraphs(texts=tuple(texts), language=words.language)]
    if stale:
        title, text = words(f"{KEY}.files_title"), words(f"{KEY}.files", files=words.sequence(stale))
        blocks.append(Note(title=title, text=text, tone="warning", language=words.language))
    rows = [
        {"day": words.day(entry.day), "reason": entry.reason, **row}
        for entry, changed in amendments
        for change in changed
        for row in _rows(change, words)
    ]
    if rows:
        table = Table(
            id="andringar",
            caption=words(f"{KEY}.caption"),
            columns=columns(words, f"{KEY}.columns"),
            rows=tuple(rows),
            language=words.language,
        )
        blocks.append(table)
    return blocks


def _rows(change: Change, words: Words) -> Iterator[dict[str, str]]:
    """What differs, a row a value; an entry that is new or gone is one row with its title."""
    name = words(f"{KEY}.sections.{change.section}", id=change.id)
    if not change.key:
        before, after = (_entry(value, words) for value in (change.before, change.after))
        yield {"what": name, "before": before, "after": after}
        return
    old, new = dict(_leaves(change.key, change.before, words)), dict(_leaves(change.key, change.after, words))
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key, EN_DASH), new.get(key, EN_DASH)
        if before != after:
            yield {"what": f"{name}: {key}", "before": before, "after": after}


def _leaves(key: str, value: Any, words: Words) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and not _is_text(value):
        for inner, deeper in value.items():
            yield from _leaves(f"{key}.{inner}", deeper, words)
    elif value is not None:
        yield key, _shown(value, words)


def _entry(value: Any, words: Words) -> str:
    if value is None:
        return EN_DASH
    return words.pick(value.get("title") or value.get("what"))


def _shown(value: Any, words: Words) -> str:
    if isinstance(value, list):
        return words.sequence([_shown(item, words) for item in value])
    if isinstance(value, float):
        return f"{value:g}".replace(".", words("report.promise.lock.decimal"))
    return words.pick(value) if isinstance(value, Mapping | str) else str(value)


def _is_text(value: Mapping[str, Any]) -> bool:
    """A text in several languages, as the registry writes it."""
    return set(value) <= {"sv", "en"}
