"""The reference designs and each reference case as a call of this package.

`compute(case_id)` gives what the package says for a case, as a mapping of the case's own field names to
numbers; it raises `NotOfferedError` with the reason for the cases that ask for something the package does not offer.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from trygghet import estimate, replicate, weights
from trygghet.design import SurveyDesign

HERE = Path(__file__).parent
REFERENCE = json.loads((HERE / "reference.json").read_text())
CASES = {case["id"]: case for case in REFERENCE["cases"]}

TYPES = pd.Series({"E": 4421, "H": 755, "M": 1018})
SCHOOL = pd.Series({"No": 1072, "Yes": 5122})
NEARLY = {
    "lincom": "p by Davies' or a saddlepoint sum of chi-squares is not offered; F, Chisq, Wald, adjWald are",
    "saddlepoint": "p by a saddlepoint sum of chi-squares is not offered; F, Chisq, Wald, adjWald are",
    "likelihood": "the likelihood interval is not offered (design, section 4)",
}


class NotOfferedError(Exception):
    """A case outside the package's scope; the message is the reason."""


def read(name: str) -> pd.DataFrame:
    """One of the oracle's data files, with dots in names as underscores."""
    frame = pd.read_csv(HERE / f"{name}.csv", dtype={"cds": str})
    return frame.rename(columns=lambda c: c.replace(".", "_"))


def awards_totals() -> pd.Series:
    """Population by awards: not in the data files, but what the raked reference weights add up to."""
    w = read("weights_dstrat_rake")["w"]
    return w.groupby(read("apistrat")["awards"]).sum().round()


def _linear(design: SurveyDesign, **options: object) -> SurveyDesign:
    return weights.calibrate(design, categorical={"stype": TYPES}, numeric={"api99": 3914069}, total=6194, **options)


def _repeated(name: str, base: SurveyDesign, scheme: str) -> SurveyDesign:
    meta = REFERENCE["weights"][f"rep_{scheme}"]
    return replicate.supplied(
        base, read(name).to_numpy(), scale=meta["scale"], rscales=meta["rscales"], mse=meta["mse"]
    )


def _kalton(kind: str) -> SurveyDesign:
    cells = read("kalton_sample_cells").astype({"a": str, "b": str})
    sample = cells.loc[cells.index.repeat(cells["n"])].reset_index(drop=True).assign(one=1.0)
    population = {c: cells.groupby(c)["N"].sum() for c in "ab"}
    design = SurveyDesign(sample, weight="one")
    if kind == "ps":
        return weights.post_stratify(design, ["a", "b"], cells.set_index(["a", "b"])["N"])
    if kind == "rake":
        return weights.rake(design, population)
    how = {"lin": {}, "linb": {"bounds": (0.5, 2.2)}, "logit": {"distance": "logit", "bounds": (0.5, 2.2)}}
    return weights.calibrate(design, categorical=population, **how[kind])


@cache
def design(name: str) -> SurveyDesign:
    """A reference design by the name it has in reference.json."""
    return _BUILD[name]()


def _crossed_types() -> pd.Series:
    w = read("weights_dclus1_ps2")["w"]
    frame = read("apiclus1")
    return w.groupby([frame["stype"], frame["sch_wide"]]).sum().round()


def _fpc(**options: object) -> SurveyDesign:
    frame = read("fpc")
    return SurveyDesign(frame.assign(share=frame["nh"] / frame["Nh"]), strata="stratid", cluster="psuid", **options)


