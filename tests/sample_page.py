"""A page of invented figures with every kind of block, for the tests of what is published."""

import math

import geopandas as gpd
import pandas as pd
from shapely import box

from trygghet import blocks as b
from trygghet import charts, tables
from trygghet.fold_block import Fold
from trygghet.matrix_block import Matrix, MatrixCell, MatrixColumn, MatrixRow
from trygghet.messages import Words

NAN = math.nan
LABELS = {
    ("total", "all"): "Alla",
    ("sex", "woman"): "Kvinnor",
    ("sex", "man"): "Män",
    ("sex:age_group", "woman:16-24"): "Kvinnor 16–24",
    ("sex:age_group", "man:16-24"): "Män 16–24",
    ("sex:age_group", "man:25-44"): "Män 25–44",
}


def estimate_rows() -> pd.DataFrame:
    """Six rows of an estimates table: a total, two groups, an uncertain one and two suppressed ones."""
    rows = [
        ("total", "all", 446, 0.29, 0.25, 0.33, "", False),
        ("sex", "woman", 231, 0.39, 0.33, 0.45, "", False),
        ("sex", "man", 215, 0.19, 0.14, 0.25, "", False),
        ("sex:age_group", "woman:16-24", 34, 0.52, 0.37, 0.66, "uncertain", False),
        ("sex:age_group", "man:16-24", 22, 0.8125, 0.7001, 0.9002, "", True),
        ("sex:age_group", "man:25-44", 31, 0.8125, 0.7001, 0.9002, "", True),
    ]
    names = ["group_by", "group", "n", "estimate", "ci_low", "ci_high", "flags", "suppressed"]
    long = "visas inte: 31 svar väger för ojämnt (gräns 30 effektiva svar)"
    return pd.DataFrame(rows, columns=names).assign(
        indicator="unsafe_night",
        source="citizens",
        evidence_class="probability",
        unit="share",
        reason=["", "", "", "", "", long],
    )


def count_rows() -> pd.DataFrame:
    """Four types of crime; one with no interval, one suppressed."""
    return pd.DataFrame(
        [
            ("Misshandel utomhus", 84, 96, 0.85, 1.54, False, ""),
            ("Cykelstöld", 142, 96, 0.52, 0.88, False, ""),
            ("Rån", 0, 4, NAN, NAN, False, ""),
            ("Olaga hot", 4321, 9876, 1.2, 3.4, True, "färre än 5 brott"),
        ],
        columns=["label", "before", "now", "low", "high", "suppressed", "reason"],
    )


def staff_rows() -> pd.DataFrame:
    """Two problems in two units."""
    rows = [("p01", "Skola", 9, 14), ("p01", "Teknik", 3, 12), ("p02", "Skola", 2, 14), ("p02", "Teknik", 11, 12)]
    return pd.DataFrame(rows, columns=["problem", "unit", "k", "n"])


def week_rows() -> pd.DataFrame:
    """A week with its peak on Saturday 00–02."""
    rows = [(day, hour, 0.4) for day in range(7) for hour in range(24)] + [(5, 0, 6.2), (5, 1, 5.0)]
    return pd.DataFrame(rows, columns=["weekday", "hour", "weight"])


def change_rows() -> pd.DataFrame:
    """Two indicators in two waves."""
    rows = [
        ("Otrygg ute", 0.31, 0.25, 0.37, 0.29, 0.23, 0.35, "−2 (−9 till +5)"),
        ("Stök i centrum", 0.26, 0.2, 0.32, 0.34, 0.28, 0.4, "+8 (+1 till +15)"),
    ]
    names = ["label", "before", "before_low", "before_high", "now", "now_low", "now_high", "change"]
    return pd.DataFrame(rows, columns=names)


AREA_LABELS = {"centrum": "Centrum", "norr": "Norra sidan", "holm": "Holmen", "soder": "Söder"}


def area_shapes() -> gpd.GeoDataFrame:
    """Four areas in SWEREF 99 TM, one of them small."""
    shapes = [box(4e5, 65e5, 4.008e5, 65.01e5), box(4e5, 65.01e5, 4.1e5, 65.2e5), box(4.02e5, 65e5, 4.1e5, 65.01e5)]
    shapes.append(box(4e5, 64.8e5, 4.1e5, 65e5))
    return gpd.GeoDataFrame({"id": list(AREA_LABELS)}, geometry=shapes, crs=3006)


