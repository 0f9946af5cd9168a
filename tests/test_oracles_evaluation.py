"""Another program's numbers for planning, evaluation and time, file by file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import trygghet as tg
from trygghet import glm
from trygghet.agreement import cohen_kappa, fleiss_kappa
from trygghet.comparison import did_count, wdd, wdq
from trygghet.counts import count_change
from trygghet.did import did_share
from trygghet.evaluation import adjust, no_worse, support_below
from trygghet.intervals import newcombe_difference, poisson_interval, wilson
from trygghet.place import funnel_limits, gi_star, gini
from trygghet.planning import Plan, mde_share, n_needed
from trygghet.priorities import combine
from trygghet.ranking import copeland, kemeny, rank_confidence
from trygghet.survey.hypotheses import independence_test
from trygghet.survey.regression import regression
from trygghet.timing import aoristic
from trygghet.trends import seasonal, window_cluster

FOLDER = Path(__file__).parent / "oracles" / "evaluation"
Triple = tuple[object, object, float]


def read(name: str) -> dict:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def etest() -> Iterator[Triple]:
    for case in read("etest.json")["cases"]:
        for method in ("etest-wald", "etest-score"):
            yield count_change(*case["k"], method=method)["p"][0], case["p"], 1e-4


def two_counts() -> Iterator[Triple]:
    names = {"etest-wald": "etest-wald", "etest-score": "etest-score"}
    names |= {"exact": "exact-cond", "cond-midp": "cond-midp"}
    for case in read("etest_statsmodels.json")["cases"]:
        for method, name in names.items():
            got = count_change(case["k1"], case["k2"], t1=case["n1"], t0=case["n2"], method=method)
            yield got["p"][0], case[name], 1e-9


def poisson_exact() -> Iterator[Triple]:
    data = read("poisson_exact_R.json")
    for case in data["poisson_test"]:
        row = count_change(*case["x"], t1=case["T"][0], t0=case["T"][1], method="exact").iloc[0]
        yield [row["p"], row["ratio"]], [case["p_value"], case["ratio"]], 1e-6
        yield [row["lo"], row["hi"]], case["ci"], 1e-6
    for case in data["poisson_ci"]:
        yield poisson_interval(case["x"]), case["ci95"], 1e-6


def score_intervals() -> Iterator[Triple]:
    for case in read("wilson.json")["cases"]:
        yield wilson(case["k"], case["n"]), case["published"], 5e-5
        yield wilson(case["k"], case["n"]), case["computed"], 1e-9
    for case in read("newcombe_diff.json")["cases"]:
        got = newcombe_difference(case["k1"], case["n1"], case["k2"], case["n2"])
        yield got, case["published"], 5e-5
        yield got, case["computed"], 1e-9


def adjusted() -> Iterator[Triple]:
    data = read("padjust.json")
    for method, name in (("holm", "holm"), ("bh", "BH"), ("bonferroni", "bonferroni")):
        yield adjust(data["p"], method), data[name], 1e-12


def power() -> Iterator[Triple]:
    for case in read("power_prop.json")["cases"]:
        plan = {"deff": 1, "variance": "pooled", "alpha": case["sig_level"]}
        p1, p2, n = case["p1"], case["p2"], case["n"]
        yield Plan(**plan).chance(p1, p2, n, n), case["power"], 1e-3
        yield n_needed(p1, p2, power=case["power"], **plan) / n, 1.0, 1e-3
        yield mde_share(p1, n, direction="increase", power=case["power"], **plan).level, p2, 1e-3


def support_and_tost() -> Iterator[Triple]:
    data = read("target_tost.json")
    for case in data["target"]:
        for method in ("normal", "logit", "jeffreys"):
            got = support_below(case["p"], case["se"], case["target"], method=method)
            yield got, case[f"conf_below_{method}"], 1e-9
    for case in data["tost"]:
        got = no_worse(case["est"], case["se"], case["margin"])
        yield got.p_equivalent, case["p_tost"], 1e-9
        yield sorted([got.p_no_worse, got.p_no_better]), sorted([case["p_lower"], case["p_upper"]]), 1e-9


def displacement() -> Iterator[Triple]:
    for case in read("wdd.json")["cases"]:
        a, want = case["args"], case["result"]
        extra = {}
        if "time_weights" in a:
            extra["time"] = tuple(a["time_weights"])
        if "area_weights" in a:
            control, treated, far, near = a["area_weights"]
            extra["area"] = (treated, control, near, far)
        got = wdd(a["treated"], a["control"], a.get("disp_treated"), a.get("disp_control"), **extra)
        yield [got.local, got.se_local], [want["Est_Local"], want["SE_Local"]], 1e-9
        yield [got.displacement, got.se_displacement], [want["Est_Displace"], want["SE_Displace"]], 1e-9
        yield [got.total, got.se, got.z], [want["Est_Total"], want["SE_Total"], want["Z"]], 1e-9
        yield got.interval(1 - a.get("alpha", 0.1)), [want["LowCI"], want["HighCI"]], 1e-9
    for case in read("wdq.json")["cases"]:
        quotient = wdq(case["A"], case["B"], case["C"])
        got = [quotient.value, quotient.success, quotient.buffer, quotient.gross_effect]
        yield got, [case["WDQ"], case["success"], case["buffer"], case["gross_effect"]], 1e-9
        got = [quotient.net_effect, quotient.total_net_effect]
        yield got, [case["net_effect"], case["total_net_effect"]], 1e-9


def monthly() -> Iterator[Triple]:
    data, want = pd.read_csv(FOLDER / "monthly.csv"), read("monthly_expected.json")
    first = data.loc[data["post"] == 1, "month"].min()
    got = did_count(data.rename(columns={"y": "count"}), "lov", first, offset="pop")
    yield np.log(got.irr), want["poisson"]["est"], 1e-5
    yield got.log_se, want["quasipoisson"]["se"], 1e-5
    # R reports the dispersion of its last but one iteration
    yield got.phi, want["quasipoisson"]["dispersion"], 1e-4
    yield [np.log(got.nb_irr), got.nb_log_se], [want["negbin"]["est"], want["negbin"]["se"]], 1e-5
    area = data[data["area"] == "lov"]
    angle = 2 * np.pi * area["month"] / 12
    design = np.column_stack([np.ones(len(area)), area["month"], area["post"], np.sin(angle), np.cos(angle)])
    fit = glm.poisson(design, area["y"].to_numpy())
    yield [fit.coefficients[2], fit.se(2, quasi=True)], [want["its"]["est"], want["its"]["quasi_se"]], 1e-5
    yield fit.dispersion, want["its"]["dispersion"], 1e-5


def two_waves() -> Iterator[Triple]:
    data, want = pd.read_csv(FOLDER / "twowave.csv"), read("twowave_expected.json")
    waves = [
        tg.SurveyDesign(part.reset_index(drop=True), weight="weight", strata="stratum", cluster="cluster")
        for _, part in data.groupby("wave")
    ]
    effect = did_share(*waves, "y", area="area", treated="lov")
    yield [effect.did, effect.se], [want["did"]["est"], want["did"]["se"]], 1e-9
    change = tg.estimate.change(*waves, "y", by="area").set_index("area")
    got = change.loc[["jmf", "lov"], ["before", "after"]].to_numpy().T.ravel()
    yield got, want["p"], 1e-9
    got = change.loc[["jmf", "lov"], ["se_before", "se_after"]].to_numpy().T.ravel()
    yield got, want["se"], 1e-9
    row = change.loc["lov"]
    yield [row["change"], row["se"]], [want["before_after"]["est"], want["before_after"]["se"]], 1e-9
    yield from both_waves_in_one_design(data, want)


def both_waves_in_one_design(data: pd.DataFrame, want: dict) -> Iterator[Triple]:
    """svyglm's two contrasts, svychisq and svyciprop, from the waves stacked with strata of their own."""
    treated = (data["area"] == "lov").astype(float)
    frame = data.assign(
        treated=treated, late=data["wave"].astype(float), both=treated * data["wave"],
        cell=data["area"] + "_" + data["wave"].astype(str), answer=data["y"].astype(str), when=data["wave"].astype(str),
    )  # fmt: skip
    design = tg.SurveyDesign(frame, weight="weight", strata="stratum", cluster="cluster")
    for family, name in (("gaussian", "svyglm_gaussian_did"), ("quasibinomial", "svyglm_logit_did")):
        row = regression(design, "y", ["treated", "late", "both"], family=family).table.set_index("term").loc["both"]
        yield [row["estimate"], row["se"]], [want[name]["est"], want[name]["se"]], 1e-9
    area = design.subset((frame["area"] == "lov").to_numpy())
    test, told = independence_test(area, "answer", "when"), want["svychisq_wave_lov"]
    yield [test.statistic, test.p], [told["F"], told["p"]], 1e-6
    shares = tg.estimate.proportion(design, "y", by="cell").set_index("cell")
    for case in want["svyciprop_logit"]:
        row = shares.loc[case["cell"]]
        yield [row["estimate"], row["ci_low"], row["ci_high"]], [case["p"], *case["ci95"]], 1e-9