_BUILD = {
    "dsrs": lambda: SurveyDesign(read("apisrs"), weight="pw", fpc="fpc"),
    "dstrat": lambda: SurveyDesign(read("apistrat"), weight="pw", strata="stype", fpc="fpc"),
    "dstratW": lambda: SurveyDesign(read("apistrat"), weight="pw", strata="stype"),
    "dclus1": lambda: SurveyDesign(read("apiclus1"), weight="pw", cluster="dnum", fpc="fpc"),
    "dclus1W": lambda: SurveyDesign(read("apiclus1"), weight="pw", cluster="dnum"),
    "dsrs_ps": lambda: weights.post_stratify(design("dsrs"), "stype", TYPES, variance="residual_means"),
    "dclus1_ps": lambda: weights.post_stratify(design("dclus1"), "stype", TYPES, variance="residual_means"),
    "dclus1_ps2": lambda: weights.post_stratify(
        design("dclus1W"), ["stype", "sch_wide"], _crossed_types(), variance="residual_means"
    ),
    "dclus1_rake": lambda: weights.rake(
        design("dclus1"), {"stype": TYPES, "sch_wide": SCHOOL}, variance="residual_means"
    ),
    "dstrat_rake": lambda: weights.rake(
        design("dstrat"),
        {"stype": TYPES, "sch_wide": SCHOOL, "awards": awards_totals()},
        variance="residual_means",
    ),
    "dclus1_lin": lambda: _linear(design("dclus1")),
    "dclus1_rak": lambda: _linear(design("dclus1"), distance="raking"),
    "dclus1_logit": lambda: _linear(design("dclus1"), distance="logit", bounds=(0.5, 2.0)),
    "dclus1_linb": lambda: _linear(design("dclus1"), distance="linear", bounds=(0.6, 1.6)),
    "dstrat_lin": lambda: _linear(design("dstrat")),
    "dstrat_rak": lambda: _linear(design("dstrat"), distance="raking"),
    "dstrat_logit": lambda: _linear(design("dstrat"), distance="logit", bounds=(0.8, 1.25)),
    "dstrat_linb": lambda: _linear(design("dstrat"), distance="truncated", bounds=(0.9, 1.1)),
    "dclus1_hetero": lambda: weights.calibrate(
        design("dclus1W"), numeric={"enroll": 3811472}, heteroscedasticity="enroll"
    ),
    "dstrat_trim": lambda: weights.trim(design("dstrat"), lower=10, upper=40),
    "dstrat_trims": lambda: weights.trim(design("dstrat"), lower=10, upper=40, strict=True),
    "rstrat": lambda: replicate.jackknife(design("dstrat")),
    "rclus1": lambda: _repeated("repweights_rclus1", design("dclus1"), "rclus1"),
    "rclus1W": lambda: replicate.jackknife(design("dclus1W")),
    "rclus1_rake": lambda: weights.rake(design("rclus1"), {"stype": TYPES, "sch_wide": SCHOOL}),
    "rclus1_lin": lambda: _linear(design("rclus1")),
    "rboot": lambda: _repeated("repweights_rboot", design("dclus1"), "rboot"),
    "rbootmse": lambda: _repeated("repweights_rbootmse", design("dstratW"), "rbootmse"),
    "fpcno": lambda: _fpc(weight="weight"),
    "fpcN": lambda: _fpc(weight="weight", fpc="Nh"),
    "fpcf": lambda: _fpc(fpc="share"),
    **{f"k_{k}": (lambda k=k: _kalton(k)) for k in ("ps", "rake", "lin", "linb", "logit")},
}


def _plain(table: pd.DataFrame, fields: str = "est se vcov") -> dict:
    out = {
        "est": table["estimate"].to_numpy(),
        "se": table["se"].to_numpy(),
        "vcov": np.asarray(table.attrs["covariance"]) if "covariance" in table.attrs else None,
        "deff": table["deff"].to_numpy(),
    }
    return {k: out[k] for k in fields.split()}


def _present(table: pd.DataFrame) -> pd.DataFrame:
    """Without empty domains, which R leaves out; the last `by` column slowest, as R orders them."""
    return table[table["n"] > 0]


def _mean(name: str) -> dict:
    if name == "na.fail":
        raise NotOfferedError("R gives NA for a variable with missing answers; here missing answers leave the domain")
    if name == "na.rm":
        return _plain(estimate.mean(design("dstrat"), "target"))
    if name == "na.rm.clus":
        whole = design("dclus1").subset(design("dclus1").frame["target"].notna())
        return _plain(estimate.mean(whole, ["target", "api00"]))  # R drops a row that misses either
    variables = ["x"] if name.startswith("fpc") else ["api00", "ell", "meals"]
    return _plain(estimate.mean(design(name), variables))


def _total(name: str) -> dict:
    return _plain(estimate.total(design(name), ["x"] if name.startswith("fpc") else ["enroll", "api_stu"]))


def _by_mean(name: str) -> dict:
    return _plain(estimate.mean(design(name), "api00", by="stype"))


def _by2(name: str) -> dict:
    table = _present(estimate.mean(design(name), "api00", by=["awards", "comp_imp"]))
    return _plain(table, "est se")


def _subset(name: str) -> dict:
    frame = design(name).frame
    domain = design(name).subset((frame["comp_imp"] == "Yes") & (frame["ell"] > 10))
    return _plain(estimate.mean(domain, ["api00", "meals"]))