def area_rows() -> pd.DataFrame:
    """A high estimate, a low one and a suppressed one; the fourth area has no row."""
    rows = [("centrum", 81, 0.48, 0.36, 0.6, False), ("norr", 50, 0.14, 0.07, 0.26, False)]
    rows.append(("holm", 22, 0.8125, 0.7001, 0.9002, True))
    names = ["group", "n", "estimate", "ci_low", "ci_high", "suppressed"]
    return pd.DataFrame(rows, columns=names).assign(group_by="area", unit="share", flags="")


def all_figures(words: Words) -> list[b.Figure]:
    """One figure of each kind."""
    problems = {"p01": "Stök och berusade på torget om kvällarna", "p02": "Fortkörning"}
    ranked = estimate_rows().iloc[1:3].assign(indicator=["p01", "p02"], group_by="total", group="all")
    levels = (charts.Level("2016", 0.39, 0.33, 0.45, 231), charts.Level("2017", 0.35, 0.29, 0.41, 236))
    look = charts.Look(tones={"woman": "amber"}, limit=30)
    definition = ("Ganska eller mycket otrygg.", "Enkät februari–mars 2017.")
    return [
        charts.group_dots(
            estimate_rows(),
            words,
            b.Caption("grupper", "Fyra av tio kvinnor är otrygga", "Andel.", definition),
            labels=LABELS,
            look=look,
        ),
        charts.ranked_dots(ranked, words, b.Caption("rankade", "Stök toppar"), labels=problems),
        charts.counts_bars(
            count_rows(), words, b.Caption("brott_slag", "Cykelstölderna minskar"), periods=("2015/16", "2016/17")
        ),
        charts.week_heatmap(week_rows(), words, b.Caption("veckan", "Natten mot lördag")),
        charts.staff_bars(staff_rows(), words, b.Caption("personal", "Fortkörning nämns mest"), labels=problems),
        charts.change_dots(
            change_rows(), words, b.Caption("forandring", "Stöket ökar"), waves=("2016", "2017"), unit="share"
        ),
        charts.area_map(
            area_rows(),
            area_shapes(),
            words,
            b.Caption("karta", "Otryggast i centrum"),
            labels=AREA_LABELS,
            look=charts.Look(limit=30),
        ),
        charts.goal_chart(
            levels, charts.Target(0.33, "decrease"), words, b.Caption("malbild", "Målet ligger i intervallet")
        ),
    ]


def all_blocks(words: Words) -> list[b.Block]:
    """A page with every kind of block."""
    *figures, goal = all_figures(words)
    log = pd.DataFrame([{"file": "svar.csv", "column": "f1", "rule": "S05", "what": "9 → ej svar", "n": 12}])
    facts = (("Aktiviteter", "7 av 9"),)
    return [
        b.Header("Kristinehamns kommun", "Lägesbild 2017", "Tre av tio är otrygga.", "446 svar av 760"),
        b.Note("Påhittade svar", "Allt är simulerat.", "warning"),
        b.Section("viktigast", "Det viktigaste", "I korthet."),
        b.Findings((b.Finding("Stök i centrum", "34 av 100 ser det.", ("tre källor", "nivå A")),)),
        b.KeyFigures((b.KeyFigure("Otrygga", "29 %", "25–33"), b.KeyFigure("Sedan sist", "går inte att avgöra"))),
        b.Note("Det här vet vi inte", "", items=("22 unga män svarade.", "Varför <vet> ingen.")),
        b.Section("bilder", "Bilder"),
        *figures,
        b.Section("tabeller", "Tabeller"),
        b.Paragraphs(("Ett stycke.", "Ett till.")),
        Matrix(
            "matris",
            "Ett problem är troligen bland de tre främsta",
            "En rad är ett problem.",
            "Problem",
            (MatrixColumn("Boende", "Andel som ser det.", href="#bilder"), MatrixColumn("Brott", none="mäts inte")),
            (MatrixRow("Stök", "A, 1–3", (MatrixCell("●●●", "hög", "säkert"), MatrixCell())),),
            ("●●● hög",),
            "Vad kolumnerna betyder",
        ),
        tables.log_table(log, words, id="logg", caption="Ändringar"),
        b.Verdict(
            "m1", "Färre otrygga", "Går inte att avgöra", "muted", "Målet var 33.", facts, goal, ("Stöd: 24 %.",)
        ),
        b.Links((b.Link("Lägesbild 2016", "../2016/lagesbild.html", "förra året"),)),
        Fold("lan_17", "Värmlands län", (b.Links((b.Link("Kristinehamn", "../2017/lagesbild.html"),)),), "1 kommun"),
    ]