def naus() -> Iterator[Triple]:
    first, second = read("naus_scan.json")["cases"]
    fortnights = {"length": 2 * first["L"], "window": 2, "mean": first["mu"] / 2}
    yield window_cluster(first["n"], **fortnights), first["p"], 1e-6
    # ptools has one window more than Naus for k = 1, and leaves out the last term of his A4
    got = window_cluster(second["n"], length=second["L"] + 1, window=1, mean=second["mu"])
    yield got, second["p"], 1e-4


def stl() -> Iterator[Triple]:
    want = pd.read_csv(FOLDER / "stl_ukdriverdeaths_log.csv")
    got = seasonal(want["y"])
    yield got["trend"], want["trend"], 1e-6
    yield got["seasonal"], want["seasonal"], 1e-6


def week() -> Iterator[Triple]:
    given = pd.read_csv(FOLDER / "aoristic_input.csv")
    want = pd.read_csv(FOLDER / "aoristic_expected.csv").sort_values("bin")
    start, end = pd.to_datetime(given["start"]), pd.to_datetime(given["end"])
    long = (end - start) >= pd.Timedelta(days=7)
    short = aoristic(start[~long], end[~long], reversed="start", end_missing="start")
    # R lays a week or more out evenly; ours gives the hours beyond whole weeks where they lie
    yield short["weight"] + long.sum() / 168, want["weight"], 1e-9
    ours = aoristic(start, end, reversed="start")["weight"]
    yield ours, want["weight"], 0.004 * max(1, int(long.sum()))