def _svyvar(name: str) -> dict:
    if name == "rclus1":
        raise NotOfferedError("variances by replicates are not offered; elsewhere they are means of squares")
    d = design(name)
    n = int(d.active.sum())
    c = {v: d.frame[v] - (d.weights @ d.frame[v]) / d.weights.sum() for v in ("api00", "api99")}
    pairs = [("api00", "api00"), ("api00", "api99"), ("api99", "api00"), ("api99", "api99")]
    products = {f"p{i}": c[a] * c[b] * n / (n - 1) for i, (a, b) in enumerate(pairs)}
    return _plain(estimate.mean(d.with_columns(**products), list(products)))


def _confint(name: str, *, normal: bool) -> dict:
    table = estimate.mean(design(name), ["api00", "meals"], df=np.inf if normal else design(name).df)
    return {"values": table[["ci_low", "ci_high"]].to_numpy()}


def _cv(name: str) -> dict:
    table = estimate.total(design(name), "enroll")
    return {"values": (table["se"] / table["estimate"]).to_numpy()}


def _shares(d: SurveyDesign, name: str, **condition: object) -> SurveyDesign:
    ((column, wanted),) = condition.items()
    values = d.frame[column] > 800 if column == "api00" else d.frame[column] == wanted
    return d.with_columns(**{name: values.astype(float)})


def _ciprop(rare: str | None, method: str, name: str) -> dict:
    if method in NEARLY:
        raise NotOfferedError(NEARLY[method])
    if method == "asin" and rare and name == "dclus1":
        raise NotOfferedError("R folds a negative angle into a limit above 0; here the lower limit is 0")
    d = _shares(design(name), "y", **({"ell": 0} if rare else {"awards": "Yes"}))
    return _interval(d, method, 0.95)


def _interval(d: SurveyDesign, method: str, level: float) -> dict:
    table = estimate.proportion(d, "y", method=method, level=level)
    return {
        "est": table["estimate"].to_numpy(),
        "var": table["se"].to_numpy() ** 2,
        "ci": table[["ci_low", "ci_high"]].to_numpy()[0],
    }


def _ciprop90(method: str) -> dict:
    if method in NEARLY:
        raise NotOfferedError(NEARLY[method])
    return _interval(_shares(design("dclus1"), "y", api00=None), method, 0.90)


def _quantiles(d: SurveyDesign, variables: list[str], q: list[float], **how: object) -> dict:
    table = estimate.quantile(d, variables, q, **how)
    names = {"quantile": "estimate", "lower": "ci_low", "upper": "ci_high", "se": "se"}
    return {
        v: {"p": q} | {k: table.loc[table["indicator"] == v, c].to_numpy() for k, c in names.items()} for v in variables
    }


def _quant(name: str) -> dict:
    if name == "hf3":
        raise NotOfferedError("R's hf3 gives its hf1; here it is Hyndman and Fan's third definition, nearest even")
    if name == "shahvaish":
        raise NotOfferedError("Shah and Vaish's rule is not offered; the nine of Hyndman and Fan are")
    if name in _BUILD:
        return _quantiles(design(name), ["enroll", "api00"], [0.25, 0.5, 0.75])
    return _quantiles(design("dclus1"), ["api00"], [0.1, 0.25, 0.5, 0.75, 0.9], rule=name)


def _quantci(name: str) -> dict:
    if name == "score":
        raise NotOfferedError("the score interval is not offered")
    if name == "rep.quantile":
        return _quantiles(design("rclus1"), ["api00"], [0.25, 0.5, 0.75])
    return _quantiles(design("dclus1"), ["api00"], [0.25, 0.5, 0.75], interval=name)


def _htest(result: estimate.TestResult) -> dict:
    return {"statistic": result.statistic, "parameter": np.array(result.df), "p": result.p}


def _chisq(kind: str, name: str) -> dict:
    if kind in NEARLY:
        raise NotOfferedError(NEARLY[kind])
    return _htest(estimate.independence_test(design(name), "sch_wide", "stype", statistic=kind))


def _gof() -> dict:
    raise NotOfferedError("the statistic is R's, 180.1, but the scale and df are Rao and Scott's (1981), not R's")


def _ttest2(name: str) -> dict:
    r = estimate.t_test(design(name), "api00", "comp_imp")
    return _htest(r) | {"estimate": r.estimate, "conf_int": np.array([r.ci_low, r.ci_high])}


def _ttest1(name: str) -> dict:
    d = design(name)
    r = estimate.t_test(d.with_columns(gain=d.frame["api00"] - d.frame["api99"]), "gain")
    return _htest(r) | {"estimate": r.estimate, "conf_int": np.array([r.ci_low, r.ci_high])}


