"""Agreement of judges: textbook numbers, and what must not change them."""

import numpy as np
import pytest

from trygghet.agreement import AgreementError, cohen_kappa, fleiss_kappa, krippendorff_alpha

NAN = float("nan")
# Krippendorff's example of four observers and twelve units (Content Analysis, chapter 11)
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
)


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_krippendorffs_example(level, published):
    assert krippendorff_alpha(OBSERVERS, level=level) == pytest.approx(published, abs=5e-4)


def test_alpha_does_not_depend_on_the_order_of_judges_or_things():
    rng = np.random.default_rng(1)
    shuffled = OBSERVERS[rng.permutation(4)][:, rng.permutation(12)]
    for level in ("nominal", "ordinal", "interval"):
        assert krippendorff_alpha(shuffled, level=level) == pytest.approx(krippendorff_alpha(OBSERVERS, level=level))


def test_interval_alpha_does_not_depend_on_unit_and_ordinal_only_on_order():
    assert krippendorff_alpha(OBSERVERS * 7 + 3, level="interval") == pytest.approx(
        krippendorff_alpha(OBSERVERS, level="interval")
    )
    assert krippendorff_alpha(OBSERVERS**3, level="ordinal") == pytest.approx(
        krippendorff_alpha(OBSERVERS, level="ordinal")
    )


def test_full_agreement_is_one_and_words_will_do():
    words = np.array([["a", "b", None, "c"], ["a", "b", "a", "c"]], dtype=object)
    assert krippendorff_alpha(words) == pytest.approx(1)
    assert cohen_kappa(["a", "b", "c"], ["a", "b", "c"]) == pytest.approx(1)
    assert fleiss_kappa([[3, 0], [0, 3]]) == pytest.approx(1)


def test_judges_at_random_agree_no_more_than_by_chance():
    rng = np.random.default_rng(7)
    first, second = rng.integers(0, 3, (2, 20_000))
    assert abs(cohen_kappa(first, second)) < 0.02
    assert abs(krippendorff_alpha(np.stack([first, second]))) < 0.02


def test_what_only_one_judged_does_not_count():
    assert cohen_kappa([1, 0, 1, 0, NAN], [1, 0, 0, 0, 1]) == cohen_kappa([1, 0, 1, 0], [1, 0, 0, 0])


def test_one_value_only_says_nothing():
    assert np.isnan(cohen_kappa([1, 1], [1, 1]))
    assert np.isnan(krippendorff_alpha([[1, 1], [1, 1]]))
    assert np.isnan(fleiss_kappa([[2, 0], [2, 0]]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: cohen_kappa([1, 2], [1]),
        lambda: cohen_kappa([NAN], [1]),
        lambda: fleiss_kappa([[2, 1], [1, 1]]),
        lambda: fleiss_kappa([[1, 0]]),
        lambda: krippendorff_alpha([[1, NAN], [NAN, 2]]),
        lambda: krippendorff_alpha([[1, 2], [1, 2]], level="ratio"),
    ],
)
def test_what_cannot_be_measured_is_refused(call):
    with pytest.raises(AgreementError):
        call()
