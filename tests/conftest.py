"""A page of invented figures with every kind of block, for the tests of what is published."""

import fcntl
import hashlib
import math
import os
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from trygghet import Picture, Workspace, charts, disclosure, protection, releasing, tables
from trygghet import blocks as b
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


@pytest.fixture(scope="session")
def figures() -> list[b.Figure]:
    return all_figures(Words("sv"))


@pytest.fixture(scope="session")
def sample() -> list[b.Block]:
    return all_blocks(Words("sv"))


@pytest.fixture(scope="session")
def remembered_town(tmp_path_factory) -> Path:
    """A copy of the example whose memory of releases holds both years, as after a build; not to change."""
    town = tmp_path_factory.mktemp("remembered") / "kristinehamn"
    source = Path(__file__).parents[1] / "data" / "kristinehamn"
    shutil.copytree(source, town, ignore=shutil.ignore_patterns(".trygghet", "lab"))
    for year in (2016, 2017):
        disclosure.write_ledger(town, protection.ledger_with_survey(Picture(Workspace.open(town, year))))
    return town


@pytest.fixture(scope="session", autouse=True)
def protected_once(tmp_path_factory) -> Iterator[None]:
    """The same release is protected once a run, whichever test of whichever worker asks for it first.

    Scores of tests open the example town, and what hides its figures takes most of their time. Nothing is taken from
    an earlier run. A release is the same when all that it is made of is: figures, answers, weights, rules, and what
    was released before. In a build (and where the tests act as one) nothing is kept back.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "protected"
    folder.mkdir(exist_ok=True)
    original = protection.protect_release

    def remembering(picture, asking, ledger):
        wave = protection.wave_name(picture.wave("citizens"))
        told = sorted(asking.told.items())
        asked = disclosure.key_of(asking.table, asking.persons, asking.answers, picture.rules, asking.digits, told)
        before = sorted(ledger.waves.get(wave, {}).items())
        path = (
            folder / hashlib.sha256(repr([asked, wave, before]).encode() + picture.design.weights.tobytes()).hexdigest()
        )
        if Path(releasing.LEFT).is_dir():
            return original(picture, asking, ledger)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the other worker may be at it
            if not path.exists():
                shown, after = original(picture, asking, ledger)
                path.write_bytes(pickle.dumps((shown, after.waves.get(wave, {}))))
        shown, releases = pickle.loads(path.read_bytes())
        for key, entry in releases.items():
            ledger = ledger.with_release(wave, key, entry)
        return shown, ledger

    protection.protect_release = remembering
    yield
    protection.protect_release = original