def _rank(test: str, name: str) -> dict:
    if test == "KruskalWallis" and name == "rclus1":
        raise NotOfferedError("R survey 4.1-1 fails here with an internal error; there is no number to meet")
    r = estimate.rank_test(design(name), "api00", "stype" if test == "KruskalWallis" else "comp_imp", test=test)
    if test == "KruskalWallis":  # R prints df and chi-squared in each other's place
        return {"statistic": r.df[0], "parameter": r.statistic, "p": r.p}
    return _htest(r) | {"estimate": r.estimate}


def _glm(kind: str, name: str) -> dict:
    d = design(name)
    d = d.with_columns(comp=(d.frame["comp_imp"] == "Yes").astype(float))
    y, x, family = {
        "lm": ("api00", ["ell", "meals", "mobility"], "gaussian"),
        "logit": ("comp", ["ell", "meals", "stype"], "quasibinomial"),
        "pois": ("api_stu", ["enroll"], "quasipoisson"),
    }[kind]
    if name == "sub":
        d, x = d.subset(d.frame["stype"] == "E"), ["meals"]
    return _fitted(estimate.regression(d, y, x, family=family), dispersion=name != "rclus1")


def _fitted(r: estimate.Regression, *, dispersion: bool = True) -> dict:
    out = {
        "est": r.table["estimate"].to_numpy(),
        "se": r.table["se"].to_numpy(),
        "vcov": r.covariance,
        "df_resid": r.df,
        "t": r.table["statistic"].to_numpy(),
        "p": r.table["p"].to_numpy(),
    }
    # 4.1-1's dispersion on replicate designs is scaled wrongly (the oracles' README).
    return out | ({"dispersion": r.dispersion} if dispersion else {})


def _lonely_design(name: str, rule: str, *, domain: bool = False) -> SurveyDesign:
    frame = read("apiclus1")
    frame["N1"] = np.where(frame["dnum"] == 413, 1, 1000)
    options = {"lonely_psu": "error" if rule == "fail" else rule, "weight": "pw", "strata": "dnum"}
    if name == "lonelyfpc":
        options["fpc"] = "N1"
    if name == "dstratdist":
        frame = frame[frame["dnum"] != 413]
    return SurveyDesign(frame, lonely_domain=domain, **options)


def _lonely(total: str | None, rule: str, name: str) -> dict:
    if total and rule == "adjust" and name == "lonely":
        raise NotOfferedError("4.1-1 centres totals at zero; here, as in survey 4.5, at the mean of all units")
    d = _lonely_design(name, rule)
    return _plain(estimate.total(d, "enroll") if total else estimate.mean(d, ["api00", "meals"]))


def _lonelydom(rule: str, option: str) -> dict:
    d = _lonely_design("dstratdist", rule, domain=option == "TRUE")
    return _plain(estimate.mean(d.subset(d.frame["comp_imp"] == "No"), "api00"))


def _kalton_weights(name: str) -> dict:
    d = design(name)
    table = d.frame.assign(w=d.weights).groupby(["a", "b"])["w"].mean().unstack()
    return {"values": table.to_numpy()}


def _waves(independent: bool) -> SurveyDesign:
    frame = read("waves")
    if independent:
        return SurveyDesign(frame, weight="pw", strata="wave", cluster="dnum")
    return SurveyDesign(frame, weight="pw", cluster="dnum", fpc="fpc")


def _wave(what: str, independent: str | None) -> dict:
    d = _waves(bool(independent))
    if what == "by":
        return _plain(estimate.mean(d, "y", by="wave"))
    parts = [_wave_design(d.frame[d.frame["wave"] == k].reset_index(drop=True), not independent) for k in (1, 2)]
    table = estimate.change(*parts, "y", overlap=None if independent else "dnum")
    return {
        "est": table["change"].to_numpy(),
        "se": table["se"].to_numpy(),
        "vcov": table["se"].to_numpy() ** 2,
    }


def _wave_design(frame: pd.DataFrame, fpc: bool) -> SurveyDesign:
    return SurveyDesign(frame, weight="pw", cluster="dnum", fpc="fpc" if fpc else None)


def _contrast(what: str) -> dict:
    if what == "domain":
        table = estimate.mean(design("dclus1"), "api00", by="stype")
        out = estimate.contrast(table, {"HvsE": [-1, 1, 0], "MvsE": [-1, 0, 1]})
    elif what == "change":
        out = estimate.contrast(estimate.mean(design("dclus1"), ["api00", "api99"]), [1, -1])
    else:
        out = estimate.ratio(design("dclus1"), "api_stu", "enroll")
    return {
        "est": out["estimate"].to_numpy(),
        "se": out["se"].to_numpy(),
        "vcov": np.asarray(out.attrs["covariance"]),
    }


