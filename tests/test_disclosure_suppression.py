"""Secondary suppression against every whole-person table there is, an insider, and our own carelessness."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import DisclosureError, Release, ReleaseBuilder, bounds, exposed, suppress
from trygghet.disclosure.suppression import insider_finds

LIMIT = 5


def crossed(counts: np.ndarray, *, limit: int = LIMIT, rounded: float = 0.0) -> Release:
    """A table with both margins and its total; cells of 1 to limit - 1 hidden; the total stays."""
    rows, columns = counts.shape
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    builder = ReleaseBuilder(pd.DataFrame({"row": cells // columns, "column": cells % columns}))

    def add(name: object, where: dict[str, object]) -> None:
        n = builder.count(where)
        within = (n - rounded, n + rounded) if rounded else None
        builder.add(where, unit=name, within=within, threshold=limit, shown=not 0 < n < limit)

    builder.add({}, unit="total", fixed=True)
    for i in range(rows):
        add(("row", i), {"row": i})
    for j in range(columns):
        add(("column", j), {"column": j})
    for i, j in product(range(rows), range(columns)):
        add((i, j), {"row": i, "column": j})
    return builder.build()


def drawn(seed: int, shape: tuple[int, int], n: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    chances = np.outer(generator.dirichlet(np.ones(shape[0])), generator.dirichlet(np.ones(shape[1])))
    return generator.multinomial(n, chances.ravel()).reshape(shape)


def every_table(release: Release) -> np.ndarray:
    """(t, r) the numbers of every table of whole persons that agrees with what is shown, found by trying them all."""
    total, seen = int(release.values[0]), release.visible
    matrix = release.matrix.toarray()

    def splits(left: int, parts: int):
        if parts == 1:
            yield (left,)
            return
        for first in range(left + 1):
            for rest in splits(left - first, parts - 1):
                yield (first, *rest)

    found = []
    for atoms in splits(total, matrix.shape[1]):
        values = matrix @ np.array(atoms)
        if np.all((values >= release.low - 1e-9)[seen] & (values <= release.high + 1e-9)[seen]):
            found.append(values)
    return np.array(found)


@pytest.mark.parametrize("rounded", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(6))
def test_bounds_are_those_of_every_table_there_is(seed, rounded):
    release = crossed(drawn(seed, (2, 3), 8) + np.eye(2, 3, dtype=int), limit=3, rounded=rounded)
    tables = every_table(release)
    for number in release.sensitive:
        assert bounds(release, number) == (tables[:, number].min(), tables[:, number].max())


@pytest.mark.parametrize("seed", range(6))
def test_exposed_is_what_trying_every_table_says(seed):
    release = crossed(drawn(seed + 50, (3, 2), 9), limit=3)
    tables = every_table(release)
    expected = {(n, "down") for n in release.sensitive if tables[:, n].min() > 0}
    expected |= {(n, "up") for n in release.sensitive if tables[:, n].max() < release.up[n]}
    assert set(exposed(release)) == expected


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_exposed_afterwards_and_only_hiding_was_done(seed):
    before = crossed(drawn(seed, (7, 4), 300))
    after = suppress(before)
    assert not exposed(after)
    assert not insider_finds(after)
    assert not (after.shown & ~before.shown).any()
    low_high = np.array([bounds(after, n) for n in after.sensitive])
    assert (low_high[:, 0] == 0).all() and (low_high[:, 1] >= LIMIT).all()


@pytest.mark.parametrize("seed", range(8))
def test_every_unit_that_was_hidden_is_needed(seed):
    before = crossed(drawn(seed, (6, 4), 220))
    after = suppress(before)
    for unit in np.flatnonzero(before.shown & ~after.shown):
        careless = after.showing([int(unit)])
        assert exposed(careless) or insider_finds(careless)


def test_a_lone_person_cannot_work_out_another():
    counts = np.array([[1, 1, 40], [1, 2, 50], [30, 60, 70]])
    before = crossed(counts)
    outsider_only = suppress(before, insiders=False)
    assert not insider_finds(suppress(before))
    assert (~suppress(before).shown).sum() >= (~outsider_only.shown).sum()


def test_rounding_can_protect_by_itself():
    counts = np.array([[3, 40, 30], [50, 60, 70]])
    exact, rounded = crossed(counts), crossed(counts, rounded=6.0)
    assert exposed(exact)
    assert not exposed(rounded)
    assert (suppress(rounded).shown == rounded.shown).all()


def test_the_same_table_gives_the_same_pattern_in_any_order_of_persons():
    people = pd.DataFrame({"area": list("aaabbbbbbbcccccccc"), "sex": list("mfmmfmfmfmfmfmfmff")})

    def pattern(frame: pd.DataFrame) -> list[bool]:
        builder = ReleaseBuilder(frame)
        builder.add({}, unit="all", fixed=True)
        for where in [{"area": x} for x in "abc"] + [{"area": x, "sex": y} for x in "abc" for y in "mf"]:
            n = builder.count(where)
            builder.add(where, unit=str(where), threshold=4, shown=not 0 < n < 4)
        return suppress(builder.build(), insiders=False).shown.tolist()

    assert pattern(people) == pattern(people.sample(frac=1, random_state=3))


def test_what_cannot_be_hidden_refuses():
    builder = ReleaseBuilder(pd.DataFrame({"area": list("aab")}))
    builder.add({}, unit="all", fixed=True)
    builder.add({"area": "a"}, unit="a", fixed=True, threshold=0)
    builder.add({"area": "b"}, unit="b", threshold=5, shown=False)
    with pytest.raises(DisclosureError):
        suppress(builder.build())
