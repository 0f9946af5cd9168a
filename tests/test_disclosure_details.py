"""Primary rules, the ledger's file, a release's numbers and a share's limits, each worked out by hand."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import Ledger, ReleaseBuilder, Rules, entry, key_of, masked, protect, read_ledger, write_ledger
from trygghet.disclosure.ledger import hashed, packed, path_of, unpacked
from trygghet.disclosure.rules import MASKED, laid_on
from trygghet.disclosure.shares import Published, add_share, where_of
from trygghet.errors import InputError


def rows(**columns: list) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    base = {
        "evidence_class": "probability", "unit": "share", "group_by": "sex", "group": "x", "indicator": "i", "n": 100,
        "n_eff": 80.0, "estimate": 0.3, "se": 0.1, "ci_low": 0.2, "ci_high": 0.4, "deff": 1.1, "flags": "",
        "suppressed": False,
    }  # fmt: skip
    return pd.DataFrame({name: columns.get(name, [value] * n) for name, value in base.items()})


def test_the_limits_themselves_are_shown():
    table = protect(rows(n=[30, 29, 30], n_eff=[30.0, 30.0, 29.99]))
    assert table["suppressed"].tolist() == [False, True, True]
    assert protect(rows(n=[30, 29], n_eff=[np.nan, np.nan]))["suppressed"].tolist() == [False, True]
    without = protect(rows(n=[50, 90], n_eff=[np.nan, np.nan]), Rules(survey_effective=90.0))
    assert without["suppressed"].tolist() == [True, False]  # the base stands for the effective one
    staff = protect(rows(n=[10, 9], evidence_class=["staff"] * 2))
    assert staff["suppressed"].tolist() == [False, True]
    counted = protect(rows(n=[0, 1, 4, 5], unit=["count"] * 4, evidence_class=["register"] * 4))
    assert counted["suppressed"].tolist() == [False, True, True, False]
    assert counted["flags"].tolist() == ["", "small_count", "small_count", ""]


@pytest.mark.parametrize(
    ("kind", "unit", "group_by", "hidden"),
    [
        ("probability", "share", "total", True),
        ("open", "share", "sex", True),
        ("probability", "rate", "sex", False),
        ("register", "share", "sex", False),
        ("staff", "share", "total", False),
        ("staff", "share", "unit", True),
        ("staff", "rate", "unit", False),
        ("register", "count", "area", True),
        ("register", "mentions", "area", True),
        ("register", "count", "total", False),
        ("register", "rate", "area", False),
    ],
)
def test_which_figures_of_three_the_rules_hide(kind, unit, group_by, hidden):
    table = protect(rows(n=[3], n_eff=[3.0], evidence_class=[kind], unit=[unit], group_by=[group_by]))
    assert table["suppressed"].tolist() == [hidden]
    assert table[list(MASKED)].isna().all(axis=None) == hidden
    assert table["n"].isna().tolist() == [unit in ("count", "mentions") and hidden]


@pytest.mark.parametrize("estimate", [0.0, 1.0])
def test_all_of_one_mind_are_hidden_among_staff_units_alone(estimate):
    table = protect(
        rows(
            estimate=[estimate] * 3, evidence_class=["staff", "staff", "probability"], group_by=["unit", "total", "sex"]
        )
    )
    assert table["flags"].tolist() == ["unanimous", "", ""]
    assert table["suppressed"].tolist() == [True, False, False]


def test_reasons_are_added_to_what_stands_and_what_was_hidden_stays_so():
    table = protect(rows(n=[9, 100], estimate=[1.0, 0.3], flags=["uncertain", "x"], evidence_class=["staff"] * 2,
                         suppressed=[False, True]))  # fmt: skip
    assert table["flags"].tolist() == ["uncertain,small_base,unanimous", "x"]
    assert table["suppressed"].tolist() == [True, True] and table["estimate"].isna().all()
    assert str(table["n"].dtype) == "Int64" and table["n"].tolist() == [9, 100]


def test_the_usual_limits():
    assert Rules() == Rules(survey_base=30, survey_effective=30.0, staff_base=10, count=5)
    strict = Rules(survey_effective=90.0, staff_base=101, incidents=101)
    assert protect(rows(n=[100]), strict)["suppressed"].tolist() == [True]
    assert protect(rows(n=[100], evidence_class=["staff"]), strict)["suppressed"].tolist() == [True]
    assert protect(rows(n=[100], unit=["count"]), strict)["flags"].tolist() == ["small_count"]


def test_a_mask_laid_on_empties_just_the_rows_it_names():
    table = rows(n=[10, 20, 30], flags=["a", "", "c"]).astype({"n": "Int64"})
    copy = table.copy()
    shown = laid_on(table, pd.Series(["earlier", "secondary_base", ""]))
    pd.testing.assert_frame_equal(table, copy)
    assert shown["flags"].tolist() == ["a,earlier", "secondary_base", "c"]
    assert shown["suppressed"].tolist() == [True, True, False]
    assert shown[list(MASKED)].isna().all(axis=1).tolist() == [True, True, False]
    assert shown["n"].isna().tolist() == [False, True, False]
    again = masked(table, {"i": {"sex|x": "earlier"}})
    assert again["flags"].tolist() == ["a,earlier", "earlier", "c,earlier"]
    assert masked(table, {"other": {"sex|x": "earlier"}})["flags"].tolist() == ["a", "", "c"]


def test_the_ledger_as_it_stands_on_disk(tmp_path):
    ledger = Ledger({"citizens/2017": {"k": {"namn": "Å", "indicators": {}, "hidden": {}}}})
    (tmp_path / ".trygghet").mkdir(mode=0o700)
    write_ledger(tmp_path, ledger)
    path = tmp_path / ".trygghet" / "released.json"
    assert path_of(tmp_path) == path and [p.name for p in path.parent.iterdir()] == ["released.json"]
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n") and "Å" in text and path.stat().st_mode & 0o777 == 0o600
    assert json.loads(text) == {"version": 1, "waves": {"citizens/2017": {"k": ledger.waves["citizens/2017"]["k"]}}}
    assert text.index('"hidden"') < text.index('"indicators"') < text.index('"namn"')
    assert read_ledger(tmp_path).waves == ledger.waves
    write_ledger(tmp_path, Ledger({}))
    assert path.read_text() == '{"version": 1, "waves": {}}\n'


def test_a_new_ledger_makes_its_folder_for_the_owner_alone(tmp_path):
    assert read_ledger(tmp_path).waves == {}
    write_ledger(tmp_path, Ledger())
    assert (tmp_path / ".trygghet").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 2, "waves": {}}', '{"waves": {}}', "\ufeff", '"x"'])
def test_a_ledger_of_another_kind_stops(tmp_path, content):
    (tmp_path / ".trygghet").mkdir()
    path_of(tmp_path).write_text(content)
    with pytest.raises(InputError) as caught:
        read_ledger(tmp_path)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column, fault.rule) == (".trygghet/released.json", 0, "", "V01-LEDGER")


def test_respondents_are_known_by_sixteen_digits_of_their_ids_hash():
    assert hashed(["r1", 7]).tolist() == [hashlib.sha256(b"r1").hexdigest()[:16], hashlib.sha256(b"7").hexdigest()[:16]]


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 100])
def test_bits_come_back(n):
    flags = np.random.default_rng(n).random(n) < 0.5
    assert unpacked(packed(flags), n).tolist() == flags.tolist()
    assert unpacked(packed(flags), n).dtype == bool


def test_bits_are_the_leading_ones_first():
    assert packed(np.array([1, 0, 0, 0, 0, 0, 1, 1])) == "gw=="  # 0x83


def test_every_part_of_a_release_is_in_its_key():
    table, persons = rows(n=[1, 2]), pd.DataFrame({"sex": ["m", "f"]})
    answers = pd.DataFrame({"i": [1.0, 0.0]})
    keys = [
        key_of(table, persons, answers),
        key_of(table.iloc[::-1], persons, answers),
        key_of(table, persons.set_axis([1, 0]), answers),
        key_of(table, persons, answers * 2),
        key_of(table, persons.rename(columns={"sex": "kon"}), answers),
        key_of(table, persons, answers, Rules()),
        key_of(table, persons, answers, Rules(count=6)),
        key_of(table, persons, answers, Rules(), 1),
    ]
    assert len(set(keys)) == len(keys) and {len(key) for key in keys} == {24}
    assert key_of(table.copy(), persons.iloc[::-1], answers.iloc[::-1]) == keys[0]  # the file in another order


def test_a_ledger_tells_masks_and_what_was_released_otherwise():
    item = {
        "people": ["p", "q", "r"],
        "groups": {"": packed([1, 1, 1]), "sex=m": packed([1, 0, 1]), "sex=f": packed([0, 1, 0])},
        "indicators": {
            "i": {"yes": packed([1, 0, 0]), "base": packed([1, 1, 0]), "shown": {"": [1, 2], "sex=m": [0, 1]}}
        },
        "hidden": {"i": {"sex|f": "small_count"}},
    }
    ledger = Ledger().with_release("w", "a", item)
    assert ledger.masks("w", "a") == {"i": {"sex|f": "small_count"}}
    assert ledger.masks("w", "b") is None and ledger.masks("v", "a") is None
    assert ledger.earlier("w", "a", "i") == [] == ledger.earlier("v", "b", "i") == ledger.earlier("w", "b", "j")
    (known,) = ledger.earlier("w", "b", "i")
    assert known.people.tolist() == ["p", "q", "r"] and known.answer.tolist() == [1, 0, -1]
    assert {name: flags.tolist() for name, flags in known.groups.items()} == {
        "": [True, True, True],
        "sex=m": [True, False, True],
    }
    assert known.shown == {"": (1.0, 2.0), "sex=m": (0.0, 1.0)}
    assert {type(end) for ends in known.shown.values() for end in ends} == {float}
    assert known.hidden == {}
    parts = {"yes": packed([1, 0, 0]), "base": packed([1, 1, 0]), "shown": {}, "hidden": {"sex=m": 1, "sex=f": 0}}
    (veiled,) = Ledger().with_release("w", "a", {**item, "indicators": {"i": parts}}).earlier("w", "b", "i")
    assert veiled.hidden == {"sex=m": True, "sex=f": False}
    assert {name: flags.tolist() for name, flags in veiled.groups.items()} == {
        "sex=m": [True, False, True],
        "sex=f": [False, True, False],
    }
    more = ledger.with_release("w", "a", {**item, "hidden": {}}).with_release("v", "b", item)
    assert more.masks("w", "a") == item["hidden"] and set(more.waves) == {"w", "v"}
    assert set(ledger.waves) == {"w"}
    assert len(more.with_release("w", "c", item).earlier("w", "b", "i")) == 2


def test_what_the_ledger_keeps_of_a_release():
    persons = pd.DataFrame({"sex": ["m", "m", "f", "f"]}, index=["a", "b", "c", "d"])
    answers = pd.DataFrame({"i": [1.0, 0.0, np.nan, 1.0]}, index=persons.index)
    table = rows(
        group_by=["total", "sex", "sex", "sex", "total"], group=["all", "m", "f", "x", "all"],
        estimate=[2 / 3, 0.5, np.nan, 0.2, 0.1], suppressed=[False, False, False, True, False],
        unit=["share"] * 4 + ["count"],
    )  # fmt: skip
    kept = entry(table, persons, answers, {"i": {"sex|x": "small_count"}}, rules=Rules(), digits=0)
    assert kept["people"] == hashed(persons.index).tolist()
    members = {"": [1, 1, 1, 1], "sex=m": [1, 1, 0, 0], "sex=f": [0, 0, 1, 1], "sex=x": [0, 0, 0, 0]}
    assert kept["groups"] == {key: packed(flags) for key, flags in members.items()}
    assert kept["hidden"] == {"i": {"sex|x": "small_count"}}
    assert set(kept["indicators"]) == {"i"}
    item = kept["indicators"]["i"]
    assert unpacked(item["yes"], 4).tolist() == [True, False, False, True]
    assert unpacked(item["base"], 4).tolist() == [True, True, False, True]
    assert item["shown"] == {"": (2.0, 2.0), "sex=m": (1.0, 1.0)}
    assert item["hidden"] == {"sex=f": True, "sex=x": True}
    other = table.assign(indicator="unknown")
    assert entry(other, persons, answers, {}, rules=Rules(), digits=0)["indicators"] == {}


def test_a_ledgers_limits_follow_the_rounding_and_hold_the_truth():
    n = 1000
    persons = pd.DataFrame({"sex": ["m"] * n}, index=[f"r{i}" for i in range(n)])
    answers = pd.DataFrame({"i": [1.0] * 300 + [0.0] * 700}, index=persons.index)

    def shown(estimate: float, digits: int) -> tuple[float, float]:
        table = rows(group_by=["sex"], group=["m"], estimate=[estimate])
        return entry(table, persons, answers, {}, rules=Rules(), digits=digits)["indicators"]["i"]["shown"]["sex=m"]

    assert shown(0.3, 0) == (295.0, 305.0) and shown(0.3, 1) == (300.0, 300.0)
    assert shown(0.3004, 0) == (295.0, 305.0)  # 30 % is all that a reader knows
    assert shown(0.32, 0) == (300.0, 325.0) and shown(0.25, 0) == (245.0, 300.0)  # weighted away from the plain share


def test_a_percentage_and_a_base_bound_the_count():
    published = Published(pd.DataFrame(), pd.Series(dtype=object), 5, 0)
    assert published.within(0.3, 200) == pytest.approx((59.0, 61.0))
    assert Published(pd.DataFrame(), pd.Series(dtype=object), 5, 1).within(0.3, 200) == pytest.approx((59.9, 60.1))
    # 94 of 706 is printed as 13 %, so 88.25 to 95.31, not 94 and half a percent to either side
    assert published.within(94 / 706, 706) == pytest.approx((88.25, 95.31))
    assert where_of("total", "all") == {} and where_of("sex:age", "m:16-24") == {"sex": "m", "age": "16-24"}
    with pytest.raises(ValueError, match="zip"):
        where_of("sex:age", "m")
    frame = Published(pd.DataFrame({"a": [1, None], "b": list("xy")}), pd.Series(["yes", "no"]), 5, 0).frame(["a"])
    assert frame.to_dict("list") == {"a": ["1.0", ""], "_answer": ["yes", "no"]}


@pytest.fixture
def town() -> ReleaseBuilder:
    frame = pd.DataFrame({"area": ["a"] * 10 + ["b"] * 4 + ["c"], "sex": list("mf") * 7 + ["m"]})
    return ReleaseBuilder(frame)


def test_numbers_of_a_release_by_hand(town):
    assert town.count({}) == 15 and town.count({"area": "a"}) == 10 and town.count({"area": "z"}) == 0
    assert (
        town.count({"area": ("b", "c")})
        == town.count({"area": ["c", "b", "z"]})
        == town.count({"area": {"b", "c"}})
        == 5
    )
    assert town.count({"area": frozenset("c"), "sex": "m"}) == 1 and town.count({"area": "c", "sex": "f"}) == 0
    town.add({}, unit="all", fixed=True)
    town.add({"area": "b"}, unit="b", threshold=5, shown=False, cost=3.0)
    town.add({"area": "c"}, unit="b", threshold=5, shown=True, reach=2)
    town.add({"area": "a"}, unit="a", threshold=5, within=(8.2, 11.7))
    town.add({"area": ("a", "b")}, unit="ab", threshold=14, within=(14.2, 13.4))
    release = town.build()
    assert release.values.tolist() == [15, 4, 1, 10, 14]
    assert release.atoms.tolist() == [5, 5, 2, 2, 1] and release.matrix.shape == (5, 5)
    assert release.low.tolist() == [15, 4, 1, 9, 14] and release.high.tolist() == [15, 4, 1, 11, 14]
    assert release.unit.tolist() == [0, 1, 1, 2, 3] and town.units == {"all": 0, "b": 1, "a": 2, "ab": 3}
    assert release.shown.tolist() == [True, False, True, True] and release.fixed.tolist() == [True, False, False, False]
    np.testing.assert_array_equal(release.up, [np.nan, 5, 2, np.nan, np.nan])
    np.testing.assert_array_equal(release.down, [np.nan, 0, 0, np.nan, np.nan])
    assert release.lone.tolist() == [False, False, True, False, False]
    np.testing.assert_allclose(release.cost, [1 + np.log(6), 3 * (1 + np.log(3)), 1 + np.log(3), 1 + np.log(5)])
    assert release.sensitive.tolist() == [1, 2] and release.visible.tolist() == [True, False, False, True, True]
    assert release.showing([1]).visible.all() and not release.hiding([0, 2]).shown[[0, 2]].any()
    assert release.shown.tolist() == [True, False, True, True]


def test_one_person_who_may_be_known_is_not_alone():
    builder = ReleaseBuilder(pd.DataFrame({"area": list("ab")}))
    builder.add({"area": "a"}, unit="a")
    builder.add({"area": "b"}, unit="b", threshold=2, within=(-3.0, 1.2))
    release = builder.build()
    assert release.lone.tolist() == [False, True] and release.low.tolist() == [1, 0] and release.high.tolist() == [1, 1]
    assert (
        release.cost.tolist() == pytest.approx([1 + np.log(2)] * 2) and release.shown.all() and not release.fixed.any()
    )


def test_complete_and_possible_groups_are_atoms_without_anyone():
    frame = pd.DataFrame({"area": list("aab"), "sex": list("mfm")})
    assert ReleaseBuilder(frame)._atoms.tolist() == [1, 1, 1]
    full = ReleaseBuilder(frame, complete=True)
    assert full._atoms.tolist() == [1, 1, 0, 1] and full.members({"area": "b", "sex": "f"}).sum() == 1
    more = ReleaseBuilder(frame, possible=pd.DataFrame({"area": ["c", "a"], "sex": ["f", "m"]}))
    assert more._atoms.tolist() == [1, 1, 1, 0] and more.count({"area": "c"}) == 0 and more.members({"area": "c"}).any()
    one = ReleaseBuilder(frame[["area"]].astype(pd.CategoricalDtype(list("abc"))), complete=True)
    assert one._atoms.tolist() == [2, 1, 0]


def group(yes: int, no: int, *, threshold: int = 5) -> tuple[Published, ReleaseBuilder]:
    given = pd.Series(["yes"] * yes + ["no"] * no + ["none"] * 3)
    published = Published(pd.DataFrame({"sex": ["m"] * len(given)}), given, threshold, 0)
    return published, ReleaseBuilder(published.frame(["sex"]))


@pytest.mark.parametrize(
    ("yes", "no", "suppressed", "few", "share", "base"),
    [
        (20, 20, False, False, True, True),
        (4, 20, False, True, False, True),
        (20, 4, False, True, False, True),
        (5, 5, False, False, True, True),
        (0, 20, False, False, True, True),
        (1, 20, False, True, False, True),
        (20, 20, True, False, False, True),
        (2, 2, True, True, False, False),
        (3, 2, True, True, False, True),
        (4, 0, True, True, False, False),
    ],
)
def test_a_share_and_its_base_as_numbers_of_a_release(yes, no, suppressed, few, share, base):
    published, builder = group(yes, no)
    n = yes + no
    estimate = np.nan if suppressed else yes / n
    found = add_share(
        builder, "m", {"sex": "m"}, pd.Series({"suppressed": suppressed, "estimate": estimate}), published
    )
    release = builder.build()
    assert found is few and builder.units == {("share", "m"): 0, ("base", "m"): 1}
    assert release.shown.tolist() == [share, base] and not release.fixed.any()
    assert release.values.tolist() == [yes, no, n]
    secret = [0 < value < 5 for value in (yes, no, n)]
    assert (~np.isnan(release.up)).tolist() == secret and (release.up[secret] == 5).all()
    assert (release.low[2], release.high[2]) == (n, n)
    if share:
        assert release.low[0] == np.ceil(yes - 0.005 * n - 1e-9) and release.high[0] == np.floor(yes + 0.005 * n + 1e-9)
        assert release.low[1] == np.ceil(no - 0.005 * n - 1e-9) and release.high[1] == np.floor(no + 0.005 * n + 1e-9)
    atoms = [row.sum() for row in release.matrix.toarray()]
    np.testing.assert_allclose(release.cost, [n * (1 + np.log1p(atoms[0])), 4 * n * (1 + np.log1p(atoms[2]))])
