"""A page of every rule id: what is wrong and what to do, in the words of the messages."""

from __future__ import annotations

from collections.abc import Iterator

from vocabulary import WORDS

from trygghet.messages import Words


def page(language: str) -> str:
    """The page in one language, as Markdown."""
    words = WORDS["rules"][language]
    lines = ["---", "search: {boost: 0.7}", *(["lang: en"] if language == "en" else []), "---", ""]
    lines += [f"# {words['title']}", "", words["lead"], "", words["other"], ""]
    found = list(_rules(language))
    for letter, heading in words["groups"].items():
        rows = [r for r in found if (r[0][0] in words["groups"] and r[0][0] == letter) or _is_rest(r[0], letter, words)]
        if rows:
            lines += [f"## {heading}", "", "| " + " | ".join(words["columns"]) + " |", "|---|---|---|"]
            lines += [
                f'| <span class="rule" id="{rule}">{rule}</span> | {_cell(a)} | {_cell(b)} |' for rule, a, b in rows
            ]
            lines.append("")
    return "\n".join(lines)


def _is_rest(rule: str, letter: str, words: dict) -> bool:
    return letter == "rest" and rule[0] not in words["groups"]


def _rules(language: str) -> Iterator[tuple[str, str, str]]:
    """Rule id, what is wrong, and what to do (empty where the text is only a remark), in order of the ids."""
    texts = Words(language).raw("faults")
    for rule in sorted(name for name in texts if name[0].isupper()):
        text = texts[rule]
        wrong, _, todo = str(text["other"] if isinstance(text, dict) else text).partition("; ")
        yield rule, wrong, todo


def _cell(text: str) -> str:
    text = text[:1].upper() + text[1:]
    for sign in "\\|<>*_[]{}`":
        text = text.replace(sign, f"&#{ord(sign)};")
    return text or "–"
