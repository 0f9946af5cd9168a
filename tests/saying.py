"""Errors whose sentence stands in the messages: what they say in English, and that they say it in Swedish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from trygghet.errors import SpokenError
from trygghet.messages import Words


@contextmanager
def said(kind: type[SpokenError], message: str) -> Iterator[pytest.ExceptionInfo[SpokenError]]:
    """An error of the kind, whose English sentence holds `message`, and which is Swedish until it is asked for."""
    with pytest.raises(kind) as caught:
        yield caught
    error = caught.value
    assert re.search(message, error.text(Words("en"))), error.text(Words("en"))
    assert error.key, "a sentence of its own, which has one language"
    assert str(error) == error.text(Words("sv")) != error.text(Words("en"))
    assert "\n" not in str(error)
    assert all(value in str(error) for value in error.values.values() if isinstance(value, str))
