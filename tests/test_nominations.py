"""Staff's nominations by department: nobody small is shown, agreement against known values, what hangs on one."""

import numpy as np
import pandas as pd
import pytest

import trygghet as tg
from trygghet.agreement import krippendorff_alpha
from trygghet.nominations import REST, agreement_word, by_unit, persons_alpha
from trygghet.sources import StaffAnswers

from .example_data import opened


def answers(units: dict[str, list[list[str]]]) -> StaffAnswers:
    """Answers of departments, each a list of what its workplaces name."""
    rows = [(f"{unit}{i}", unit, named) for unit, places in units.items() for i, named in enumerate(places)]
    meetings = pd.DataFrame([(i, u) for i, u, _ in rows], columns=["meeting_id", "unit"])
    mentions = [(i, u, p) for i, u, named in rows for p in named]
    empty = pd.DataFrame()
    return StaffAnswers(meetings, pd.DataFrame(mentions, columns=["meeting_id", "unit", "problem"]), empty, empty, None)


def test_counts_by_department_and_the_jackknife_by_hand():
    found = by_unit(answers({"A": [["p"]] * 6 + [["q"]] * 4, "B": [["p"]] * 2 + [["q"]] * 8}), ["p", "q", "r"], base=5)
    assert found.named.loc["p"].to_dict() == {"A": 6, "B": 2} and found.named.loc["r"].sum() == 0
    assert found.total["p"] == pytest.approx(0.4)
    assert found.without_one().loc["p"].tolist() == pytest.approx([0.2, 0.6])


def test_small_departments_are_put_together_so_that_none_can_be_found_by_subtraction():
    one_small = by_unit(answers({"A": [["p"]] * 12, "B": [["p"]] * 10, "C": [["q"]] * 3}), ["p", "q"], base=10)
    assert one_small.merged == ("B", "C") and list(one_small.named) == ["A", REST]
    two_small = by_unit(answers({"A": [["p"]] * 12, "C": [["q"]] * 6, "D": [["q"]] * 5}), ["p", "q"], base=10)
    assert two_small.merged == ("C", "D") and int(two_small.answered[REST]) == 11
    assert by_unit(answers({"A": [["p"]] * 12, "C": [["q"]] * 3}), ["p"], base=10) is None
    assert by_unit(answers({"A": [["p"]] * 3, "C": [["q"]] * 3}), ["p"], base=10) is None


def test_a_workplace_that_names_a_problem_twice_counts_once():
    found = by_unit(answers({"A": [["p", "p"]] * 5, "B": [["p"]] * 5}), ["p"], base=5)
    assert found.named.loc["p"].tolist() == [5, 5]


def test_departments_of_the_same_order_agree_and_of_opposite_orders_do_not():
    same = {"A": [["p"]] * 6 + [["q"]] * 3 + [["r"]], "B": [["p"]] * 6 + [["q"]] * 3 + [["r"]]}
    turned = {**same, "B": [["r"]] * 6 + [["q"]] * 3 + [["p"]]}
    assert by_unit(answers(same), ["p", "q", "r"], base=5).alpha() == pytest.approx(1.0)
    assert by_unit(answers(turned), ["p", "q", "r"], base=5).alpha() < 0


def test_agreement_among_persons_is_krippendorffs_over_what_each_one_named():
    found = persons_alpha(answers({"": [["p"], ["p", "q"], ["q"], ["p"]]}))
    assert found == pytest.approx(krippendorff_alpha([[1, 0], [1, 1], [0, 1], [1, 0]]))


@pytest.mark.parametrize(("alpha", "word"), [(0.8, "agree"), (0.7, "mostly"), (0.66, "differ"), (np.nan, "unknown")])
def test_words_of_agreement(alpha, word):
    assert agreement_word(alpha) == word


@pytest.fixture(scope="module")
def blocks():
    picture = opened("kristinehamn", "2017")
    return {block.id: block for block in tg.pages.staff(picture) if hasattr(block, "id")}


def test_the_page_shows_asked_and_answered_and_no_department_under_the_limit(blocks):
    table = blocks["forvaltningar_problem"]
    labels = [column.label for column in table.columns]
    assert "Kommunledningsförvaltningen" not in labels and "Övriga" in labels
    assert "Kommunledningsförvaltningen" in table.note
    assert table.rows[0][labels.index("Skolförvaltningen")] == "23 av 30"


def test_kinds_of_contact_add_up_and_none_under_five_is_shown_or_found(blocks):
    rows = [(kind, int(contacts)) for kind, contacts, _ in blocks["natt"].rows]
    assert sum(n for _, n in rows[:-1]) == rows[-1][1] == 74
    assert all(n >= 5 for _, n in rows)
    assert rows[-2][0].startswith("Övriga slag (") and " och " in rows[-2][0]
