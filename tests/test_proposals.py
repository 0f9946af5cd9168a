"""What outcome and work done speak for."""

from __future__ import annotations

from itertools import product
from math import nan
from typing import get_args

import pytest

from trygghet.evaluation import LABELS
from trygghet.messages import Words
from trygghet.proposals import Versus, propose

WORDS = [Words("sv"), Words("en")]


@pytest.mark.parametrize(
    ("label", "dose", "versus", "action", "reason"),
    [
        ("reached", 1.0, "better", "keep", "better_than_others"),
        ("probably_reached", 1.0, "none", "keep", "cause_unknown"),
        ("reached", 1.0, "unclear", "keep", "as_others"),
        ("reached", 0.2, "none", "find_out", "reached_without_measures"),
        ("not_reached", 0.25, "none", "finish", "not_carried_out"),
        ("not_reached", 1.0, "none", "change", "carried_out_in_vain"),
        ("not_reached", 0.9, "worse", "stop", "worse_than_others"),
        ("undecided", 1.0, "none", "measure", "undecided_done"),
        ("undecided", 0.5, "none", "finish", "undecided_not_done"),
        ("reached", nan, "better", "find_out", "dose_unknown"),
    ],
)
def test_each_outcome_has_its_proposal(label, dose, versus, action, reason) -> None:
    made = propose(label, dose, versus)
    assert (made.action, made.reason) == (action, reason)


def test_no_idea_is_judged_that_was_not_tried_and_every_proposal_has_words() -> None:
    for label, dose, versus in product(LABELS, (0.0, 0.3, 0.6, 0.79), get_args(Versus)):
        made = propose(label, dose, versus)
        assert made.action != "stop"
        if label in ("not_reached", "probably_not_reached"):
            assert made.action == "finish"
    for label, dose, versus in product(LABELS, (0.0, 0.6, 1.0, nan), get_args(Versus)):
        made = propose(label, dose, versus)
        for words in WORDS:
            assert words(f"outcome.proposals.actions.{made.action}")
            assert words(f"outcome.proposals.reasons.{made.reason}").endswith(".")
