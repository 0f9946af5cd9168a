"""How a group is named in the estimates table: its categories with a colon between, safe for names that hold one.

A group of one variable is the category itself, whatever it holds. In a group of crossed variables a colon within a
category is written ``\\.`` and a backslash ``\\\\``, so that the colons that are left stand between categories.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

BETWEEN = ":"
_WRITTEN = {"\\": "\\\\", BETWEEN: "\\."}
_READ = {text: sign for sign, text in _WRITTEN.items()}


def safe(category: str) -> str:
    """A category without a colon, from which `parts` finds it again."""
    return re.sub(r"[\\:]", lambda sign: _WRITTEN[sign[0]], category)


def joined(categories: Sequence[str]) -> str:
    """The group's name; `parts` takes it apart."""
    return categories[0] if len(categories) == 1 else BETWEEN.join(map(safe, categories))


def joined_columns(columns: Sequence[pd.Series]) -> pd.Series:
    """`joined` for each row of some columns of the same length; missing categories become their text."""
    texts = [column.astype(str) for column in columns]
    if len(texts) == 1:
        return texts[0]
    result = safe_column(texts[0])
    for text in texts[1:]:
        result = result + BETWEEN + safe_column(text)
    return result


def safe_column(column: pd.Series) -> pd.Series:
    """A column with every category `safe`; the very same column where none needs it, and missing values as they are."""
    written = {value: safe(str(value)) for value in column.dropna().unique()}
    changed = {value: text for value, text in written.items() if text != str(value)}
    return column.astype(object).map(lambda value: changed.get(value, value)) if changed else column


def parts(group_by: str, group: str) -> dict[str, str]:
    """Each variable of a grouping with the category of a group.

    Parameters
    ----------
    group_by : variables with a colon between, other than that of everyone together.

    Raises
    ------
    ValueError : the group has not as many categories as the grouping has variables.
    """
    names = group_by.split(BETWEEN)
    if len(names) == 1:
        return {group_by: group}
    values = [re.sub(r"\\[\\.]", lambda sign: _READ[sign[0]], text) for text in group.split(BETWEEN)]
    return dict(zip(names, values, strict=True))