def _table(scaled: str) -> dict:
    d = design("dclus1")
    table = d.frame.assign(w=d.weights).pipe(
        lambda f: estimate.total(d.with_columns(one=1.0), "one", by=["sch_wide", "stype"])
    )
    values = table["estimate"].fillna(0.0).to_numpy().reshape(2, 3)
    return {"values": values * (100 / values.sum() if scaled else 1.0)}


def _by_ci(high: str | None) -> dict:
    table = estimate.proportion(_shares(design("dclus1"), "y", awards="Yes"), "y", by="stype", method="logit")
    return {"values": table["ci_high" if high else "ci_low"].to_numpy()}


def _glm_sub() -> dict:
    d = design("dclus1")
    d = d.with_columns(comp=(d.frame["comp_imp"] == "Yes").astype(float)).subset(d.frame["stype"] == "E")
    return _fitted(estimate.regression(d, "comp", "meals", family="quasibinomial"))


_PATTERNS = [
    (r"mean\.(.+)", _mean),
    (r"total\.(.+)", _total),
    (r"prop\.(.+)", lambda n: _plain(estimate.mean(design(n), ["comp_imp", "stype"]))),
    (r"ratio\.(.+)", lambda n: _plain(estimate.ratio(design(n), "api_stu", "enroll"))),
    (r"deff\.(.+)", lambda n: _plain(estimate.mean(design(n), ["api00", "awards"]), "est se vcov deff")),
    (
        r"deffrep\.(.+)",
        lambda n: _plain(estimate.mean(design(n), ["api00", "awards"], deff="replace"), "est se vcov deff"),
    ),
    (r"defftot\.(.+)", lambda n: _plain(estimate.total(design(n), "enroll"), "est se vcov deff")),
    (r"var\.(.+)", _svyvar),
    (r"degf\.(.+)", lambda n: {"values": design(n).df}),
    (r"confint\.(.+)", lambda n: _confint(n, normal=False)),
    (r"confintz\.(.+)", lambda n: _confint(n, normal=True)),
    (r"cv\.(.+)", _cv),
    (r"by\.mean\.(.+)", _by_mean),
    (r"by2\.mean\.(.+)", _by2),
    (r"by\.total\.(.+)", lambda n: _plain(estimate.total(design(n), "enroll", by="sch_wide"))),
    (r"by\.prop\.(.+)", lambda n: _plain(estimate.mean(design(n), "awards", by="stype"))),
    (r"sub\.mean\.(.+)", _subset),
    (r"by\.deff", lambda: _plain(estimate.mean(design("dclus1"), "api00", by="stype"), "est se deff")),
    (r"by\.ratio", lambda: _plain(estimate.ratio(design("dclus1"), "api_stu", "enroll", by="stype"))),
    (r"by\.ci(hi)?", _by_ci),
    (
        r"sub\.degf",
        lambda: {
            "values": design("dclus1")
            .subset((design("dclus1").frame["comp_imp"] == "Yes") & (design("dclus1").frame["ell"] > 60))
            .df
        },
    ),
    (r"contrast\.(.+)", _contrast),
    (r"wave\.(by|change)(\.indep)?", _wave),
    (r"quant\.(.+)", _quant),
    (r"quantci\.(.+)", _quantci),
    (r"ciprop\.(rare\.)?(\w+)\.(\w+)", _ciprop),
    (r"ciprop90\.(.+)", _ciprop90),
    (r"chisq\.2x2", lambda: _htest(estimate.independence_test(design("dclus1"), "sch_wide", "comp_imp"))),
    (r"chisq\.(\w+)\.(.+)", _chisq),
    (r"gof", _gof),
    (r"table\.N(total)?", _table),
    (r"ttest2\.(.+)", _ttest2),
    (r"ttest1\.(.+)", _ttest1),
    (r"rank\.(\w+)\.(.+)", _rank),
    (r"logit\.sub", _glm_sub),
    (r"(lm|logit|pois)\.(.+)", _glm),
    (
        r"regterm\.wald",
        lambda: dict(estimate.regression(design("dclus1"), "api00", ["ell", "meals", "stype"]).wald_test("stype")),
    ),
    (r"lonely(tot)?\.(\w+)\.(.+)", _lonely),
    (r"lonelydom\.(\w+)\.(.+)", _lonelydom),
    (r"kalton\.(.+)", _kalton_weights),
]


def compute(case_id: str) -> dict:
    """What this package says for a case."""
    for pattern, call in _PATTERNS:
        match = re.fullmatch(pattern, case_id)
        if match:
            return call(*match.groups())
    raise NotOfferedError("no such feature")