def judges() -> Iterator[Triple]:
    data = read("kappa.json")
    got = fleiss_kappa(data["fleiss"]["table"])
    yield got, data["fleiss"]["computed"], 1e-9
    yield round(got, 2), data["fleiss"]["published"], 0
    (both, only_a), (only_b, neither) = data["cohen"]["table"]
    first = [1] * both + [1] * only_a + [0] * only_b + [0] * neither
    second = [1] * both + [0] * only_a + [1] * only_b + [0] * neither
    yield cohen_kappa(first, second), data["cohen"]["published"], 1e-9


def orders() -> Iterator[Triple]:
    data = read("rank_aggregation.json")
    votes = {str(i): float(ballot["n"]) for i, ballot in enumerate(data["ballots"])}
    places = {str(i): {name: -at for at, name in enumerate(b["order"])} for i, b in enumerate(data["ballots"])}
    scores = pd.DataFrame(places, dtype=float).reindex(data["names"])
    points = {item.problem: item.score * 3 * sum(votes.values()) for item in combine(scores, weights=votes)}
    yield [points[name] for name in data["names"]], [data["borda"][name] for name in data["names"]], 1e-9
    yield copeland(scores, weights=votes), [data["copeland_net"][name] for name in data["names"]], 0
    order = kemeny(scores, weights=votes)
    assert list(order.problems) == data["kemeny"] and order.unique
    yield order.agreements, data["kemeny_score"], 1e-9


def confidence_in_ranks() -> Iterator[Triple]:
    data = pd.read_csv(FOLDER / "rank_ci_pisa20.csv")
    got = rank_confidence(data["est"], data["se"], simultaneous=True, draws=100_000)
    yield got, data[["rank", "simul_lo", "simul_hi"]], 0
    # csranks drew 20,000 times: its level is .95 within .004, and its sets lie between ours at those levels
    narrow, wide = (rank_confidence(data["est"], data["se"], draws=100_000, level=level) for level in (0.946, 0.954))
    yield np.clip(data["marg_lo"], wide["lo"], narrow["lo"]), data["marg_lo"], 0
    yield np.clip(data["marg_hi"], narrow["hi"], wide["hi"]), data["marg_hi"], 0
    own = rank_confidence(data["est"], data["se"], draws=100_000)
    yield (own[["lo", "hi"]].to_numpy() != data[["marg_lo", "marg_hi"]].to_numpy()).sum(), 0, 2


def hot_spots() -> Iterator[Triple]:
    data = read("gistar_esda_docstring.json")
    places = np.array(data["points"], float)
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    yield gi_star(data["y"], (apart <= data["threshold"]).astype(float)), data["Zs"]["B_star"], 1e-9
    table = pd.read_csv(FOLDER / "gistar_getisord.csv")
    apart = np.hypot(*(table[axis].to_numpy()[:, None] - table[axis].to_numpy() for axis in ("x", "y")))
    for reach in (30, 60):
        yield gi_star(table["val"], (apart <= reach).astype(float)), table[f"gi_star_{reach}"], 1e-9


def concentrated() -> Iterator[Triple]:
    for case in read("gini.json")["cases"]:
        yield gini(case["x"]), [case["gini"], case["generalised_biased"], case["generalised_unbiased"]], 1e-12


def funnel() -> Iterator[Triple]:
    for case in read("funnel_poisson.json")["cases"]:
        for alpha, low, high in zip(case["levels"], case["lower"], case["upper"], strict=True):
            yield np.ravel(funnel_limits([case["E"]], level=1 - alpha)), [low, high], 0


CASES: tuple[Callable[[], Iterator[Triple]], ...] = (
    etest, two_counts, poisson_exact, score_intervals, adjusted, power, support_and_tost, displacement,
    monthly, two_waves, naus, stl, week, judges, orders, confidence_in_ranks,
    hot_spots, concentrated, funnel,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_equals_the_other_program(case: Callable[[], Iterator[Triple]]) -> None:
    compared = 0
    for got, want, tolerance in case():
        np.testing.assert_allclose(np.asarray(got, float), np.asarray(want, float), rtol=0, atol=tolerance)
        compared += 1
    assert compared > 0


def test_every_file_is_used() -> None:
    code = Path(__file__).read_text(encoding="utf-8")
    unused = [path.name for path in FOLDER.iterdir() if path.name != "README.md" and path.name not in code]
    assert not unused
